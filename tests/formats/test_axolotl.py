from __future__ import annotations

import json

import pytest

from buttonup.errors import Reject
from buttonup.formats.axolotl import render
from buttonup.records import Assistant, Call, Conversation, Function, User


def test_tools_and_arguments_are_strings_of_json() -> None:
    call = Call.of("x", "f", {"a": 1})
    f = Function("f", "Do.", {"type": "object"})
    row = render(Conversation((f,), (User("Go."), Assistant(calls=(call,)))))
    [called] = row["messages"][2]["tool_calls"]
    assert json.loads(called["function"]["arguments"]) == {"a": 1}
    assert json.loads(row["tools"])[0]["function"]["name"] == "f"


def test_a_turn_kept_out_of_the_loss_says_so_in_axolotls_word() -> None:
    row = render(Conversation(messages=(Assistant(answer="a", masked=True), Assistant(answer="b"))))
    assert [(m.get("train"), "weight" in m) for m in row["messages"][1:]] == [
        (False, False),
        (None, False),
    ]


def test_arguments_that_would_end_a_training_are_refused() -> None:
    c = Conversation(messages=(Assistant(calls=(Call.parse("x", "f", "{"),)),))
    with pytest.raises(Reject, match="malformed_arguments"):
        render(c)
