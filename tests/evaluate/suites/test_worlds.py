"""The suite of worlds: gold passes, silence does not, and nothing held out is missing."""

from __future__ import annotations

import asyncio

import pytest

from buttonup.bottomup.truth_first import Blueprinting, Planning
from buttonup.errors import BadInput
from buttonup.evaluate.evaluation import play
from buttonup.evaluate.suite import Suite, silent
from buttonup.evaluate.suites.worlds import Tables, worlds
from buttonup.records import Assistant, Call, Conversation
from buttonup.worlds.splits import HELD_OUT_WORLDS


async def drawn(*parts: str, seed: int = 0, each: int = 6) -> Suite:
    async with worlds(parts, seed, each) as suite:
        return suite


def test_gold_passes_and_silence_fails_in_every_part() -> None:
    async def run() -> None:
        for task in (await drawn()).tasks:
            gold = await play(task, task.gold)
            assert gold.passed, (task.id, gold.reason)
            assert not (await play(task, silent)).passed

    asyncio.run(run())


def test_one_seed_draws_one_suite() -> None:
    async def run() -> None:
        one, twin, other = await drawn(), await drawn(), await drawn(seed=1)
        labels = [(t.id, t.labels) for t in one.tasks]
        assert labels == [(t.id, t.labels) for t in twin.tasks]
        assert labels != [(t.id, t.labels) for t in other.tasks]
        assert one.version != other.version

    asyncio.run(run())


def test_held_out_tasks_are_of_worlds_held_out() -> None:
    tasks = asyncio.run(drawn("held_out")).tasks
    assert {world for t in tasks for world in t.labels["world"].split("+")} <= HELD_OUT_WORLDS


def test_who_calls_without_end_is_stopped() -> None:
    async def restless(_conversation: Conversation) -> Assistant:
        return Assistant(calls=(Call.parse("call_1", "nothing", "{"),))

    async def run() -> None:
        [task] = (await drawn("seen", each=1)).tasks
        result = await play(task, restless)
        assert (result.passed, result.reason) == (False, "too_many_steps")

    asyncio.run(run())


def test_tasks_are_as_the_tables_of_a_recipe_make_them() -> None:
    few = Blueprinting(distractors=((0, 0, 1.0),), responses=0.0)
    short = Tables(plan=Planning(depth={"1": 1.0}), blueprint=few)
    shown = list[Conversation]()

    async def look(conversation: Conversation) -> Assistant:
        shown.append(conversation)
        return Assistant(answer="No.")

    async def run() -> None:
        async with worlds(("seen",), 0, 8, short) as suite:
            assert {t.labels["depth"] for t in suite.tasks} <= {"1", "2"}  # a loop takes more
            assert suite.version != (await drawn("seen", each=8)).version
            for task in suite.tasks:
                assert (await play(task, task.gold)).passed
                await play(task, look)

    asyncio.run(run())
    assert not any(f.responses for c in shown for f in c.functions)


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(BadInput, match="choose from seen"):
        asyncio.run(drawn("nonesuch"))
