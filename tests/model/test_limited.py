from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from buttonup.errors import Fault
from buttonup.model.door import Reply, Request
from buttonup.model.limited import Limited, turn

REQUEST = Request(model="m", messages=())


def request(n: int) -> Request:
    return Request(model="m", messages=(), seed=n)


class Counting:
    """Counts how many requests it holds at once; says it is busy where there are more than suit."""

    def __init__(self, suits: int = 1000) -> None:
        self.suits = suits
        self.now = self.most = 0

    async def __call__(self, request: Request, /) -> Reply:
        self.now += 1
        self.most = max(self.most, self.now)
        busy = self.now > self.suits
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.now -= 1
        if busy:
            raise Fault("too many", busy=True)
        if request.seed % 5 == 0:
            raise ValueError("a failure gives its place back too")
        return Reply(text=str(request.seed))


def ask_all(model: Limited, seeds: Sequence[int]) -> list[Reply | BaseException]:
    async def asked() -> list[Reply | BaseException]:
        return await asyncio.gather(*(model(request(n)) for n in seeds), return_exceptions=True)

    return asyncio.run(asked())


def test_no_more_than_the_limit_are_in_flight_and_all_get_their_turn() -> None:
    inner = Counting()
    replies = ask_all(Limited(inner, in_flight=3), range(20))
    assert inner.most == 3
    assert [r.text for r in replies if isinstance(r, Reply)] == [str(n) for n in range(20) if n % 5]


def test_a_busy_endpoint_is_asked_half_as_much_at_once() -> None:
    model = Limited(Counting(suits=0), in_flight=64)
    ask_all(model, range(64))
    assert model.limit == 32


def test_the_faults_of_requests_that_flew_together_count_as_one() -> None:
    inner = Counting(suits=20)
    model = Limited(inner, in_flight=64)
    ask_all(model, range(1, 65))
    assert model.limit >= 32


def test_a_fault_that_is_not_of_being_busy_changes_nothing() -> None:
    async def torn(_request: Request, /) -> Reply:
        raise Fault("the body broke off")

    model = Limited(torn, in_flight=8)
    ask_all(model, range(20))
    assert model.limit == 8


def test_what_an_endpoint_can_bear_is_found_and_what_the_user_allowed_comes_back() -> None:
    inner = Counting(suits=10)
    model = Limited(inner, in_flight=64)
    for _ in range(8):
        ask_all(model, [1] * 64)
    assert model.limit <= 20
    inner.suits = 1000
    ask_all(model, [1] * 2000)
    assert model.limit == 64


def test_the_limit_never_falls_below_one_request() -> None:
    model = Limited(Counting(suits=0), in_flight=4)
    for _ in range(10):
        ask_all(model, [1])
    assert model.limit == 1


def test_of_the_requests_that_wait_those_of_earlier_items_go_first() -> None:
    order: list[int] = []

    async def noting(request: Request, /) -> Reply:
        order.append(request.seed)
        await asyncio.sleep(0)
        return Reply("")

    async def item(model: Limited, place: int) -> None:
        turn.set(place)
        await model(request(place))

    async def story() -> None:
        model = Limited(noting, in_flight=1)
        await asyncio.gather(*(asyncio.create_task(item(model, n)) for n in (9, 4, 7, 1, 8)))

    asyncio.run(story())
    assert order == [9, 1, 4, 7, 8]  # the first one found room at once


@pytest.mark.parametrize("cancelled", range(4))
def test_a_request_that_is_given_up_leaves_its_place_to_the_next(cancelled: int) -> None:
    async def story() -> int:
        model = Limited(Counting(), in_flight=1)
        tasks = [asyncio.create_task(model(request(n))) for n in (1, 2, 3, 4)]
        for _ in range(cancelled + 2):
            await asyncio.sleep(0)
        tasks[cancelled].cancel()
        ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)
        return sum(isinstance(r, Reply) for r in ended)

    assert asyncio.run(story()) >= 3
