from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from itertools import count, islice

import pytest

from buttonup.engine.local import Kept, Stage, run
from buttonup.engine.paced import Paced
from buttonup.records import Record, Scenario


def items(read: list[int]) -> Iterator[Scenario]:
    for number in count():
        read.append(number)
        yield Scenario(str(number))


async def passing(record: Record) -> list[Record]:
    await asyncio.sleep(0)
    return [record]


async def until(paced: Paced, wanted: int, fails: int = 0) -> AsyncGenerator[str, None]:
    """Run a paced source until so many are accepted; each `fails`-th one is not."""
    accepted = 0
    events = run(paced.items(), [Stage("pass", passing)], 10_000, over=paced.over)
    async with aclosing(events) as stream:
        async for event in stream:
            assert isinstance(event, Kept)
            assert isinstance(event.record, Scenario)
            if fails and int(event.record.text) % fails == 0:
                continue
            paced.accepted()
            yield event.record.text
            accepted += 1
            if accepted == wanted:
                return


def taken(paced: Paced, wanted: int, fails: int = 0) -> list[str]:
    async def story() -> list[str]:
        return [text async for text in until(paced, wanted, fails)]

    return asyncio.run(story())


def test_hardly_more_is_read_than_is_wanted() -> None:
    read: list[int] = []
    assert taken(Paced(items(read), 500, 1, 10_000), 500) == [str(i) for i in range(500)]
    assert len(read) <= 560


def test_what_is_lost_is_made_up_for() -> None:
    read: list[int] = []
    made = taken(Paced(items(read), 300, 1, 10_000), 300, fails=2)
    assert made == [str(i) for i in islice(count(1, 2), 300)]
    assert len(read) <= 720


def test_an_item_that_gives_several_samples_is_not_read_so_often() -> None:
    read: list[int] = []
    paced = Paced(items(read), 100, 4, 10_000)
    assert paced.room == 28
    taken(paced, 10)
    assert len(read) <= 45


@pytest.mark.parametrize("most", [1, 7])
def test_no_more_is_in_flight_than_is_allowed(most: int) -> None:
    flying = [0, 0]

    async def watched(record: Record) -> list[Record]:
        flying[0] += 1
        flying[1] = max(flying)
        await asyncio.sleep(0.001)
        flying[0] -= 1
        return [record]

    async def story() -> None:
        paced = Paced(items([]), 50, 1, most)
        events = run(paced.items(), [Stage("watched", watched)], 10_000, over=paced.over)
        async with aclosing(events) as stream:
            for _ in range(50):
                await anext(stream)

    asyncio.run(story())
    assert flying[1] == most
