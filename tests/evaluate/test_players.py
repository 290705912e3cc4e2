"""A model's replies become turns of a conversation, and its trials are told apart."""

from __future__ import annotations

import asyncio

import pytest

from buttonup.errors import Reject
from buttonup.evaluate.players import ModelPlayer, Sampling
from buttonup.evaluate.ways import way_of
from buttonup.model.door import Reply
from buttonup.model.scripted import Scripted
from buttonup.records import Assistant, Call, Conversation, Function, Tool, User

ADD = Function(name="add", description="Add.", parameters={"type": "object"})
TALK = Conversation(
    (ADD,),
    (User("Add."), Assistant(calls=(Call.of("call_1", "add", {}),)), Tool("call_1", "add", 2)),
    parallel=None,
)
AGAIN = '<tool_call>\n{"name": "add", "arguments": {"a": 2}}\n</tool_call>'


def player(model: Scripted, trial: int = 0) -> ModelPlayer:
    return ModelPlayer(model, "m", way_of("hermes"), Sampling(calls="hermes"), trial)


def test_calls_are_numbered_on_through_a_conversation() -> None:
    heard = asyncio.run(player(Scripted(lambda _request: AGAIN))(TALK))
    assert heard.calls == (Call.of("call_2", "add", {"a": 2}),)


def test_a_filtered_reply_is_an_inference_error() -> None:
    model = Scripted(lambda _request: Reply("", finish="content_filter"))
    with pytest.raises(Reject, match="filtered"):
        asyncio.run(player(model)(TALK))


def test_trials_are_told_apart_and_repeated_alike() -> None:
    model = Scripted(lambda _request: "Hello.")
    for trial in (0, 1, 0):
        asyncio.run(player(model, trial)(TALK))
    one, other, again = (request.key for request in model.asked)
    assert one == again != other
