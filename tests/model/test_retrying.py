from __future__ import annotations

import asyncio

import pytest

from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.door import Reply, Request
from buttonup.model.retrying import Retrying
from buttonup.model.scripted import Scripted

REQUEST = Request(model="m", messages=())
REAL_SLEEP = asyncio.sleep


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record pauses instead of making them."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return pauses


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make pauses take no time, but a turn of the loop."""

    async def sleep(seconds: float) -> None:
        await REAL_SLEEP(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)


def failing(*failures: Exception) -> Scripted:
    left = list(failures)

    def script(request: Request) -> str:
        if left:
            raise left.pop(0)
        return "there"

    return Scripted(script)


def test_a_fault_is_retried_until_it_has_passed(slept: list[float]) -> None:
    model = failing(Fault("down"), Fault("down"))
    assert asyncio.run(Retrying(model)(REQUEST)) == Reply(text="there", completion_tokens=1)
    assert len(model.asked) == 3


def test_each_pause_is_about_twice_the_one_before_and_none_is_too_long(slept: list[float]) -> None:
    asyncio.run(Retrying(failing(*[Fault("down")] * 7), longest=8.0)(REQUEST))
    whole = [0.5, 1, 2, 4, 8, 8, 8]
    assert all(most / 2 <= pause <= most for pause, most in zip(slept, whole, strict=True))


def test_what_the_endpoint_asks_to_wait_is_waited(slept: list[float]) -> None:
    asyncio.run(Retrying(failing(Fault("busy", retry_after=77.0)))(REQUEST))
    assert slept == [77.0]


def test_after_the_last_try_the_fault_comes_through(slept: list[float]) -> None:
    model = failing(*[Fault(f"down {n}") for n in range(9)])
    with pytest.raises(Fault, match="down 2"):
        asyncio.run(Retrying(model, times=3)(REQUEST))
    assert len(slept) == 2


def test_a_wait_of_hours_stops_the_run_at_once(slept: list[float]) -> None:
    with pytest.raises(Fault):
        asyncio.run(Retrying(failing(Fault("quota", retry_after=86400.0)))(REQUEST))
    assert slept == []


@pytest.mark.parametrize("wrong", [Reject("refused"), BadInput("key"), RuntimeError("bug")])
def test_nothing_but_a_fault_is_retried(slept: list[float], wrong: Exception) -> None:
    model = failing(wrong)
    with pytest.raises(type(wrong)):
        asyncio.run(Retrying(model)(REQUEST))
    assert len(model.asked) == 1


# --- a request that cannot be answered, an endpoint that is away ----------------------------------


def poisoned(request: Request) -> str:
    if request.seed == 0:
        raise Fault("500 it broke")
    return "there"


@pytest.mark.usefixtures("quick")
def test_a_request_that_fails_while_others_are_answered_is_given_up() -> None:
    model = Retrying(Scripted(poisoned), times=3)

    async def story() -> list[Reply | BaseException]:
        others = (model(Request(model="m", messages=(), seed=n)) for n in range(5))
        return await asyncio.gather(*others, return_exceptions=True)

    first, *rest = asyncio.run(story())
    assert isinstance(first, Reject)
    assert first.reason == "unanswered"
    assert "500 it broke" in first.detail
    assert all(isinstance(reply, Reply) for reply in rest)


@pytest.mark.usefixtures("quick")
def test_a_busy_endpoint_does_not_cost_the_request_but_stops_the_run() -> None:
    def script(request: Request) -> str:
        if request.seed == 0:
            raise Fault("429", busy=True)
        return "there"

    model = Retrying(Scripted(script), times=3)

    async def story() -> list[Reply | BaseException]:
        others = (model(Request(model="m", messages=(), seed=n)) for n in range(5))
        return await asyncio.gather(*others, return_exceptions=True)

    assert isinstance(asyncio.run(story())[0], Fault)


class Outage:
    """An endpoint that is away until it has been asked so often; counts."""

    def __init__(self, back_after: int) -> None:
        self.back_after = back_after
        self.asked = 0

    async def __call__(self, _request: Request, /) -> Reply:
        self.asked += 1
        nth = self.asked
        for _ in range(3):
            await REAL_SLEEP(0)
        if nth <= self.back_after:
            raise Fault("connection refused")
        return Reply("there")


def ask_many(model: Retrying, count: int) -> list[Reply | BaseException]:
    async def story() -> list[Reply | BaseException]:
        asks = (model(Request(model="m", messages=(), seed=n)) for n in range(count))
        return await asyncio.gather(*asks, return_exceptions=True)

    return asyncio.run(story())


@pytest.mark.usefixtures("quick")
def test_while_an_endpoint_is_away_one_request_at_a_time_tries_and_then_all_go_on() -> None:
    outage, told = Outage(back_after=44), list[str]()
    replies = ask_many(Retrying(outage, tell=told.append), 40)
    assert all(isinstance(reply, Reply) for reply in replies)
    assert outage.asked == 44 + 40
    assert "connection refused; next try in 1 s" in told[0]
    assert told[-1] == ""
    waits = [words.rpartition("next try in ")[2] for words in told[:-1]]
    assert waits == ["1 s", "2 s", "4 s", "8 s", "16 s"]


@pytest.mark.usefixtures("quick")
def test_an_endpoint_that_stays_away_is_not_asked_for_ever() -> None:
    outage = Outage(back_after=10**9)
    replies = ask_many(Retrying(outage), 200)
    assert all(isinstance(reply, Fault) for reply in replies)
    assert outage.asked == 200 + 9  # once each, and the trials


@pytest.mark.usefixtures("quick")
def test_a_trial_that_is_given_up_leaves_the_way_to_the_next() -> None:
    outage = Outage(back_after=8)
    model = Retrying(outage)

    async def story() -> list[Reply | BaseException]:
        requests = [Request(model="m", messages=(), seed=n) for n in range(12)]
        tasks = [asyncio.create_task(model(request)) for request in requests]
        for _ in range(12):
            await REAL_SLEEP(0)
        for task in tasks[:3]:
            task.cancel()
        return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 5)

    assert sum(isinstance(reply, Reply) for reply in asyncio.run(story())) >= 9


def test_when_one_is_told_to_come_back_tomorrow_nobody_waits_until_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await REAL_SLEEP(0)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    asked = 0

    async def closing(_request: Request, /) -> Reply:
        nonlocal asked
        asked += 1
        nth = asked
        for _ in range(3):
            await REAL_SLEEP(0)
        if nth <= 9:  # the first of each: the circuit opens
            raise Fault("torn")
        raise Fault("gone fishing", retry_after=9999.0, busy=True)

    replies = ask_many(Retrying(closing), 9)
    assert all(isinstance(reply, Fault) for reply in replies)
    assert max(pauses) <= 60
    assert asked < 20
