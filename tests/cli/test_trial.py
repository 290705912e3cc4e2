from __future__ import annotations

import json
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

Command = Callable[..., Any]
AXES = ("realism", "coherence", "naturalness", "plan", "usefulness")
VOTE = json.dumps({"reading": "r", **{axis: {"why": "w", "score": 1} for axis in AXES}})


@pytest.fixture
def strict() -> Any:
    """Give the address of a judge that finds everything bad."""
    said = {"role": "assistant", "content": VOTE}
    usage = {"prompt_tokens": 1000, "completion_tokens": 100}
    reply = json.dumps({"choices": [{"message": said}], "usage": usage}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(b'{"data": []}')

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(reply)

        def answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def test_a_judge_that_finds_everything_bad_has_all_mistakes_and_all_false_alarms(
    buttonup: Command, strict: str
) -> None:
    words = ("trial", "-n", 2, "--each", 1, "--teacher", "m", "--base-url", strict, "--out", "t")
    done = buttonup(*words)
    assert done.status == 0
    assert "m: 2 gold and 2 spoilt conversations" in done.out
    assert done.err.splitlines()[-1].startswith("4/4 judged")
    told = json.loads(buttonup(*words, "--json").out)
    assert (told["figures"]["recall"]["count"], told["figures"]["false_alarms"]["count"]) == (2, 2)


def test_a_trial_that_ends_short_says_so_and_exits_3(
    buttonup: Command, strict: str, tmp_path: Path
) -> None:
    (tmp_path / "prices.toml").write_text("[m]\ninput = 1000\noutput = 1000\n")
    words = ("trial", "-n", 2, "--each", 1, "--teacher", "m", "--base-url", strict, "--out", "t")
    done = buttonup(*words, "--prices", "prices.toml", "--budget", "0.01")
    assert done.status == 3
    assert "of 4 conversations: the budget is used up" in done.err
