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
from buttonup.bottomup.text_first.seeds import Seed
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
    if not (text := tidy(reply.scenario)):
        raise Reject("no_scenario", reply.reasoning)
    return [Scenario(text=text, origin=f"seeds:{seed.line}")]


async def expand(scenario: Scenario, teacher: Teacher, knobs: ExpandKnobs) -> list[Record]:
    """Give the scenario and new ones made from it by changing its action or its subject.

    A new one that fails is a Rejection beside the scenario, which stays.
    """

    async def new(draw: int) -> Scenario:
        slots = {"scenario": scenario.text, "most_words": MOST_WORDS}
        reply = await teacher.ask("expand", Expanded, slots, check=check, draw=draw)
        return Scenario(text=tidy(reply.scenario), origin=f"expanded:{scenario.key}")

    def check(reply: Expanded) -> None:
        found = scenario_faults(tidy(reply.scenario))
        if texts.echoes(reply.scenario, scenario.text):
            found.append("it is the same scenario; change what is done or what it is done to")
        refuse(found)

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
    if text := tidy(reply.scenario):
        refuse(scenario_faults(text))


def refuse(found: list[str]) -> None:
    """Raise ValueError with what is wrong, if anything is."""
    if found:
        raise ValueError("; ".join(found))


def tidy(text: str) -> str:
    """Give a scenario on one line, without quotes or a full stop."""
    return texts.squeeze(text).strip("\"' .")
