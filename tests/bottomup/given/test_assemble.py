from __future__ import annotations

import asyncio

from buttonup.bottomup.given import Given, GivenKnobs, assemble
from buttonup.bottomup.text_first import AssembleKnobs
from buttonup.bottomup.text_first.equip import Equipped
from buttonup.records import AtomicTask, Blueprint, CompositionalTask
from buttonup.tools.own.run import Own, Owning, learned_of
from buttonup.tools.sources.scripted import Scripted

TASK = CompositionalTask("Get the order O-1001.", (AtomicTask("Get the order O-1001."),))


def assembled(kit: Scripted, seed: int = 0) -> Blueprint:
    async def assembling() -> Blueprint:
        owning = Owning()
        own = Own(kit, await learned_of(kit, owning, 0), owning, planned=False)
        given = Given(own, GivenKnobs(), seed)
        item = Equipped(TASK, ((given.functions["get_order"].definition,),))
        [made] = await assemble(item, given, AssembleKnobs(), seed)
        return made

    return asyncio.run(assembling())


def test_the_functions_are_the_users_own_with_others_of_them_beside(shop: Scripted) -> None:
    made = assembled(shop)
    names = {tool.function.name for tool in shop.tools}
    assert made.needs == (("get_order",),)
    assert made.distractors
    assert {f.name for f in made.functions} <= names
    assert (made.tools.source, made.tools.own) == ("own", ("python:shop.py",))
    assert set(made.tools.played) <= {"cancel_order", "create_order"}


def test_the_same_task_is_assembled_the_same(shop: Scripted) -> None:
    assert assembled(shop) == assembled(shop)
    assert assembled(shop) != assembled(shop, seed=1)
