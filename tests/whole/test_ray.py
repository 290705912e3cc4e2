"""On a cluster or in one process: the same run, byte for byte, whatever is lost on the way."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from subprocess import PIPE, CompletedProcess, Popen
from typing import Any

import pytest

import buttonup as package
from buttonup.engines import SPARE
from buttonup.model.scripted import Scripted

Made = Callable[[Path], dict[str, bytes]]
Finished = Callable[..., CompletedProcess[str]]
Command = Callable[..., Popen[str]]
Words = Callable[[Any, Path, int], list[object]]

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="the `ray` extra is not installed")
KEY = "sk-a-key-that-must-not-be-found-anywhere"


@dataclass(frozen=True)
class Nodes:
    """A cluster of three nodes; the driver's is the first of them."""

    process: Popen[str]
    address: str

    def lose_one(self) -> None:
        """Take a node away, with all that runs there, and without a word to the others."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "gone\n"


@pytest.fixture
def nodes() -> Iterator[Nodes]:
    command = [sys.executable, str(Path(__file__).with_name("nodes.py"))]
    with Popen(command, stdin=PIPE, stdout=PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield Nodes(process, process.stdout.readline().strip())
        process.communicate()


def on(nodes: Nodes) -> list[object]:
    return ["--engine", "ray", "--address", nodes.address]


def lines(folder: Path) -> int:
    accepted = folder / "accepted.jsonl"
    return accepted.read_bytes().count(b"\n") if accepted.exists() else 0


def until(done: Callable[[], object], process: Popen[str]) -> None:
    end = time.monotonic() + 100
    while not done() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.002)
    assert process.poll() is None, process.communicate()


def local(folder: Path, model: Scripted | None = None, **given: Any) -> Path:
    """Make the same run in this process."""
    asyncio.run(package.make(package.read_recipe(None, {"cores": 1, **given}), folder, model=model))
    return folder


@needs_ray
@pytest.mark.slow
def test_worlds_make_the_same_run_on_a_cluster_that_loses_a_node(
    tmp_path: Path, nodes: Nodes, start: Command, made: Made
) -> None:
    process = start("run", "-n", 1500, "--out", "run", *on(nodes))
    until(lambda: lines(tmp_path / "run") > 100, process)
    nodes.lose_one()
    assert lines(tmp_path / "run") < 1400, "it was lost too late to matter"
    _, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    assert made(tmp_path / "run") == made(local(tmp_path / "local", n=1500))


def kept(folder: Path) -> set[str]:
    """Read the keys of the replies that a run has, without touching it."""
    address = f"file:{folder / 'journal.sqlite'}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        return {key for (key,) in connection.execute("SELECT key FROM replies")}


SIMULATED = {"n": 40, "tools": "simulated", "teacher.model": "scripted"}


@needs_ray
@pytest.mark.slow
def test_text_first_makes_the_same_run_and_a_lost_node_costs_no_request(
    tmp_path: Path,
    nodes: Nodes,
    serve: Callable[..., Any],
    start: Command,
    text_first: Words,
    scripted: Scripted,
    made: Made,
) -> None:
    server = serve(slowest=0.5)
    process = start(*text_first(server, tmp_path / "run", 40), "-q", *on(nodes))
    until(lambda: len(server.asked) > 150 and server.waiting > 5, process)
    nodes.lose_one()
    at_the_loss = len(server.asked)
    _, err = process.communicate(timeout=200)
    assert (process.returncode, err) == (0, ""), "Ray's own words too stay off the terminal"
    assert len(server.asked) > at_the_loss + 50, "it was lost too late to matter"
    assert server.repeats == 0
    assert made(tmp_path / "run") == made(local(tmp_path / "local", scripted, **SIMULATED))


@needs_ray
@pytest.mark.slow
def test_a_driver_killed_and_started_again_asks_for_nothing_that_it_had(
    tmp_path: Path,
    nodes: Nodes,
    serve: Callable[..., Any],
    start: Command,
    buttonup: Finished,
    text_first: Words,
    scripted: Scripted,
    made: Made,
) -> None:
    server, folder = serve(slowest=0.5), tmp_path / "run"
    words, paid, lost = [*text_first(server, folder, 40), *on(nodes)], set[str](), 0
    for more in (60, 150):
        before = len(server.asked)
        process = start(*words)
        until(lambda: len(server.asked) > before + more, process)  # noqa: B023 - called at once
        process.send_signal(signal.SIGKILL)
        process.communicate()
        time.sleep(1.0)  # what is on its way arrives, and is answered to nobody
        assert paid.isdisjoint(server.asked[before:]), "a reply that it had is asked for again"
        paid = kept(folder)
        lost += len(set(server.asked[before:]) - paid)
    before = len(server.asked)
    done = buttonup(*words)
    assert done.returncode == 0, done.stderr
    assert paid.isdisjoint(server.asked[before:])
    at_work = 16 + 16 // SPARE
    assert server.repeats <= lost <= 2 * at_work, "no more than in flight or being written down"
    assert made(folder) == made(local(tmp_path / "local", scripted, **SIMULATED))


@needs_ray
@pytest.mark.slow
def test_without_an_address_ray_starts_here_keeps_quiet_and_never_sees_the_key(
    tmp_path: Path, serve: Callable[..., Any], buttonup: Finished, text_first: Words, made: Made
) -> None:
    server, scratch = serve(), Path("/tmp") / f"bu-{os.getpid()}"  # sockets want short paths
    words = [*text_first(server, tmp_path / "run", 8), "--quiet", "--engine", "ray"]
    env = {"OPENAI_API_KEY": KEY, "RAY_TMPDIR": str(scratch), "HOME": str(tmp_path)}
    done = buttonup(*words, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    logs = [p for p in scratch.rglob("*") if p.is_file() and "/logs/" in str(p)]
    assert logs, "Ray wrote elsewhere"
    places = [*logs, *(p for p in tmp_path.rglob("*") if p.is_file())]
    assert [p for p in places if KEY.encode() in p.read_bytes()] == []
    assert buttonup(*text_first(server, tmp_path / "local", 8)).returncode == 0
    assert made(tmp_path / "run") == made(tmp_path / "local")


@needs_ray
@pytest.mark.slow
def test_ctrl_c_on_ray_is_one_line_and_the_run_goes_on_without_it(
    tmp_path: Path, start: Command, buttonup: Finished, made: Made
) -> None:
    words = ("run", "-n", 100_000, "-q", "--out", tmp_path / "run")
    process = start(*words, "--engine", "ray", start_new_session=True)
    until(lambda: lines(tmp_path / "run") > 20, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all that are in front
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert [line for line in err.splitlines() if line] == [
        "buttonup: interrupted; the same command goes on from here"
    ]
    there = lines(tmp_path / "run")
    assert buttonup("run", "-n", there, "--out", tmp_path / "run").returncode == 0
    assert made(tmp_path / "run") == made(local(tmp_path / "local", n=there))


def test_without_the_extra_one_line_says_how_to_get_it(tmp_path: Path, buttonup: Finished) -> None:
    (tmp_path / "absent").mkdir()
    (tmp_path / "absent" / "ray.py").write_text("raise ImportError('no module named ray')")
    env = {"PYTHONPATH": os.pathsep.join([str(tmp_path / "absent"), *sys.path])}
    done = buttonup("run", "-n", 3, "--engine", "ray", "--out", "run", env=env)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("buttonup: ")
    assert 'pip install "buttonup[ray]"' in done.stderr
    assert not (tmp_path / "run").exists()


@needs_ray
def test_an_address_where_nobody_is_leaves_nothing(tmp_path: Path, buttonup: Finished) -> None:
    done = buttonup("run", "-n", 3, "--engine", "ray", "--address", "127.0.0.1:1", "--out", "run")
    assert done.returncode == 2, done.stderr
    assert "nobody answers at 127.0.0.1:1" in done.stderr
    assert not (tmp_path / "run").exists()
