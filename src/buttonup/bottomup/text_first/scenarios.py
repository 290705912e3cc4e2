"""Scenarios: real-life settings, drawn from seed conversations, and widened by changing them.

Source: BUTTON, scenario collection (extraction and expansion).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from typing import Annotated, Literal

import msgspec

from buttonup.alike.words import words
from buttonup.bottomup.text_first import draws, texts
from buttonup.bottomup.text_first.given import Given, of_tools
from buttonup.bottomup.text_first.seeds import Seed
from buttonup.bottomup.truth_first.plan import Ticket
from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.records import Record, Scenario

MOST_WORDS = 10


class Extracted(msgspec.Struct):
    """The everyday setting behind a conversation."""

    reasoning: Annotated[str, msgspec.Meta(description="One sentence: what the person is doing.")]
    scenario: Annotated[
        str,
        msgspec.Meta(
            max_length=120,
            description="The setting, 10 words at most; empty when there is none.",
        ),
    ]


class Expanded(msgspec.Struct):
    """A scenario made from another by changing its action or its subject."""

    reasoning: Annotated[
        str, msgspec.Meta(description="One sentence: what changes, and why somebody would do it.")
    ]
    change: Annotated[Literal["action", "subject"], msgspec.Meta(description="What was changed.")]
    scenario: Annotated[
        str, msgspec.Meta(max_length=120, description="The new setting, 10 words at most.")
    ]


class Imagined(msgspec.Struct):
    """Settings in which somebody would turn to an assistant that can do certain things."""

    reasoning: Annotated[
        str, msgspec.Meta(description="Two sentences: who would turn to it, and why they differ.")
    ]
    scenarios: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=120)]],
        msgspec.Meta(description="The settings, 10 words each at most."),
    ]


class ExpandKnobs(Record):
    """How a scenario is widened."""

    per_scenario: int = 1
    """New scenarios asked for from each one; 0 leaves the scenarios as they are."""


def shipped() -> Iterator[Scenario]:
    """Give the scenarios that come with the package, for runs without seeds."""
    listed = files("buttonup.bottomup.text_first").joinpath("shipped_scenarios.txt")
    for line in listed.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield Scenario(text=line)


async def extract(seed: Seed, teacher: Teacher) -> list[Record]:
    """Name the setting behind a seed conversation.

    Rejects  "no_scenario" when the conversation has no real-life setting
    Source   BUTTON: at most 10 words; no names, numbers or items
    """
    slots = {"conversation": seed.text, "most_words": MOST_WORDS}
    reply = await teacher.ask("scenario", Extracted, slots, check=_check_extracted)
    if not (text := _tidy(reply.scenario)):
        raise Reject("no_scenario", reply.reasoning)
    return [Scenario(text=text, origin=f"seeds:{seed.line}")]


async def imagine(ticket: Ticket, teacher: Teacher, given: Given) -> list[Scenario]:
    """Think of settings in which somebody would need some of the given functions.

    Which functions, and what is shown of their data, is drawn anew for each ticket.
    """
    rng, wanted = given.rng(ticket.key, "scenarios"), given.knobs.scenarios
    names = await given.drawn(rng)
    focus = rng.sample(names, min(len(names), 3))

    def check(reply: Imagined) -> None:
        if len(reply.scenarios) != wanted:
            raise ValueError(f"give {wanted} scenarios, not {len(reply.scenarios)}")
        _refuse(
            [f'"{text}": {f}' for text in reply.scenarios for f in scenario_faults(_tidy(text))]
        )

    slots = {
        "count": wanted,
        "most_words": MOST_WORDS,
        "given": await given.shown(names, rng),
        "focus": ", ".join(focus) if len(focus) < len(names) else "",
    }
    reply = await teacher.ask("scenario_given", Imagined, slots, check=check, draw=ticket.index)
    return [Scenario(text=_tidy(text), origin=of_tools(names)) for text in reply.scenarios]


async def expand(scenario: Scenario, teacher: Teacher, knobs: ExpandKnobs) -> list[Record]:
    """Give the scenario and new ones made from it by changing its action or its subject.

    A new one that fails is a Rejection beside the scenario, which stays.
    """

    async def new(draw: int) -> Scenario:
        slots = {"scenario": scenario.text, "most_words": MOST_WORDS}
        reply = await teacher.ask("expand", Expanded, slots, check=check, draw=draw)
        return Scenario(text=_tidy(reply.scenario), origin=f"expanded:{scenario.key}")

    def check(reply: Expanded) -> None:
        found = scenario_faults(_tidy(reply.scenario))
        if texts.echoes(reply.scenario, scenario.text):
            found.append("it is the same scenario; change what is done or what it is done to")
        _refuse(found)

    drafts = (new(draw) for draw in range(knobs.per_scenario))
    return [scenario, *await draws.keep("expand", scenario, drafts)]


def scenario_faults(text: str) -> list[str]:
    """List what keeps a text from being a scenario, in words."""
    found = []
    if not (count := len(words(text))):
        found.append("the scenario is empty")
    if count > MOST_WORDS:
        found.append(f"it has {count} words; at most {MOST_WORDS} are allowed")
    if numbers := texts.numerals(text):
        found.append(f"it holds numbers ({', '.join(sorted(numbers))}); leave them out")
    if names := texts.names(text):
        found.append(
            f"it holds names or capitals in mid-sentence ({', '.join(sorted(names))}); "
            "speak of the kind of thing, in small letters"
        )
    return found


def _check_extracted(reply: Extracted) -> None:
    if text := _tidy(reply.scenario):
        _refuse(scenario_faults(text))


def _refuse(found: list[str]) -> None:
    if found:
        raise ValueError("; ".join(found))


def _tidy(text: str) -> str:
    return texts.squeeze(text).strip("\"' .")
