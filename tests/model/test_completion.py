from __future__ import annotations

import json
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import Fault
from buttonup.model.completion import pause, read_reply, words_of
from buttonup.model.door import Reply

Json = Any
Completion = Callable[..., dict[str, Json]]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3),
)


def read(content: Json) -> Reply:
    return read_reply(json.dumps(content).encode())


def test_a_completion_becomes_a_reply_with_its_usage(completion: Completion) -> None:
    assert read(completion("hi")) == Reply(
        "hi", prompt_tokens=7, completion_tokens=3, cached_tokens=2
    )


def test_a_pause_until_a_date_counts_from_the_reply_s_own_date_whatever_our_clock_says() -> None:
    assert pause("Wed, 21 Oct 2015 07:28:30 GMT", "Wed, 21 Oct 2015 07:28:00 GMT") == 30.0
    assert pause("Wed, 21 Oct 2015 07:28:30 GMT", "Wed, 21 Oct 2015 07:29:00 GMT") == 0.0


@pytest.mark.parametrize(
    "usage",
    [
        None,
        [],
        "many",
        {},
        {"prompt_tokens": None, "prompt_tokens_details": None},
        {"prompt_tokens": -1, "completion_tokens": 10**30, "prompt_tokens_details": [1]},
    ],
)
def test_a_usage_block_may_be_missing_or_odd(completion: Completion, usage: Json) -> None:
    assert read({**completion("hi"), "usage": usage}) == Reply("hi")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ([{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}], "ab"),
        ([], ""),
    ],
)
def test_content_may_be_null_or_in_parts(completion: Completion, content: Json, text: str) -> None:
    assert read(completion(content)).text == text


@pytest.mark.parametrize(
    ("said", "text", "reasoning"),
    [
        ({"text": "<think>hm\nso</think>\n\n{}"}, "{}", "hm\nso"),
        ({"text": "hm, so\n</think>\n{}"}, "{}", "hm, so"),
        ({"text": "{}", "reasoning_content": "hm"}, "{}", "hm"),
        ({"text": "{}", "reasoning": "hm"}, "{}", "hm"),
        ({"text": "{}", "reasoning": {"odd": 1}}, "{}", ""),
        ({"text": '{"a": "</think>"}'}, '{"a": "</think>"}', ""),
        ({"text": '["<think>x</think>"]'}, '["<think>x</think>"]', ""),
        ({"text": "<think></think>{}"}, "{}", ""),
    ],
)
def test_reasoning_is_kept_apart(
    completion: Completion, said: dict[str, Json], text: str, reasoning: str
) -> None:
    reply = read(completion(**said))
    assert (reply.text, reply.reasoning) == (text, reasoning)


def test_calls_are_kept_as_they_came(completion: Completion) -> None:
    call = {"id": "x", "type": "function", "function": {"name": "add", "arguments": "{oops"}}
    reply = read(completion(None, tool_calls=[call]))
    assert (reply.text, reply.calls) == ("", (call,))
    assert read(completion("hi", tool_calls=None)).calls == ()


@pytest.mark.parametrize("calls", ["add()", [1], {"name": "add"}])
def test_what_is_no_list_of_calls_is_no_completion(completion: Completion, calls: Json) -> None:
    with pytest.raises(Fault, match="no chat completion"):
        read(completion("", tool_calls=calls))


def test_a_text_completion_is_read_like_a_chat_completion() -> None:
    assert read({"choices": [{"text": "hm</think>hi", "finish_reason": "length"}]}) == Reply(
        "hi", finish="length", reasoning="hm"
    )


def test_a_refusal_counts_as_filtered(completion: Completion) -> None:
    assert read(completion(None, refusal="I'm sorry.")).finish == "content_filter"


def test_a_missing_finish_reason_is_an_ordinary_stop(completion: Completion) -> None:
    made = completion("hi")
    made["choices"][0]["finish_reason"] = None
    assert read(made).finish == "stop"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><body>Bad gateway</body></html>",
        b'{"choices": [{"message": {"cont',
        b'{"choices": []}',
        b'{"choices": null}',
        b'{"choices": "text"}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": 5}}]}',
        b'{"choices": [{"message": {"content": ["x"]}}]}',
        b'{"error": {"message": "overloaded"}}',
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_completion_is_a_fault(body: bytes) -> None:
    with pytest.raises(Fault, match="no chat completion"):
        read_reply(body)


@given(VALUES, st.sampled_from(["choices", "usage", "message", "content", "choice"]))
def test_no_shape_of_answer_crashes_the_reader(value: Json, where: str) -> None:
    message = {"content": value if where == "content" else "hi"}
    choice = {"message": value if where == "message" else message}
    choices = [value if where == "choice" else choice]
    body = {"choices": value if where == "choices" else choices}
    try:
        reply = read({**body, "usage": value if where == "usage" else {}})
    except Fault:
        return
    assert isinstance(reply.text, str)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"message": "no such\\n  model"}}', "no such model"),
        (b'{"error": "busy"}', "busy"),
        (b'{"error": {"code": 7}}', "{'code': 7}"),
        (b"<h1>Bad\tgateway</h1>", "<h1>Bad gateway</h1>"),
        (b'{"detail": "x"}', '{"detail": "x"}'),
        (b"[1]", "[1]"),
        (b"\xff", "\ufffd"),
        (b"", ""),
    ],
)
def test_an_error_is_told_in_its_own_words_on_one_line(body: bytes, words: str) -> None:
    assert words_of(body) == words


def test_a_long_error_is_cut() -> None:
    assert len(words_of(b"x" * 10_000)) == 200


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("0.5", 0.5), ("0", 0.0)])
def test_a_pause_is_read_in_seconds(header: str, seconds: float) -> None:
    assert pause(header) == seconds


def test_a_pause_is_read_as_a_date() -> None:
    ahead = pause(formatdate(time.time() + 3600, usegmt=True))
    assert ahead is not None
    assert 3000 < ahead <= 3600
    assert pause("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0


@pytest.mark.parametrize("header", ["", "soon", "-5", "9" * 400, "Wed, 99 Oct 2015", "1e9", "nan"])
def test_a_pause_that_says_nothing_is_none(header: str) -> None:
    assert pause(header) is None
