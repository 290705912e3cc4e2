from __future__ import annotations

import json

from buttonup.model.door import Request, Turn

REQUEST = Request(model="m", messages=(Turn("user", "hello"),), prompt="p")


def test_equal_requests_have_one_address_and_another_seed_another() -> None:
    assert REQUEST.key == Request(model="m", messages=(Turn("user", "hello"),), prompt="p").key
    other = Request(model="m", messages=(Turn("user", "hello"),), prompt="p", seed=1)
    assert other.key != REQUEST.key


def test_the_same_words_by_another_role_are_another_request() -> None:
    assert Request(model="m", messages=(Turn("system", "hello"),), prompt="p").key != REQUEST.key


def test_a_plain_request_has_the_address_it_had_before_there_were_tools() -> None:
    plain = {"model": "m", "messages": [{"role": "user", "content": "hello"}], "prompt": "p"}
    assert json.loads(REQUEST.encoded) == plain
    assert Request(model="m", messages=REQUEST.messages, tools=({},), prompt="p").key != REQUEST.key
