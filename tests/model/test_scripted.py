from __future__ import annotations

import asyncio

import pytest

from buttonup.errors import Fault
from buttonup.model.door import Reply, Request, Turn
from buttonup.model.scripted import Scripted

REQUEST = Request(model="m", messages=(Turn("user", "two words"),))


def test_a_script_answers_by_request_and_is_counted() -> None:
    model = Scripted(lambda request: request.messages[0].content.upper())
    reply = asyncio.run(model(REQUEST))
    assert reply == Reply(text="TWO WORDS", prompt_tokens=2, completion_tokens=2)
    assert model.asked == [REQUEST]


def test_a_script_may_give_a_whole_reply() -> None:
    whole = Reply(text="x", finish="length", reasoning="why")
    assert asyncio.run(Scripted(lambda _: whole)(REQUEST)) == whole


def test_a_script_may_fail_as_an_endpoint_would() -> None:
    def down(request: Request) -> str:
        raise Fault("down")

    with pytest.raises(Fault, match="down"):
        asyncio.run(Scripted(down)(REQUEST))
