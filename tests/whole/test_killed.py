"""Killed at any instant and started again: the same samples, and no reply is paid for twice."""

from __future__ import annotations

import asyncio
import random
import shutil
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from subprocess import CompletedProcess, Popen
from typing import Any

import pytest

import buttonup as package
from buttonup.model.scripted import Scripted

Made = Callable[[Path], dict[str, bytes]]
Finished = Callable[..., CompletedProcess[str]]
Command = Callable[..., Popen[str]]

KILLS = 6
SAMPLES = 40


def journalled(folder: Path, copy: Path) -> set[str]:
    """Read the keys of a journal that a kill left behind, without touching it."""
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for path in folder.glob("journal.sqlite*"):
        shutil.copy(path, copy)
    if not (copy / "journal.sqlite").exists():
        return set()
    with closing(sqlite3.connect(copy / "journal.sqlite")) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE name = 'replies'")
        if not found.fetchall():
            return set()
        return {key for (key,) in connection.execute("SELECT key FROM replies")}


def until(done: Callable[[], bool], process: Popen[str]) -> None:
    while not done() and process.poll() is None:
        time.sleep(0.002)


@pytest.mark.slow
def test_a_killed_run_pays_for_nothing_twice_and_ends_as_if_never_killed(
    tmp_path: Path,
    serve: Callable[..., Any],
    start: Command,
    buttonup: Finished,
    text_first: Callable[[Any, Path, int], list[object]],
    scripted: Scripted,
    made: Made,
) -> None:
    server, folder, luck = serve(slowest=0.1), tmp_path / "run", random.Random()
    words = text_first(server, folder, SAMPLES)
    paid, lost, in_flight, kills = set[str](), 0, [0], 0
    for _ in range(KILLS):
        before = len(server.asked)
        process = start(*words)
        until(lambda: len(server.asked) > before, process)  # noqa: B023 - called at once
        time.sleep(luck.uniform(0.0, 0.9))
        kills += process.poll() is None
        in_flight.append(server.waiting)
        process.kill()
        process.communicate()
        while server.waiting:
            time.sleep(0.002)
        now = server.asked[before:]
        assert paid.isdisjoint(now), "a reply that was in the journal is asked for again"
        paid = journalled(folder, tmp_path / "copy")
        lost += len(set(now) - paid)

    before = len(server.asked)
    done = buttonup(*words)
    assert done.returncode == 0, done.stderr
    assert paid.isdisjoint(server.asked[before:])
    assert server.repeats <= lost
    assert kills > 0
    distinct = len(set(server.asked))
    print(  # noqa: T201 - `pytest -s` shows it, to be quoted
        f"\nrequests {len(server.asked)}, distinct {distinct}, kills {kills}, "
        f"repeats {server.repeats} (in flight at a kill: {max(in_flight)} at most)"
    )

    given = {"n": SAMPLES, "tools": "simulated", "teacher.model": "scripted"}
    recipe = package.read_recipe(None, given)
    asyncio.run(package.make(recipe, tmp_path / "never", model=scripted))
    assert made(folder) == made(tmp_path / "never")


@pytest.mark.slow
def test_a_killed_run_over_the_worlds_ends_as_if_never_killed(
    tmp_path: Path, start: Command, buttonup: Finished, made: Made
) -> None:
    luck, kills = random.Random(), 0
    words = ("run", "-n", 150, "--seed", 5, "--out", tmp_path / "run")
    for _ in range(3):
        process = start(*words)
        until((tmp_path / "run" / "identity").exists, process)
        time.sleep(luck.uniform(0.1, 1.0))
        kills += process.poll() is None
        process.kill()
        process.communicate()
    assert buttonup(*words).returncode == 0
    assert buttonup(*words[:-1], tmp_path / "never").returncode == 0
    assert made(tmp_path / "run") == made(tmp_path / "never")
    print(f"\n{kills} kills")  # noqa: T201 - `pytest -s` shows it


def test_a_record_that_a_kill_tore_is_made_whole_again(
    tmp_path: Path, buttonup: Finished, made: Made
) -> None:
    words = ("run", "-n", 5, "--out", tmp_path / "run")
    buttonup(*words)
    whole = made(tmp_path / "run")
    file = tmp_path / "run" / "accepted.jsonl"
    file.write_bytes(file.read_bytes()[:-1000])
    assert buttonup(*words).returncode == 0
    assert made(tmp_path / "run") == whole
