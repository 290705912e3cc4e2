"""Has a run's lines made by the engine that its recipe names; which one, no line tells.

Here: in this process. On cores: chunks of items by processes beside it, where no model is asked.
In batches: here too, with as many items in flight as samples are wanting. On a cluster: chunks of
items as on cores, or, where a model is asked, each trail through each segment of the pipeline;
items meet, and the model is asked, in this process all the same.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import (
    AsyncGenerator,
    Callable,
    Coroutine,
    Iterable,
    Sequence,
)
from contextlib import aclosing
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from buttonup.doors import Doors, Place
from buttonup.engine.cores import AHEAD, cores, in_order, spread
from buttonup.engine.local import Fold, Kept, Stage, Trail, grown, run
from buttonup.engine.paced import Paced
from buttonup.errors import BadInput
from buttonup.model.door import Model
from buttonup.recipe import Recipe, own_specs, promise
from buttonup.records import Blueprint, Record, Rejection, Trajectory, encode
from buttonup.store.rundir import ACCEPTED, Line, line_of

FEW = 5  # samples wanted for each item in flight; ours: a short run pays for less that it drops
SPARE = 16  # requests in flight for each item at work beyond them; ours, by bench/orchestrate.py
MANY = 500  # samples wanted from which worker processes pay for their start; ours

Stages: TypeAlias = Callable[[Doors], Sequence[Stage | Fold]]
"""Writes out a recipe's pipeline around the models that it asks. Picklable: workers write out
theirs."""
Lines: TypeAlias = AsyncGenerator[Line, None]
Made: TypeAlias = AsyncGenerator["_Worked", None]


def lines(recipe: Recipe, first: Iterable[Record], stages: Stages, doors: Doors) -> Lines:
    """Give the lines that are written of what becomes of each item of the source, in item order.

    Close the generator to stop early: what is in flight has ended when the closing returns.
    Raises  what a stage raises, behind the lines before it; BadInput where the engine cannot be had
    """
    if doors and recipe.teacher.batch:
        return _paced(recipe, first, stages, doors)
    if recipe.engine == "ray":
        return _on_cluster(recipe, first, stages, doors)
    apart = not doors and recipe.tools != "simulated" and not own_specs(recipe)
    if apart and (workers := _workers(recipe)) > 1:
        return _joined(spread(first, partial(_worked, stages), workers))
    return _lines(run(first, stages(doors), _at_work(recipe)))


def _workers(recipe: Recipe) -> int:
    """Count the processes that pay for their start."""
    return 1 if recipe.n < MANY else recipe.cores or cores()


def _at_work(recipe: Recipe) -> int:
    """Count the items at work: some more than requests in flight, as replies are written down."""
    wanted = min(recipe.concurrency, recipe.n // FEW + 1)
    return wanted + wanted // SPARE


async def _lines(events: AsyncGenerator[Kept | Rejection, None]) -> Lines:
    """Give the lines that are written of what happens."""
    async with aclosing(events) as stream:
        async for event in stream:
            if isinstance(event, Rejection):
                yield line_of(event, event.stage)
            elif not isinstance(event.record, Blueprint | Trajectory):  # these are in their samples
                yield line_of(event.record, event.stage)


async def _paced(recipe: Recipe, first: Iterable[Record], stages: Stages, doors: Doors) -> Lines:
    """Have as many items in flight as samples are wanting: all that they ask goes out together."""
    paced = Paced(first, recipe.n, promise(recipe), recipe.batch.items)
    events = run(paced.items(), stages(doors), recipe.batch.items, over=paced.over)
    async with aclosing(_lines(events)) as stream:
        async for line in stream:
            if line.file == ACCEPTED:
                paced.accepted()
            yield line


# --- chunks of items: no model is asked ---------------------------------------------------------


class _Worked(NamedTuple):
    """What a worker process made of a chunk of items."""

    lines: list[Line]
    failure: Exception | None
    """What stopped it behind these lines."""


async def _joined(chunks: Made) -> Lines:
    """Give the lines of one chunk after the other, up to a failure."""
    async with aclosing(chunks) as made:
        async for worked in made:
            for line in worked.lines:
                yield line
            if worked.failure:
                raise worked.failure


def _worked(stages: Stages, items: Sequence[Record]) -> _Worked:
    return _loop().run_until_complete(_chunk_walked(stages, items))


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    """Give a worker's event loop: one for all its chunks.

    `asyncio.run` would make one for each, and take Ctrl-C over while it lasts. Giving it back looks
    the handler up as a signal, which writes out the handler, its task and the whole chunk in it:
    a tenth of a worker's time (CPython 3.11, `signal._int_to_enum`).
    """
    return asyncio.new_event_loop()


async def _chunk_walked(stages: Stages, items: Sequence[Record]) -> _Worked:
    made: list[Line] = []
    try:
        async for line in _lines(run(items, stages({}), 1)):
            made.append(line)  # noqa: PERF401 - what came before a failure stays
    except Exception as failure:  # noqa: BLE001 - raised again behind the lines before it
        return _Worked(made, failure)
    return _Worked(made, None)


# --- on a cluster -------------------------------------------------------------------------------


async def _on_cluster(
    recipe: Recipe, first: Iterable[Record], stages: Stages, doors: Doors
) -> Lines:
    try:
        from buttonup.engine import ray  # noqa: PLC0415 - an extra, and heavy
    except ImportError as error:
        what = "the engine ray needs a package that is not there"
        raise BadInput(what, 'pip install "buttonup[ray]"') from error

    with ray.joined(recipe.address):
        workers, many = recipe.cores or ray.cpus(), _at_work(recipe)
        if not doors:
            crew = ray.hired(partial(_chunks_of, stages), (), workers, AHEAD)
        else:
            grow = partial(_trails_of, stages, tuple(doors))
            crew = ray.hired(grow, tuple(doors.values()), min(workers, many), many)
        async with crew as do:
            if not doors:
                made = _joined(in_order(first, partial(_sent, do), workers * AHEAD))
            else:
                made = _lines(run(first, stages(doors), many, partial(_grown_afar, do)))
            async with aclosing(made):
                async for line in made:
                    yield line


def _sent(
    do: Callable[[Any, str], Coroutine[Any, Any, _Worked]], items: Sequence[Record]
) -> Coroutine[Any, Any, _Worked]:
    return do(items, f"one of the items {_told(items[0])} to {_told(items[-1])}")


def _chunks_of(
    stages: Stages, _door: Callable[[int], Model]
) -> Callable[[Any], Coroutine[Any, Any, _Worked]]:
    """Say, in a worker, what becomes of a chunk."""
    return partial(_chunk_walked, stages)


async def _grown_afar(
    do: Callable[[Any, str], Coroutine[Any, Any, Trail]],
    trail: Trail,
    above: str,
    segment: tuple[Stage, ...],
) -> Trail:
    """Have a trail grown through a segment by a worker that has stages of the same names."""
    return await do((trail, above, [stage.name for stage in segment]), f"item {_told(trail[0])}")


def _trails_of(
    stages: Stages, places: tuple[Place, ...], door: Callable[[int], Model]
) -> Callable[[Any], Coroutine[Any, Any, Trail]]:
    """Say, in a worker, how a trail grows."""
    doors = {place: door(n) for n, place in enumerate(places)}
    mine = {stage.name: stage for stage in stages(doors) if isinstance(stage, Stage)}

    async def grow(order: tuple[Trail, str, list[str]]) -> Trail:
        trail, above, names = order
        return await grown(trail, above, tuple(mine[name] for name in names))

    return grow


def _told(item: Kept | Rejection | Record) -> str:
    """Name an item so that it can be found again."""
    return encode(item.record if isinstance(item, Kept) else item).decode()[:120]
