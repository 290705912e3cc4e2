"""Runs stages in one process: items stream, and come out in their order.

Stages in a row are one segment. An item walks through a whole segment on its own, and so does each
of its children; none waits for another. Folds are the only places where items meet, in item order.

What travels is a *trail*: all the events of one source item so far, each event right behind the
one it came from. A segment grows a window of trails at a time, and hands them on in the order in
which they arrived. So what comes out depends on the source and the verbs, never on the clock; a
failure too has its place in that order.

All that is made of a source item has its `turn`: where requests wait to be sent, those of earlier
items go first, in whichever segment. So what was begun is finished before more is begun, and a run
that is stopped has whole samples.
"""

from __future__ import annotations

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Coroutine,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeAlias, TypeVar

from buttonup.errors import Reject
from buttonup.model.limited import turn
from buttonup.model.tally import tally
from buttonup.records import Record, Rejection, Usage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Stage:
    """One record in, the records made of it out: none, one or many."""

    name: str
    verb: Callable[[Any], Awaitable[Sequence[Record]]]
    """Raises Reject to give the record up, which becomes a Rejection."""


@dataclass(frozen=True, slots=True)
class Fold:
    """A decision across items: meets every record in item order, and remembers."""

    name: str
    start: Callable[[], Callable[[Any], Sequence[Record]]]
    """Gives a fresh verb for each run; it is not asynchronous, and may raise Reject too."""


class Kept(Record):
    """A record that a stage made."""

    stage: str
    record: Record


Event: TypeAlias = Kept | Rejection
Trail: TypeAlias = list[Event]
Trails: TypeAlias = AsyncGenerator[Trail, None]
Grow: TypeAlias = Callable[[Trail, str, tuple[Stage, ...]], Coroutine[Any, Any, Trail]]
"""Grows a trail, of which the last stage is named, through a segment: `grown`, or one like it."""

SOURCE = ""
"""Stands for a stage in front of the first one; what it "makes" is not an event of the run."""

AHEAD = 8
"""Items a segment holds for each one at work: how far others get ahead of a slow one.

Ours. 10,000 items of exponential latency, 256 in flight, took 4.8 times the ideal with 1, 1.5 with
4, 1.14 with 8 and 1.12 with 16; what a consumer that stops early has paid for in vain grows too.
"""

BREATH = 64
"""Items of a source that never waits, after which the event loop gets its turn. Ours."""


NOTHING: Mapping[str, Usage] = {}
"""What a step took that asked no model."""


async def run(
    source: Iterable[Record] | AsyncIterable[Record],
    stages: Sequence[Stage | Fold],
    in_flight: int,
    grow: Grow | None = None,
    over: Callable[[], None] = lambda: None,
) -> AsyncGenerator[Event, None]:
    """Run the source's items through the stages and give every event, in item order.

    A Rejection in the source passes by as it is. At most `in_flight` items are at work in each
    segment; `AHEAD` times as many are held, and one waits at the door. `over` is called behind the
    last event of each item. Close the generator
    (`contextlib.aclosing`) to stop early: what is in flight is cancelled, and has ended when the
    closing returns. `grow` says where the verbs run: in this process, when there is none.

    Raises  whatever a verb or the source raises (Reject aside), after every event of the items
            before it; ValueError when two stages share a name or `in_flight` is below 1
    """
    _check(stages, in_flight)
    trails, above = _trails(source), SOURCE
    for streams, group in groupby(stages, lambda stage: isinstance(stage, Stage)):
        if streams:
            segment = tuple(s for s in group if isinstance(s, Stage))
            trails, above = (
                _streamed(trails, above, segment, in_flight, grow or grown),
                segment[-1].name,
            )
        for fold in (f for f in group if isinstance(f, Fold)):
            trails, above = _folded(trails, above, fold), fold.name
    async with aclosing(trails):
        async for trail in trails:
            for event in trail:
                if not _made_by(SOURCE, event):
                    yield event
            over()


def _check(stages: Sequence[Stage | Fold], in_flight: int) -> None:
    names = [SOURCE, *(stage.name for stage in stages)]
    if len(set(names)) < len(names):
        raise ValueError(f"every stage needs a name of its own: {names[1:]}")
    if in_flight < 1:
        raise ValueError(f"in_flight is {in_flight}; at least one item must be in flight")


def _made_by(stage: str, event: Event) -> bool:
    return isinstance(event, Kept) and event.stage == stage


async def _trails(source: Iterable[Record] | AsyncIterable[Record]) -> Trails:
    """Start a trail for each item of the source, read only as far as asked."""
    if isinstance(source, AsyncGenerator):
        async with aclosing(source):
            async for item in source:
                yield _begun(item)
    elif isinstance(source, AsyncIterable):
        async for item in source:
            yield _begun(item)
    else:
        for count, item in enumerate(source, start=1):
            yield _begun(item)
            if count % BREATH == 0:
                await asyncio.sleep(0)


def _begun(item: Record) -> Trail:
    return [item if isinstance(item, Rejection) else Kept(SOURCE, item)]


async def _folded(trails: Trails, above: str, fold: Fold) -> Trails:
    """Show the fold what the stage above made, one record after the other."""
    verb = fold.start()
    async with aclosing(trails):
        async for trail in trails:
            grown: Trail = []
            for event in trail:
                grown.append(event)
                if isinstance(event, Kept) and event.stage == above:
                    grown += _tried(fold, verb, event.record)
            yield grown


def _tried(fold: Fold, verb: Callable[[Any], Sequence[Record]], record: Record) -> Trail:
    try:
        return [_event(fold.name, made) for made in verb(record)]
    except Reject as reject:
        return [_rejection(fold.name, reject, record)]


async def _streamed(
    trails: Trails, above: str, segment: tuple[Stage, ...], in_flight: int, grow: Grow
) -> Trails:
    """Grow trails through a segment, many at a time, and give them in their order."""
    window: asyncio.Queue[asyncio.Task[Trail]] = asyncio.Queue()
    room = asyncio.Semaphore(in_flight * AHEAD)
    hands = asyncio.Semaphore(in_flight)

    def ended(task: asyncio.Task[Trail]) -> None:
        hands.release()
        if not task.cancelled() and task.exception():
            admitting.cancel()  # nothing behind a failure will be given: start no more

    async def admit() -> Trail:
        async with aclosing(trails):
            place = 0
            async for trail in trails:
                await room.acquire()
                await hands.acquire()
                turn.set(place := place + 1)  # a task has a copy of its own of what is set here
                task = asyncio.create_task(grow(trail, above, segment))
                task.add_done_callback(ended)
                window.put_nowait(task)
        return []

    admitting = asyncio.create_task(admit())
    admitting.add_done_callback(window.put_nowait)  # the end, or the source's failure, in its place
    try:
        while (task := await window.get()) is not admitting:
            yield await task
            room.release()
        await admitting
    finally:
        await _stopped([admitting, *_drained(window)])


async def grown(trail: Trail, above: str, segment: tuple[Stage, ...]) -> Trail:
    """Put behind each record that the stage above made all that comes of it in the segment."""
    walks = [
        _walked(event.record, segment)
        for event in trail
        if isinstance(event, Kept) and event.stage == above
    ]
    branches = iter(await _together(walks))
    grown: Trail = []
    for event in trail:
        grown.append(event)
        if _made_by(above, event):
            grown += next(branches)
    return grown


async def _walked(record: Record, segment: tuple[Stage, ...]) -> Trail:
    """Take a record, and each of its children on its own, through the stages of a segment."""
    stage, *later = segment
    with tally() as taken:
        try:
            made = await stage.verb(record)
        except Reject as reject:
            return [_rejection(stage.name, reject, record, taken)]
    trail: Trail = [_event(stage.name, child) for child in made]
    return await grown(trail, stage.name, tuple(later)) if later else trail


def _event(stage: str, made: Record) -> Event:
    """Say that a stage made a record; one of several drafts may be a Rejection itself."""
    return made if isinstance(made, Rejection) else Kept(stage, made)


def _rejection(
    stage: str, reject: Reject, record: Record, usage: Mapping[str, Usage] = NOTHING
) -> Rejection:
    return Rejection(
        stage=stage,
        reason=reject.reason,
        detail=reject.detail,
        item=record.key,
        usage=dict(usage),
    )


async def _together(walks: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
    """Await all at once. When some fail, the first of them in order is raised."""
    if len(walks) <= 1:
        return [await walk for walk in walks]  # most stages map one to one: no task of its own
    tasks = [asyncio.create_task(walk) for walk in walks]
    try:
        return [await task for task in tasks]
    finally:
        await _stopped(tasks)


def _drained(window: asyncio.Queue[T]) -> Iterator[T]:
    while not window.empty():
        yield window.get_nowait()


async def _stopped(tasks: Sequence[asyncio.Task[Any]]) -> None:
    """Cancel what still runs and wait until all has ended; what it raises then is not news."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
