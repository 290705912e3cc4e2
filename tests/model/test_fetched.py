from __future__ import annotations

import io
import json
import tempfile
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from buttonup.model import fetched as module
from buttonup.model.endpoint import Answer
from buttonup.model.fetched import MISSING, Fetched


def line(key: str, **response: Any) -> bytes:
    told = {"custom_id": key, "response": response or None, "error": None}
    return json.dumps(told).encode() + b"\n"


def fetched(content: bytes, *keys: str, clean: Callable[[bytes], bytes] = bytes) -> Fetched:
    return Fetched(io.BytesIO(content), keys, clean)


def test_a_line_is_what_the_endpoint_would_have_answered() -> None:
    file = line("a", status_code=200, body={"x": 1}) + line("b", status_code=400, body={"y": 2})
    came = fetched(file, "b", "a")
    assert came.answer("a") == Answer(200, b'{"x": 1}')
    assert came.answer("b") == Answer(400, b'{"y": 2}')


def test_what_the_provider_gave_up_itself_may_pass_and_says_why() -> None:
    file = b'{"custom_id": "a", "response": null, "error": {"message": "oops"}}\n' + line("b")
    came = fetched(file, "a", "b")
    assert came.answer("a") == Answer(500, b'{"error":{"message":"oops"}}')
    assert came.answer("b").status == 500


def test_a_request_for_which_there_was_no_time_is_not_held_against_it() -> None:
    file = b'{"custom_id": "a", "response": null, "error": {"code": "batch_expired"}}\n'
    assert fetched(file, "a").answer("a").status == MISSING.status == 503


def test_what_is_not_there_may_pass() -> None:
    assert fetched(b"", "a").answer("a") == MISSING


def test_what_no_batch_should_say_is_passed_over() -> None:
    deep = b"[" * 100_000
    odd = [b"\n", b"no json\n", b"[]\n", b'{"custom_id": 5}\n', b"\xff\n", deep + b"\n"]
    file = b"".join(odd) + line("stranger") + line("a", status_code=200, body=1)
    assert fetched(file, "a").answer("a").said == b"1"


def test_of_two_lines_for_a_key_the_first_counts() -> None:
    file = line("a", status_code=200, body=1) + line("a", status_code=200, body=2)
    assert fetched(file, "a").answer("a").said == b"1"


def test_a_line_that_is_no_response_counts_as_missing() -> None:
    assert fetched(b'{"custom_id": "a", "response": 5}\n', "a").answer("a") == MISSING


def test_a_line_longer_than_any_reply_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 200)
    file = line("b", status_code=200, body="x" * 500) + line("a", status_code=200, body=1)
    came = fetched(file, "a", "b")
    assert came.answer("a").said == b"1"
    assert came.answer("b") == MISSING


def test_what_must_not_be_kept_is_taken_out() -> None:
    file = line("a", status_code=200, body="the secret")
    came = fetched(file, "a", clean=lambda said: said.replace(b"secret", b"[key]"))
    assert came.answer("a").said == b'"the [key]"'


def test_a_hundred_megabytes_of_replies_take_a_few_of_memory() -> None:
    keys = [f"{number:016x}" for number in range(10_000)]
    with tempfile.TemporaryFile() as file:
        for key in keys:
            file.write(line(key, status_code=200, body="x" * 10_000))
        tracemalloc.start()
        came = Fetched(file, keys, bytes)
        assert all(came.answer(key).status == 200 for key in reversed(keys))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 8 * 2**20
