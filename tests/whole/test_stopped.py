"""Stopped by a person, a full disk or an endpoint that goes away: one line, and it can go on."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

import pytest
from aiohttp import web

Made = Callable[[Path], dict[str, bytes]]
Finished = Callable[..., CompletedProcess[str]]
Command = Callable[..., Popen[str]]
Words = Callable[[Any, Path, int], list[object]]


def told(stderr: str) -> str:
    """Give the one line on stderr. (click puts an empty one behind the terminal's ^C.)"""
    lines = [line for line in stderr.splitlines() if line]
    assert len(lines) == 1, stderr
    return lines[0]


def test_ctrl_c_ends_a_run_that_can_go_on(
    tmp_path: Path,
    serve: Callable[..., Any],
    start: Command,
    buttonup: Finished,
    text_first: Words,
    made: Made,
) -> None:
    server = serve(slowest=0.1)
    words = text_first(server, tmp_path / "run", 12)
    process = start(*words)
    while len(server.asked) < 60 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert told(err) == "buttonup: interrupted; the same command goes on from here"
    assert buttonup(*words).returncode == 0
    assert server.repeats <= 16, "more than what was in flight"
    assert buttonup(*text_first(server, tmp_path / "never", 12)).returncode == 0
    assert made(tmp_path / "run") == made(tmp_path / "never")


@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", [4, 150])
def test_a_full_disk_ends_a_run_that_can_go_on(
    kilobytes: int,
    tmp_path: Path,
    serve: Callable[..., Any],
    buttonup: Finished,
    text_first: Words,
    made: Made,
) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes << 10, kilobytes << 10))

    server = serve()
    for name, words in {
        "worlds": ["run", "-n", 30, "--out", tmp_path / "worlds"],
        "text": text_first(server, tmp_path / "text", 12),
    }.items():
        stopped = buttonup(*words, preexec_fn=full)
        assert stopped.returncode == 2, stopped.stderr
        assert "make room" in told(stopped.stderr) or "journal" in told(stopped.stderr)
        assert buttonup(*words).returncode == 0
        assert buttonup(*words[:-1], tmp_path / "never").returncode == 0
        assert made(tmp_path / name) == made(tmp_path / "never")
        for path in sorted((tmp_path / "never").rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()


def test_an_endpoint_that_goes_away_ends_a_run_that_can_go_on(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words, made: Made
) -> None:
    away = [True]

    def goes_away(body: Any, times: int) -> web.Response | None:
        if away[0] and len(server.asked) > 80:
            return web.Response(status=503, headers={"Retry-After": "9999"}, text="gone fishing")
        return None

    server = serve(mood=goes_away)
    words = text_first(server, tmp_path / "run", 12)
    stopped = buttonup(*words)
    assert stopped.returncode == 3
    assert "gone fishing; the same command goes on from here" in told(stopped.stderr)
    away[0] = False
    assert buttonup(*words).returncode == 0
    assert buttonup(*text_first(serve(), tmp_path / "never", 12)).returncode == 0
    assert made(tmp_path / "run") == made(tmp_path / "never")


def test_a_key_that_is_refused_later_is_the_users_to_mend(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words
) -> None:
    keys = {"OPENAI_API_KEY": "sk-secret-0123"}

    def refuses(body: Any, times: int) -> web.Response:
        return web.json_response({"error": {"message": "bad key sk-secret-0123"}}, status=401)

    stopped = buttonup(*text_first(serve(mood=refuses), tmp_path / "run", 4), env=keys)
    assert stopped.returncode == 2
    assert "OPENAI_API_KEY" in told(stopped.stderr)
    assert "sk-secret" not in stopped.stderr
    assert not (tmp_path / "run").exists(), "nothing was made, so nothing is left"
    assert buttonup(*text_first(serve(), tmp_path / "run", 4), env=keys).returncode == 0
    held = b"".join(p.read_bytes() for p in (tmp_path / "run").rglob("*") if p.is_file())
    assert b"sk-secret" not in held
