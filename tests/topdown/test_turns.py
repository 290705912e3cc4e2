from __future__ import annotations

import asyncio

import pytest

from buttonup.errors import Reject
from buttonup.records import (
    Assistant,
    Blueprint,
    Call,
    CompositionalTask,
    Message,
    Tool,
    Trajectory,
    Usage,
    User,
)
from buttonup.topdown.turns import Role, Speak, converse, next_role, pending, spoken

CALLS = (Call.of("call_1", "f", {}), Call.of("call_2", "f", {"x": 1}))
ASK, TRY, ONE, TWO, END = (
    User("please"),
    Assistant("so", CALLS),
    Tool(call_id="call_1", name="f", result=1),
    Tool(call_id="call_2", name="f", result=2),
    Assistant("done", answer="Here."),
)


def _said(*messages: Message) -> Trajectory:
    return Trajectory(Blueprint(CompositionalTask("please")), messages)


@pytest.mark.parametrize(
    ("messages", "role"),
    [
        ((), "user"),
        ((ASK,), "assistant"),
        ((ASK, TRY), "tool"),
        ((ASK, TRY, ONE), "tool"),
        ((ASK, TRY, ONE, TWO), "assistant"),
        ((ASK, TRY, ONE, TWO, END), None),
        ((ASK, END), None),
        ((ASK, Assistant("silent")), None),
    ],
)
def test_the_transcript_alone_says_whose_turn_it_is(
    messages: tuple[Message, ...], role: str | None
) -> None:
    assert next_role(_said(*messages)) == role


def test_only_calls_without_a_result_are_pending() -> None:
    assert pending(_said(ASK, TRY, TWO)) == CALLS[:1]
    assert pending(_said(ASK, TRY, ONE, TWO)) == ()


def _speaks(*messages: Message) -> Speak:
    async def speak(t: Trajectory) -> Trajectory:
        return spoken(t, *messages, usage=Usage(calls=1))

    return speak


async def _answers(t: Trajectory) -> Trajectory:
    return t.plus(TRY if len(t.messages) == 1 else END)


CAST: dict[Role, Speak] = {"user": _speaks(ASK), "assistant": _answers, "tool": _speaks(ONE, TWO)}


def test_a_conversation_goes_on_from_any_prefix_to_the_same_end() -> None:
    whole = asyncio.run(converse(_said(), CAST, 2))
    assert whole.messages == (ASK, TRY, ONE, TWO, END)
    assert whole.usage == Usage(calls=2)
    for n in (0, 1, 2, 4, 5):
        resumed = asyncio.run(converse(_said(*whole.messages[:n]), CAST, 2))
        assert resumed.messages == whole.messages


def test_a_conversation_without_an_end_is_rejected_and_its_prefix_counts() -> None:
    cast = CAST | {"assistant": _speaks(TRY)}
    for prefix in ((), (ASK, TRY, ONE, TWO)):
        with pytest.raises(Reject) as rejected:
            asyncio.run(converse(_said(*prefix), cast, 1))
        assert rejected.value.reason == "too_long"
