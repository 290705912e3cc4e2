"""Atomic tasks: one-step requests that a person in a scenario would really make.

Source: BUTTON, atomic task construction (reasonable, self-contained, function-agnostic).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from buttonup.bottomup.text_first import draws, texts
from buttonup.errors import BadInput
from buttonup.model.ask import Teacher
from buttonup.records import AtomicTask, Record, Scenario

if TYPE_CHECKING:  # loads what only runs over a user's own tools need
    from buttonup.bottomup.given.shown import Given, Shown

MOST_WORDS = 30


class Atom(msgspec.Struct):
    """A one-step task."""

    reasoning: Annotated[
        str, msgspec.Meta(description="One or two sentences: who wants what, and which details.")
    ]
    task: Annotated[
        str, msgspec.Meta(max_length=400, description="The task, one line, 30 words at most.")
    ]


class AtomKnobs(Record):
    """How many atomic tasks a scenario gives."""

    per_scenario: int = 1
    """Tasks drawn for each scenario; how alike they may be is the next dedup's to say."""

    def __post_init__(self) -> None:
        if self.per_scenario < 1:
            raise BadInput(f"atoms.per_scenario is {self.per_scenario}", "set it to 1 or more")


async def atoms(
    scenario: Scenario, teacher: Teacher, knobs: AtomKnobs, given: Given | None = None
) -> list[Record]:
    """Write atomic tasks for a scenario; where functions are given, tasks that these can do.

    Rejects  what the teacher could not mend in its tries
    """
    shown = await given.shown_for(scenario) if given else None

    def check(reply: Atom) -> None:
        check_atom(reply, shown)

    async def atom(draw: int) -> AtomicTask:
        slots = {"scenario": scenario.text, "most_words": MOST_WORDS, "given": shown}
        reply = await teacher.ask("atom", Atom, slots, check=check, draw=draw)
        return AtomicTask(text=texts.squeeze(reply.task), scenario=scenario)

    if knobs.per_scenario == 1:
        return [await atom(0)]
    return await draws.keep("atoms", scenario, (atom(n) for n in range(knobs.per_scenario)))


def check_atom(reply: Atom, shown: Shown | None = None) -> None:
    """Refuse a task that somebody could not act on at once. Raises ValueError with the words."""
    found = texts.task_faults(reply.task, MOST_WORDS)
    if found := found + (shown.faults(reply.task) if shown else []):
        raise ValueError("; ".join(found))
