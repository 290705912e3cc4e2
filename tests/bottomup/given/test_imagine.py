"""Scenarios thought of from the tools: as many as wanted, short, and free of names and numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from buttonup.bottomup.given import Given, GivenKnobs, imagine
from buttonup.bottomup.truth_first.plan import Ticket
from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.records import Scenario
from buttonup.tools.own.run import Own, Owning, learned_of
from buttonup.tools.sources.scripted import Scripted

Script = Callable[..., tuple[Teacher, list[Request]]]


def imagined(kit: Scripted, teacher: Teacher, index: int = 0) -> list[Scenario]:
    async def imagining() -> list[Scenario]:
        owning = Owning()
        own = Own(kit, await learned_of(kit, owning, 0), owning, planned=False)
        given = Given(own, GivenKnobs(scenarios=2, functions=3), seed=0)
        return await imagine(Ticket(0, index), teacher, given)

    return asyncio.run(imagining())


def reply(*scenarios: str) -> Any:
    return {"reasoning": "Both need it.", "scenarios": list(scenarios)}


GOOD = reply("Chasing a late order", "Furnishing a first flat.")


def test_scenarios_keep_the_functions_that_they_were_thought_of_for(
    shop: Scripted, script: Script
) -> None:
    teacher, _ = script(GOOD)
    made = imagined(shop, teacher)
    assert [s.text for s in made] == ["Chasing a late order", "Furnishing a first flat"]
    names = made[0].origin.removeprefix("tools:").split(",")
    assert len(names) == 3
    assert set(names) <= {tool.function.name for tool in shop.tools}


def test_each_ticket_asks_something_else(shop: Scripted, script: Script) -> None:
    teacher, asked = script(GOOD)
    for index in range(2):
        imagined(shop, teacher, index)
    assert asked[0].key != asked[1].key


@pytest.mark.parametrize(
    ("scenarios", "fault"),
    [
        (["Chasing a late order"], "give 2 scenarios"),
        (["Chasing order 17", "Moving"], "numbers"),
        (["Shopping with Mira Walsh", "Moving"], "names"),
        (["", "Moving"], "empty"),
    ],
)
def test_scenarios_that_do_not_do_go_back(
    shop: Scripted, script: Script, scenarios: list[str], fault: str
) -> None:
    teacher, asked = script(reply(*scenarios), GOOD)
    imagined(shop, teacher)
    assert fault in asked[1].messages[-1].content
    with pytest.raises(Reject, match="unfit"):
        imagined(shop, script(reply(*scenarios))[0])
