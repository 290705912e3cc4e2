"""Scenarios thought of from the functions that there are.

In place of BUTTON's extraction from seed conversations.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from buttonup.bottomup.given.shown import Given, of_tools
from buttonup.bottomup.text_first.scenarios import MOST_WORDS, refuse, scenario_faults, tidy
from buttonup.bottomup.truth_first.plan import Ticket
from buttonup.model.ask import Teacher
from buttonup.records import Scenario


class Imagined(msgspec.Struct):
    """Settings in which somebody would turn to an assistant that can do certain things."""

    reasoning: Annotated[
        str, msgspec.Meta(description="Two sentences: who would turn to it, and why they differ.")
    ]
    scenarios: Annotated[
        list[Annotated[str, msgspec.Meta(max_length=120)]],
        msgspec.Meta(description="The settings, 10 words each at most."),
    ]


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
        refuse([f'"{text}": {f}' for text in reply.scenarios for f in scenario_faults(tidy(text))])

    slots = {
        "count": wanted,
        "most_words": MOST_WORDS,
        "given": await given.shown(names, rng),
        "focus": ", ".join(focus) if len(focus) < len(names) else "",
    }
    reply = await teacher.ask("scenario_given", Imagined, slots, check=check, draw=ticket.index)
    return [Scenario(text=tidy(text), origin=of_tools(names)) for text in reply.scenarios]
