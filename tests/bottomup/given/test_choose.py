"""Which of the given functions a task calls, as a model says and code checks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from buttonup.bottomup.given.choose import choose
from buttonup.bottomup.given.shown import Given, GivenKnobs
from buttonup.bottomup.text_first.equip import Equipped
from buttonup.bottomup.text_first.functions import FunctionsKnobs
from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.records import AtomicTask, CompositionalTask
from buttonup.tools.own.run import Own, Owning, learned_of
from buttonup.tools.sources.scripted import Scripted

Json = Any
Script = Callable[..., tuple[Teacher, list[Request]]]

TASK = CompositionalTask(
    text="Find the customers in Ghent and tell me what Mira Walsh has ordered.",
    subtasks=(
        AtomicTask("Find the customers in Ghent."),
        AtomicTask("List the orders of Mira Walsh among them."),
    ),
    edges=((0, 1),),
)


def part(subtask: int, *functions: Json, why: str = "It is needed.", **more: Json) -> Json:
    return {"subtask": subtask, "why": why, "functions": list(functions), **more}


def reply(*parts: Json) -> Json:
    return {"reasoning": "One feeds the other.", "parts": list(parts)}


SEARCH: Json = {"name": "find_customers", "inputs_said": [{"parameter": "city", "words": "Ghent"}]}
ORDERS: Json = {
    "name": "list_orders",
    "inputs_from": [
        {"parameter": "customer_id", "function": "find_customers", "field": "[].customer_id"}
    ],
}
GOOD = reply(part(1, SEARCH), part(2, ORDERS))


def chosen(kit: Scripted, teacher: Teacher) -> Equipped:
    async def choosing() -> Equipped:
        owning = Owning()
        own = Own(kit, await learned_of(kit, owning, 0), owning, planned=False)
        given = Given(own, GivenKnobs(), seed=0)
        [equipped] = await choose(TASK, teacher, FunctionsKnobs(), given)
        return equipped

    return asyncio.run(choosing())


def test_each_sub_task_gets_functions_that_there_are(shop: Scripted, script: Script) -> None:
    teacher, _ = script(GOOD)
    made = chosen(shop, teacher)
    assert [[f.name for f in row] for row in made.functions] == [
        ["find_customers"],
        ["list_orders"],
    ]
    assert made.links[0].source == "find_customers"


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ([part(1, {"name": "find_people"}), part(2, ORDERS)], "there is no function 'find_people'"),
        ([part(1, SEARCH), part(2)], ""),
        ([part(1, SEARCH), part(2, {"name": "list_orders"})], "nobody can guess it"),
        (
            [
                part(1, SEARCH),
                part(2, {**ORDERS, "inputs_from": [{**ORDERS["inputs_from"][0], "field": "x"}]}),
            ],
            "gives no field 'x'; it gives: ",
        ),
        (
            [part(1, ORDERS), part(2, SEARCH)],
            "list_orders.customer_id: no earlier function 'find_customers'",
        ),
        ([part(1, SEARCH)], "each sub-task once"),
        ([part(1), part(2)], "no sub-task has a function"),
        (
            [part(1, {**SEARCH, "inputs_said": [{"parameter": "city", "words": "Rome"}]}),
             part(2, ORDERS)],
            '"Rome" does not stand in the request',
        ),
    ],
)  # fmt: skip
def test_a_choice_that_cannot_work_goes_back_with_the_reason(
    shop: Scripted, script: Script, parts: list[Json], fault: str
) -> None:
    teacher, asked = script(reply(*parts), GOOD)
    chosen(shop, teacher)
    assert (fault in asked[-1].messages[-1].content) if fault else len(asked) == 1


def test_a_task_that_no_function_does_is_given_up(shop: Scripted, script: Script) -> None:
    teacher, asked = script(reply(part(1, SEARCH), part(2, why="NOT DOABLE: nobody tells prices.")))
    with pytest.raises(Reject, match="not_doable"):
        chosen(shop, teacher)
    assert len(asked) == 1
