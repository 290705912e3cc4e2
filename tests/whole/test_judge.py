"""A judge at an endpoint and in batches, and a trial, through real processes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from aiohttp import web

Json = Any
Finished = Callable[..., CompletedProcess[str]]
Beside = Callable[[web.Application], str]

AXES = ("realism", "coherence", "naturalness", "plan", "usefulness")
JUDGED = ("--teacher", "j", "--set", "rewrite=false", "--set", "judge.votes=2")


def completion(body: Json) -> Json:
    """Judge by a digest of the request: good, or now and then middling, or unreadable."""
    luck = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).digest()
    marks = {
        axis: {"why": "A1 \u001b[31m.", "score": 3 + n % 3}
        for axis, n in zip(AXES, luck[:5], strict=True)
    }
    text = json.dumps({"reading": "Read.", **marks}) if luck[-1] % 8 else "Lovely!"
    used = {"prompt_tokens": 100, "completion_tokens": 10}
    message = {"role": "assistant", "content": text}
    return {"choices": [{"finish_reason": "stop", "message": message}], "usage": used}


@pytest.fixture
def endpoint(beside: Beside) -> tuple[str, list[Json]]:
    """Give the address of a judge, and all that it is asked."""
    asked: list[Json] = []

    async def complete(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return web.json_response(completion(asked[-1]))

    async def models(_request: web.Request) -> web.Response:
        return web.json_response({"data": []})

    app = web.Application()
    app.router.add_get("/v1/models", models)
    app.router.add_post("/v1/chat/completions", complete)
    return beside(app), asked


def test_a_trial_at_an_endpoint_tells_its_figures_and_is_told_again_without_asking(
    tmp_path: Path, endpoint: tuple[str, list[Json]], buttonup: Finished
) -> None:
    address, asked = endpoint
    words = ("trial", "-n", 4, "--each", 1, "--teacher", "j", "--base-url", address)
    first = buttonup(*words, "--out", tmp_path / "t")
    assert first.returncode == 0, first.stderr
    assert "4 gold and 4 spoilt conversations, 1 vote each" in first.stdout
    assert re.search(r"(?m)^recall: flagged, of the spoilt +\d\.\d\d +\d", first.stdout)
    assert "8/8 judged" in first.stderr
    before = len(asked)
    again = buttonup(*words, "--out", tmp_path / "t", "--json")
    assert json.loads(again.stdout) == json.loads((tmp_path / "t" / "trial.json").read_bytes())
    assert len(asked) == before


@pytest.mark.slow
def test_in_batches_a_judge_gives_the_same_samples_as_one_vote_at_a_time(
    tmp_path: Path,
    endpoint: tuple[str, list[Json]],
    provide: Callable[..., Any],
    buttonup: Finished,
) -> None:
    provider = provide(lambda body: (200, completion(body)))
    fast = ("--batch", "--set", "batch.quiet=0.15", "--set", "batch.longest=0.05")
    words = ("run", "-n", 6, *JUDGED)
    plain = buttonup(*words, "--base-url", endpoint[0], "--out", tmp_path / "plain")
    batched = buttonup(*words, *fast, "--base-url", provider.address, "--out", tmp_path / "batched")
    assert (plain.returncode, batched.returncode) == (0, 0), plain.stderr + batched.stderr
    samples = [(tmp_path / name / "accepted.jsonl").read_bytes() for name in ("plain", "batched")]
    assert samples[0] == samples[1]
    assert provider.repeats == 0
    assert "\u001b" not in plain.stdout
