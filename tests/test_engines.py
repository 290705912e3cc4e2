"""Which engine makes the lines of a run, no line tells."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

import pytest

from buttonup.doors import Doors
from buttonup.engine.local import Fold, Stage, run
from buttonup.engines import _grown_afar, _trails_of, _worked, lines
from buttonup.errors import BadInput
from buttonup.model.door import Model
from buttonup.model.teachers import Teachers
from buttonup.recipe import Recipe, pipeline, source
from buttonup.records import Record, Scenario
from buttonup.store.rundir import Line


def stages(recipe: Recipe, doors: Doors) -> Sequence[Stage | Fold]:
    return pipeline(recipe, Teachers())


def first_lines(recipe: Recipe, count: int) -> list[Line]:
    async def some() -> list[Line]:
        made = lines(recipe, source(recipe), partial(stages, recipe), {})
        async with aclosing(made):
            return [await anext(made) for _ in range(count)]

    return asyncio.run(some())


def test_one_process_and_several_make_the_same_lines() -> None:
    alone = first_lines(Recipe(n=10), 40)
    assert alone == first_lines(Recipe(n=10_000, cores=2), 40)
    assert {line.file for line in alone} <= {"accepted.jsonl", "rejected.jsonl", "rejections.jsonl"}


async def picky(record: Scenario) -> list[Scenario]:
    if record.text == "3":
        raise BadInput("no threes", "leave them out")
    return [record]


def pickiness(_doors: Doors) -> Sequence[Stage | Fold]:
    return [Stage("picky", picky)]


def scenarios() -> Iterator[Record]:
    return (Scenario(str(n)) for n in range(10))


@pytest.mark.parametrize("recipe", [Recipe(n=10), Recipe(n=10_000, cores=2)])
def test_a_failure_comes_behind_the_lines_before_it(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    async def all_of_them() -> None:
        async for line in lines(recipe, scenarios(), pickiness, {}):
            made.append(line)  # noqa: PERF401 - what came before the failure counts

    with pytest.raises(BadInput, match="no threes"):
        asyncio.run(all_of_them())
    assert [line.text for line in made] == [b'{"text":"0"}\n', b'{"text":"1"}\n', b'{"text":"2"}\n']


def nobody(of: int) -> Model:
    raise AssertionError("no model is asked here")


async def sent_and_done(work: Any, order: Any, name: str) -> Any:
    """Do an order as a worker elsewhere would."""
    return pickle.loads(pickle.dumps(await work(pickle.loads(pickle.dumps(order)))))


def test_a_trail_grown_elsewhere_is_the_trail_grown_here() -> None:
    recipe = Recipe(n=10)
    work = _trails_of(partial(stages, recipe), (), nobody)
    afar = partial(_grown_afar, partial(sent_and_done, work))

    async def events(**grow: Any) -> list[Any]:
        made = run(source(recipe), pipeline(recipe, Teachers()), 2, **grow)
        async with aclosing(made):
            return [await anext(made) for _ in range(20)]

    assert asyncio.run(events(grow=afar)) == asyncio.run(events())


def test_a_worker_looks_no_handler_up_between_its_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    def looked_up(*_: Any) -> None:
        raise AssertionError("it writes out all that the handler holds, a whole chunk")

    work = partial(_worked, pickiness)
    monkeypatch.setattr("signal.signal", looked_up)
    monkeypatch.setattr("signal.getsignal", looked_up)
    assert [len(work([Scenario(str(n))]).lines) for n in range(3)] == [1, 1, 1]
