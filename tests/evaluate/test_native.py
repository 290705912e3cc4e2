"""Chat completions with tools, as they come back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from buttonup.errors import Fault
from buttonup.evaluate.native import read_message


def body(message: Any) -> bytes:
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    return json.dumps({"choices": [{"message": message}], "usage": usage}).encode()


def test_calls_and_usage_are_kept() -> None:
    call = {"id": "x", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    reply = read_message(body({"content": None, "tool_calls": [call]}))
    assert json.loads(reply.text)["tool_calls"] == [call]
    assert (reply.prompt_tokens, reply.completion_tokens) == (7, 3)


@pytest.mark.parametrize("calls", ["add()", [1], {"name": "add"}])
def test_what_is_no_list_of_calls_is_no_completion(calls: Any) -> None:
    with pytest.raises(Fault, match="no chat completion"):
        read_message(body({"content": "", "tool_calls": calls}))
