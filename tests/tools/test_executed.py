from __future__ import annotations

import asyncio

import pytest

from buttonup.errors import Reject
from buttonup.records import Call, Function, Json
from buttonup.tools.door import Ran, Scene, failed
from buttonup.tools.executed import Executed

KNOWN = (Function("add", "Adds.", {"type": "object"}),)


class _Counter:
    """Adds up; its state shows how many calls really ran."""

    def __init__(self) -> None:
        self.total = 0

    def call(self, name: str, arguments: dict[str, Json]) -> Json:
        assert name == "add"
        self.total += arguments["n"]
        return {"total": self.total}


def _add(id: int, n: int) -> Call:
    return Call.of(f"call_{id}", "add", {"n": n})


def _answer(door: Executed, call: Call, *ran: Ran) -> Json:
    return asyncio.run(door(call, Scene(KNOWN, ran=ran)))


def test_calls_run_once_on_one_state() -> None:
    door = Executed(_Counter())
    first = asyncio.run(door(_add(1, 2), Scene(KNOWN)))
    assert first == {"total": 2}
    assert _answer(door, _add(2, 3), Ran(_add(1, 2), first)) == {"total": 5}


def test_a_fresh_session_catches_up_with_the_transcript() -> None:
    earlier = Ran(_add(1, 2), {"total": 2}), Ran(Call.parse("call_2", "add", "{"), _REFUSED)
    assert _answer(Executed(_Counter()), _add(3, 3), *earlier) == {"total": 5}


_REFUSED = {"error": "The arguments are not a JSON object."}


def test_a_transcript_that_these_tools_did_not_give_is_rejected() -> None:
    with pytest.raises(Reject) as rejected:
        _answer(Executed(_Counter()), _add(2, 3), Ran(_add(1, 2), {"total": 99}))
    assert rejected.value.reason == "diverged"


def test_a_bad_call_is_data_and_never_reaches_the_tools() -> None:
    counter = _Counter()
    assert failed(_answer(Executed(counter), Call.of("call_1", "subtract", {"n": 1})))
    assert failed(_answer(Executed(counter), Call.parse("call_1", "add", "[1]")))
    assert counter.total == 0
