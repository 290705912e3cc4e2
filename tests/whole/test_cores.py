"""Made by one process or by several: the same run, byte for byte, however it ends."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

import pytest

import buttonup as package
from buttonup import engines
from buttonup.errors import BadInput

Made = Callable[[Path], dict[str, bytes]]
Finished = Callable[..., CompletedProcess[str]]
Command = Callable[..., Popen[str]]

ENOUGH = engines.MANY + 1  # samples from which a run has workers


@pytest.fixture
def _always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let even a short run have workers."""
    monkeypatch.setattr(engines, "MANY", 1)


def run(folder: Path, **given: Any) -> package.Made:
    return asyncio.run(package.make(package.read_recipe(None, given), folder))


@pytest.mark.usefixtures("_always")
@pytest.mark.parametrize("n", [1, 40])
def test_the_number_of_cores_changes_no_byte(n: int, tmp_path: Path, made: Made) -> None:
    for cores in (1, 2, 4):
        assert run(tmp_path / str(cores), n=n, cores=cores).report.accepted == n
    assert made(tmp_path / "1") == made(tmp_path / "2") == made(tmp_path / "4")


NO_OTHER = dict.fromkeys(
    "follow_up change detail missing_value unserved late_function time_out cut_off outage "
    "wrong_id".split(),
    0.0,
)
"""No scene but the one that a test asks for."""


@pytest.mark.usefixtures("_always")
def test_a_hopeless_run_ends_at_the_same_item(tmp_path: Path, made: Made) -> None:
    scant = {"n": 50, "patience": 2, "plan": {"tries": 1}, "scenes": {"refused": 1.0, **NO_OTHER}}
    ends = {run(tmp_path / str(cores), cores=cores, **scant).short for cores in (1, 2)}
    assert len(ends) == 1
    assert "none of the last 2 items" in ends.pop()
    assert made(tmp_path / "1") == made(tmp_path / "2")


@pytest.mark.usefixtures("_always")
def test_a_run_goes_on_with_another_number_of_cores(tmp_path: Path, made: Made) -> None:
    run(tmp_path / "run", n=20, cores=2)
    run(tmp_path / "run", n=45, cores=1)
    run(tmp_path / "run", n=70, cores=3)
    run(tmp_path / "never", n=70, cores=1)
    assert made(tmp_path / "run") == made(tmp_path / "never")


@pytest.mark.usefixtures("_always")
def test_wrong_input_that_only_a_worker_meets_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="user needs a model to ask"):
        run(tmp_path / "run", n=20, cores=2, simulate={"user": "llm"})
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_a_killed_run_with_workers_ends_as_if_never_killed(
    tmp_path: Path, start: Command, buttonup: Finished, made: Made
) -> None:
    luck, kills = random.Random(), 0
    words = ("run", "-n", ENOUGH, "--cores", 2, "--out", tmp_path / "run")
    for _ in range(2):
        process = start(*words)
        while not (tmp_path / "run" / "identity").exists() and process.poll() is None:
            time.sleep(0.002)
        time.sleep(luck.uniform(0.5, 2.0))
        kills += process.poll() is None
        process.kill()
        process.communicate()
    assert buttonup(*words).returncode == 0
    assert buttonup(*words[:3], "--cores", 1, "--out", tmp_path / "never").returncode == 0
    assert made(tmp_path / "run") == made(tmp_path / "never")
    assert kills > 0


def test_ctrl_c_ends_workers_too_in_one_line(tmp_path: Path, start: Command) -> None:
    words = ("run", "-n", 100 * ENOUGH, "--cores", 2, "-q", "--out", tmp_path / "run")
    process = start(*words, start_new_session=True)
    accepted = tmp_path / "run" / "accepted.jsonl"
    while not (accepted.exists() and accepted.stat().st_size) and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all that are in front
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert [line for line in err.splitlines() if line] == [
        "buttonup: interrupted; the same command goes on from here"
    ]
