from __future__ import annotations

import pytest

from buttonup.errors import Reject
from buttonup.formats.swift import parse, render
from buttonup.records import Assistant, Call, Conversation, Tool, User

CALLS = (Call.of("call_1", "f", {"x": 1}), Call.of("call_2", "f", {"x": 2}))


def test_each_call_and_each_result_is_a_message_and_the_thought_stands_before() -> None:
    messages = (
        User("Go."),
        Assistant("Both.", CALLS),
        Tool("call_1", "f", 1),
        Tool("call_2", "f", 2),
    )
    row = render(Conversation(messages=messages, parallel=None))
    assert [m["role"] for m in row["messages"]] == [
        *("user", "assistant", "tool_call", "tool_call", "tool_response", "tool_response")
    ]
    assert row["messages"][1]["content"] == "<think>\nBoth.\n</think>\n\n"
    assert all(isinstance(m["content"], str) for m in row["messages"])


def test_all_messages_of_a_turn_kept_out_of_the_loss_say_so() -> None:
    c = Conversation(messages=(User("Go."), Assistant("Both.", CALLS, masked=True)), parallel=None)
    row = render(c)
    assert [m.get("loss") for m in row["messages"]] == [None, False, False, False]


def test_a_turn_that_is_learnt_leaves_its_loss_to_the_trainer_and_reads_back_as_learnt() -> None:
    c = Conversation(messages=(User("Go."), Assistant("Both.", answer="Done.")), parallel=None)
    row = render(c)
    assert row["messages"][1]["loss"] is None
    assert "loss" not in row["messages"][0]
    assert parse(row) == c


def test_two_turns_of_the_assistant_in_a_row_are_refused() -> None:
    with pytest.raises(Reject, match="turn_order"):
        render(Conversation(messages=(Assistant(answer="a"), Assistant(calls=CALLS))))


def test_a_call_that_is_a_literal_of_python_is_read() -> None:
    call = {"role": "tool_call", "content": "{'name': 'f', 'arguments': '{\"x\": 1}'}"}
    [turn] = parse({"messages": [call]}).messages
    assert turn == Assistant(calls=(Call.parse("call_1", "f", '{"x": 1}'),))
    with pytest.raises(Reject, match="calls_not_json"):
        parse({"messages": [{"role": "tool_call", "content": "f(1)"}]})
