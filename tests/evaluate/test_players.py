"""A model's replies become turns, whatever they hold."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import Reject
from buttonup.evaluate.native import ChatRequest
from buttonup.evaluate.players import ModelPlayer, Sampling, read_native, read_text, write_text
from buttonup.model.door import Reply, Request
from buttonup.model.scripted import Scripted
from buttonup.records import Assistant, Call, Conversation, Function, Tool, User

ADD = Function(
    name="add", description="Add.", parameters={"type": "object"}, responses={"type": "number"}
)
LATER = Function(name="later", description="", parameters={})
TALK = Conversation(
    (ADD,),
    (
        User("Add."),
        Assistant(calls=(Call.of("call_1", "add", {"a": 1}),)),
        Tool("call_1", "add", 2),
        Assistant(answer="2"),
        User("And now?", (LATER,)),
    ),
    parallel=None,
)
BLANK = ChatRequest(model="m", messages=())


def ask(reply: str | Reply, calls: Any) -> tuple[Assistant, Request]:
    model = Scripted(lambda _request: reply)
    player = ModelPlayer(model, "m", Sampling(calls=calls))
    return asyncio.run(player(TALK)), model.asked[0]


def test_calls_in_text_are_read_and_numbered_on() -> None:
    text = '<tool_call>\n{"name": "add", "arguments": {"a": 2}}\n</tool_call>'
    heard, request = ask(text, "hermes")
    assert heard.calls == (Call.of("call_2", "add", {"a": 2}),)
    assert [t.role for t in request.messages] == [
        "system", "user", "assistant", "user", "assistant", "user",
    ]  # fmt: skip
    assert '"later"' in request.messages[-1].content


def test_a_last_call_without_its_end_is_read() -> None:
    heard = read_text(Reply('<tool_call>{"name": "add", "arguments": {}}'))
    assert [c.name for c in heard.calls] == ["add"]


@given(
    st.text()
    | st.lists(
        st.sampled_from(["<tool_call>", "</tool_call>", "<think>", "</think>", "{", "}", "a"])
    ).map("".join)
)
def test_whatever_text_comes_can_be_written_back(text: str) -> None:
    heard = read_text(Reply(text))
    if heard.calls:
        return
    write_text(Conversation((), (User("Hi."), heard, User("Well?")), parallel=None), BLANK)


def test_native_calls_are_asked_for_with_all_functions_and_read() -> None:
    call = {"id": "x", "type": "function", "function": {"name": "add", "arguments": '{"a": 2}'}}
    message = {"role": "assistant", "content": "", "reasoning_content": "", "tool_calls": [call]}
    heard, request = ask(json.dumps(message), "native")
    assert [(c.id, c.name, c.arguments) for c in heard.calls] == [("call_2", "add", {"a": 2})]
    assert isinstance(request, ChatRequest)
    assert [t["function"]["name"] for t in request.tools] == ["add", "later"]
    assert all("responses" not in t["function"] for t in request.tools)
    assert request.chat[-1] == {"role": "user", "content": "And now?"}


def test_malformed_native_arguments_are_kept_as_they_are() -> None:
    call = {"function": {"name": "add", "arguments": "{oops"}}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    heard = read_native(Reply(json.dumps(message)))
    assert (heard.calls[0].arguments, heard.calls[0].raw) == (None, "{oops")


def test_a_native_call_without_a_name_is_no_crash() -> None:
    message: Any = {"role": "assistant", "content": None, "tool_calls": [{"function": {}}]}
    assert read_native(Reply(json.dumps(message))).calls == ()


def test_a_filtered_reply_is_an_inference_error() -> None:
    with pytest.raises(Reject, match="filtered"):
        ask(Reply("", finish="content_filter"), "hermes")


def test_trials_are_told_apart_and_repeated_alike() -> None:
    model = Scripted(lambda _request: "Hello.")
    for trial in (0, 1, 0):
        asyncio.run(ModelPlayer(model, "m", Sampling(calls="hermes"), trial)(TALK))
    one, other, again = (request.key for request in model.asked)
    assert one == again != other
