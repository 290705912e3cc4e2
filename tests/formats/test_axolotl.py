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


def test_arguments_that_would_end_a_training_are_refused() -> None:
    c = Conversation(messages=(Assistant(calls=(Call.parse("x", "f", "{"),)),))
    with pytest.raises(Reject, match="malformed_arguments"):
        render(c)
