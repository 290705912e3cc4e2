from __future__ import annotations

import asyncio

import pytest

from buttonup.errors import Reject
from buttonup.model.tally import count, tally
from buttonup.records import Usage

ONE = Usage(calls=1, prompt_tokens=10)


def test_what_is_asked_counts_by_model_in_every_tally_around_it() -> None:
    with tally() as outer:
        count("strong", ONE)
        with tally() as inner:
            count("strong", ONE)
            count("cheap", ONE)
        count("cheap", ONE)
    assert inner == {"strong": ONE, "cheap": ONE}
    assert outer == {"strong": ONE + ONE, "cheap": ONE + ONE}


def test_what_came_to_nothing_has_been_asked_all_the_same() -> None:
    def fails() -> None:
        with tally():
            count("strong", ONE)
            raise Reject("unfit")

    with tally() as outer, pytest.raises(Reject):
        fails()
    assert outer == {"strong": ONE}


def test_one_task_does_not_count_what_another_asks() -> None:
    async def asks(times: int) -> dict[str, Usage]:
        with tally() as mine:
            for _ in range(times):
                count("m", ONE)
                await asyncio.sleep(0)
        return mine

    async def both() -> list[dict[str, Usage]]:
        return list(await asyncio.gather(asks(1), asks(3)))

    assert [taken["m"].calls for taken in asyncio.run(both())] == [1, 3]


def test_counting_where_nobody_keeps_a_tally_does_nothing() -> None:
    count("m", ONE)
