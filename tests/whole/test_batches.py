"""Runs through a provider's batches: the same samples, and nothing is paid for twice."""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

import pytest
from aiohttp import web

Json = Any
Made = Callable[[Path], dict[str, bytes]]
Finished = Callable[..., CompletedProcess[str]]
Command = Callable[..., Popen[str]]
Words = Callable[[Any, Path, int], list[object]]
Provide = Callable[..., Any]
Lines = list[dict[str, Json]]

SAMPLES = 12
FAST = ["--batch", "--set", "batch.quiet=0.15", "--set", "batch.longest=0.05"]
KEYS = {"OPENAI_API_KEY": "sk-secret-0123456789abcdef"}


@pytest.fixture
def teacher(teaching: Callable[[list[dict[str, str]]], Json]) -> Callable[[Json], Any]:
    """Give the teacher as one who answers the lines of batches."""

    def answer(body: Json) -> tuple[int, Json]:
        message = {"role": "assistant", "content": json.dumps(teaching(body["messages"]))}
        used = {"prompt_tokens": 100, "completion_tokens": 10}
        return 200, {"choices": [{"finish_reason": "stop", "message": message}], "usage": used}

    return answer


@pytest.fixture
def plain(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words, made: Made
) -> Callable[[int], dict[str, bytes]]:
    """Give what the run makes that asks one request at a time."""

    def run(n: int) -> dict[str, bytes]:
        done = buttonup(*text_first(serve(), tmp_path / "plain", n))
        assert done.returncode == 0, done.stderr
        return made(tmp_path / "plain")

    return run


Plain = Callable[[int], dict[str, bytes]]


@pytest.mark.slow
def test_batches_give_the_same_samples_as_one_request_at_a_time(
    tmp_path: Path,
    provide: Provide,
    teacher: Any,
    buttonup: Finished,
    text_first: Words,
    made: Made,
    plain: Plain,
) -> None:
    provider = provide(teacher)
    done = buttonup(*text_first(provider, tmp_path / "run", SAMPLES), *FAST, env=KEYS)
    assert done.returncode == 0, done.stderr
    assert made(tmp_path / "run") == plain(SAMPLES)
    assert provider.repeats == 0
    held = b"".join(p.read_bytes() for p in (tmp_path / "run").rglob("*") if p.is_file())
    assert b"sk-secret" not in held
    longer = buttonup(*text_first(provider, tmp_path / "run", SAMPLES + 4), *FAST, env=KEYS)
    assert longer.returncode == 0, longer.stderr
    assert provider.repeats == 0
    sizes = [b["request_counts"]["total"] for b in provider.batches.values()]
    print(f"\n{len(provider.done)} requests in batches of {sizes}")  # noqa: T201 - for `pytest -s`


@pytest.mark.slow
def test_a_provider_that_does_much_wrong_makes_no_difference(
    tmp_path: Path,
    provide: Provide,
    teacher: Any,
    buttonup: Finished,
    text_first: Words,
    made: Made,
    plain: Plain,
) -> None:
    luck = random.Random(3)

    def spoil(batch: Json, out: Lines, err: Lines) -> None:
        luck.shuffle(out)
        batch["status"] = luck.choice(["completed", "expired", "cancelled"])
        gone = [line for line in out if luck.random() < 0.1]
        out[:] = [line for line in out if line not in gone]
        err += [{**line, "response": None, "error": {"code": "batch_expired"}} for line in gone[1:]]
        out += out[:2]

    def trip(what: str, nth: int) -> web.Response | None:
        lucky = luck.random() < 0.95
        return None if lucky or what == "models" else web.Response(status=503, text="busy")

    provider = provide(teacher, spoils=spoil, trips=trip)
    words = [*text_first(provider, tmp_path / "run", SAMPLES), *FAST, "--set", "batch.tries=9"]
    done = buttonup(*words)
    assert done.returncode == 0, done.stderr
    assert made(tmp_path / "run") == plain(SAMPLES)
    assert provider.repeats == 0


@pytest.mark.slow
def test_a_run_killed_in_every_phase_pays_for_nothing_twice_and_ends_as_if_never_killed(
    tmp_path: Path,
    provide: Provide,
    teacher: Any,
    start: Command,
    text_first: Words,
    made: Made,
    plain: Plain,
) -> None:
    """Kill when a call of each kind arrives, is done but not answered, and a moment later."""
    calls, moments = ("upload", "create", "look", "content"), ("arrived", "done", "answered")
    plan = [(call, moment) for call in calls for moment in moments]
    running: list[Popen[str]] = []

    def strike() -> None:
        plan.pop(0)
        running.pop().kill()

    def arrived(call: str, _nth: int) -> None:
        if running and plan[:1] == [(call, "arrived")]:
            strike()

    def done(call: str) -> None:
        if running and plan[:1] == [(call, "done")]:
            strike()
        if running and plan[:1] == [(call, "answered")]:
            victim = running.pop()
            plan.pop(0)
            asyncio.get_running_loop().call_later(random.uniform(0.0, 0.03), victim.kill)

    provider = provide(teacher, trips=arrived, hears=done, takes=0.1)
    words = [*text_first(provider, tmp_path / "run", SAMPLES), *FAST]
    killed = 0
    while True:
        process = start(*words)
        running[:] = [process]
        _, err = process.communicate(timeout=60)
        if process.returncode != -signal.SIGKILL:
            break
        killed += 1
    assert process.returncode == 0, err
    assert plan == []
    assert killed == 12
    assert provider.repeats == 0
    assert made(tmp_path / "run") == plain(SAMPLES)
    print(f"\n{killed} kills, {len(provider.done)} requests, none twice")  # noqa: T201 - for `-s`


@pytest.mark.slow
def test_ctrl_c_leaves_batches_running_and_says_so(
    tmp_path: Path,
    provide: Provide,
    teacher: Any,
    start: Command,
    buttonup: Finished,
    text_first: Words,
    made: Made,
    plain: Plain,
) -> None:
    provider = provide(teacher, takes=0.5)
    words = [*text_first(provider, tmp_path / "run", 2), *FAST]
    process = start(*words)
    while provider.calls["look"] < 3 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert err.splitlines()[-1] == (
        "buttonup: interrupted; 1 batch left at the provider; the same command goes on from here"
    )
    assert provider.calls["cancel"] == 0
    provider.takes = 0.0
    assert buttonup(*words, "--resume").returncode == 0
    assert provider.repeats == 0
    assert made(tmp_path / "run") == plain(2)


def test_a_batch_that_is_refused_is_one_line_and_leaves_nothing(
    tmp_path: Path, provide: Provide, teacher: Any, buttonup: Finished, text_first: Words
) -> None:
    def fail(batch: Json, out: Lines, _err: Lines) -> None:
        out.clear()
        trouble = {"code": "model_not_found", "message": "m has no batches", "line": 1}
        batch |= {"status": "failed", "errors": {"data": [trouble]}}

    stopped = buttonup(*text_first(provide(teacher, spoils=fail), tmp_path / "run", 4), *FAST)
    assert stopped.returncode == 2
    assert stopped.stderr == (
        "buttonup: the provider refuses the batch batch-0: line 1: m has no batches; "
        "mend it, or run without batches\n"
    )
    assert not (tmp_path / "run").exists()
