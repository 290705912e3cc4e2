from __future__ import annotations

import asyncio

import pytest

from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.door import Reply, Request
from buttonup.model.retrying import Retrying
from buttonup.model.scripted import Scripted

REQUEST = Request(model="m", messages=())


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record pauses instead of making them."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return pauses


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
    asyncio.run(Retrying(failing(*[Fault("down")] * 9), times=10, longest=8.0)(REQUEST))
    whole = [0.5, 1, 2, 4, 8, 8, 8, 8, 8]
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
