from __future__ import annotations

import asyncio
from typing import Any

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
    User,
    UserTurn,
)
from buttonup.topdown.turns import (
    Role,
    Speak,
    asked,
    calls_made,
    converse,
    next_role,
    pending,
    to_say,
    turns_taken,
)

CALLS = (Call.of("call_1", "f", {}), Call.of("call_2", "f", {"x": 1}))
ASK, TRY, ONE, TWO, END = (
    User("please"),
    Assistant("so", CALLS),
    Tool(call_id="call_1", name="f", result=1),
    Tool(call_id="call_2", name="f", result=2),
    Assistant("done", answer="Here."),
)


TASK: dict[str, Any] = {"task": CompositionalTask("please")}


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


TWICE = (UserTurn("please"), UserTurn("and this"))


@pytest.mark.parametrize(
    ("messages", "role"),
    [
        ((), "user"),
        ((ASK, TRY, ONE, TWO, END), "user"),
        ((ASK, TRY, ONE, TWO, END, User("and this")), "assistant"),
        ((ASK, TRY, ONE, TWO, END, User("and this"), END), None),
        ((ASK, END, User("and this"), TRY, ONE), "tool"),
    ],
)
def test_a_user_with_more_to_say_is_let_speak(
    messages: tuple[Message, ...], role: str | None
) -> None:
    assert next_role(Trajectory(Blueprint(turns=TWICE, **TASK), messages)) == role


def test_the_user_says_one_turn_after_the_other() -> None:
    blueprint = Blueprint(turns=TWICE, **TASK)
    said = [to_say(Trajectory(blueprint, m)).says for m in ((), (ASK, END))]
    assert said == ["please", "and this"]
    assert to_say(_said()).says == "please"


def test_turns_and_calls_are_counted_over_the_whole_conversation() -> None:
    t = _said(ASK, TRY, ONE, TWO, END, User("and this"), TRY)
    assert (asked(t), turns_taken(t), len(calls_made(t))) == (2, 3, 4)


def test_only_calls_without_a_result_are_pending() -> None:
    assert pending(_said(ASK, TRY, TWO)) == CALLS[:1]
    assert pending(_said(ASK, TRY, ONE, TWO)) == ()


def _speaks(*messages: Message) -> Speak:
    async def speak(t: Trajectory) -> Trajectory:
        return t.plus(*messages)

    return speak


async def _answers(t: Trajectory) -> Trajectory:
    return t.plus(TRY if len(t.messages) == 1 else END)


CAST: dict[Role, Speak] = {"user": _speaks(ASK), "assistant": _answers, "tool": _speaks(ONE, TWO)}


def test_a_conversation_goes_on_from_any_prefix_to_the_same_end() -> None:
    whole = asyncio.run(converse(_said(), CAST, 2))
    assert whole.messages == (ASK, TRY, ONE, TWO, END)
    for n in (0, 1, 2, 4, 5):
        resumed = asyncio.run(converse(_said(*whole.messages[:n]), CAST, 2))
        assert resumed.messages == whole.messages


def test_a_conversation_of_several_turns_goes_on_from_any_prefix() -> None:
    cast = CAST | {"assistant": _tries_once_a_turn}
    start = Trajectory(Blueprint(turns=TWICE, **TASK))
    whole = asyncio.run(converse(start, cast, 4))
    assert whole.messages == (ASK, TRY, ONE, TWO, END) * 2
    for n in range(10):
        resumed = asyncio.run(converse(start.plus(*whole.messages[:n]), cast, 4))
        assert resumed.messages == whole.messages or n in (3, 8), "half a turn's results"


async def _tries_once_a_turn(t: Trajectory) -> Trajectory:
    return t.plus(TRY if isinstance(t.messages[-1], User) else END)


def test_a_conversation_without_an_end_is_rejected_and_its_prefix_counts() -> None:
    cast = CAST | {"assistant": _speaks(TRY)}
    for prefix in ((), (ASK, TRY, ONE, TWO)):
        with pytest.raises(Reject) as rejected:
            asyncio.run(converse(_said(*prefix), cast, 1))
        assert rejected.value.reason == "too_long"
