"""Work spread over processes: what comes is what one would make, and nobody is left over."""

from __future__ import annotations

import asyncio
import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from buttonup.engine.cores import AHEAD, FEW, cores, in_turn, spread
from buttonup.errors import BadInput, Fault

WORK = """
import os, sys, time
from buttonup.errors import BadInput

def squares(chunk):
    time.sleep(0.02 * (chunk[0] % 3))  # later chunks are done before earlier ones
    return [n * n for n in chunk]

def where(chunk):
    return os.getpid()

def picky(chunk):
    if 7 in chunk:
        raise BadInput("no sevens", "leave them out")
    return chunk

def odd(chunk):
    class Local(Exception): pass
    raise Local("cannot travel")

def loud(chunk):
    print("between the lines", flush=True)
    os.write(1, b"and again")
    return chunk

def deadly(chunk):
    os.kill(os.getpid(), 9)

def slow(chunk):
    print(os.getpid(), file=sys.stderr, flush=True)
    time.sleep(0.3)
    return chunk
"""


PARENT = """
import asyncio, itertools, work_of_tests
from buttonup.engine.cores import spread

async def main():
    async for _ in spread(itertools.count(), work_of_tests.slow, 2, 1):
        pass

asyncio.run(main())
"""


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Give functions in a module that workers can import too."""
    (tmp_path / "work_of_tests.py").write_text(WORK)
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("work_of_tests")
    del sys.modules["work_of_tests"]


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def everything(source: Any, work: Any, workers: int, size: int) -> list[Any]:
    async with aclosing(spread(source, work, workers, size)) as results:
        return [result async for result in results]


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_results_come_in_order_whatever_the_number_of_workers(
    work: ModuleType, workers: int
) -> None:
    made = asyncio.run(everything(range(50), work.squares, workers, 3))
    assert [n for chunk in made for n in chunk] == [n * n for n in range(50)]
    assert [len(chunk) for chunk in made] == [3] * 16 + [2]


def test_nothing_comes_of_nothing(work: ModuleType) -> None:
    assert asyncio.run(everything([], work.squares, 2, 3)) == []


def test_every_worker_has_a_process_of_its_own(work: ModuleType) -> None:
    pids = set(asyncio.run(everything(range(40), work.where, 2, 1)))
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_an_endless_source_is_read_only_a_little_ahead(work: ModuleType) -> None:
    read = 0

    def source() -> Iterator[int]:
        nonlocal read
        while True:
            yield read
            read += 1

    async def some() -> list[int]:
        async with aclosing(spread(source(), work.where, 2, 5)) as results:
            pids = [await anext(results) for _ in range(10)]
            assert read <= (10 + 2 * AHEAD) * 5
            return pids

    assert all(map(gone, asyncio.run(some()))), "a worker outlived the closing"


def test_a_failure_is_raised_in_its_place(work: ModuleType) -> None:
    made = []

    async def until() -> None:
        async with aclosing(spread(range(100), work.picky, 2, 2)) as results:
            async for result in results:
                made.append(result)  # noqa: PERF401 - what came before the failure counts

    with pytest.raises(BadInput, match="no sevens; leave them out") as raised:
        asyncio.run(until())
    assert "in a worker process" in raised.value.__notes__[0]
    assert made == [[0, 1], [2, 3], [4, 5]]


def test_a_failure_that_cannot_travel_is_told_in_words(work: ModuleType) -> None:
    with pytest.raises(RuntimeError, match="cannot travel"):
        asyncio.run(everything(range(2), work.odd, 1, 2))


def test_a_killed_worker_is_the_world_s_failure_not_a_hang(work: ModuleType) -> None:
    with pytest.raises(Fault, match="a worker process ended with status -9"):
        asyncio.run(everything(range(8), work.deadly, 2, 2))


def test_what_a_worker_prints_does_not_get_into_its_results(work: ModuleType) -> None:
    assert asyncio.run(everything(range(4), work.loud, 1, 2)) == [[0, 1], [2, 3]]


def test_workers_end_when_their_parent_is_killed(work: ModuleType, tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert parent.stderr is not None
    pids = set[int]()
    while len(pids) < 2:  # one of them may be slow to start
        pids.add(int(parent.stderr.readline()))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stderr.close()
    ends = time.monotonic() + 20
    while not all(map(gone, pids)) and time.monotonic() < ends:
        time.sleep(0.05)
    assert all(map(gone, pids))


def test_there_is_a_core_to_work_on() -> None:
    assert cores() >= 1


# --- for callers that wait ------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2, 3])
@pytest.mark.parametrize("items", [0, 1, FEW - 1, FEW, 2 * FEW + 1])
def test_in_turn_gives_results_in_order(work: ModuleType, workers: int, items: int) -> None:
    made = list(in_turn([[n] for n in range(items)], work.squares, workers))
    assert made == [[n * n] for n in range(items)]


def test_in_turn_has_other_processes_work_where_there_is_much_to_do(work: ModuleType) -> None:
    assert set(in_turn([[n] for n in range(FEW - 1)], work.where, 2)) == {os.getpid()}
    pids = set(in_turn([[n] for n in range(FEW)], work.where, 2))
    assert len(pids) == 2
    assert os.getpid() not in pids


def test_in_turn_reads_an_endless_source_only_a_little_ahead(work: ModuleType) -> None:
    read = 0

    def source() -> Iterator[list[int]]:
        nonlocal read
        while True:
            yield [read]
            read += 1

    results = in_turn(source(), work.where, 2)
    pids = [next(results) for _ in range(FEW)]
    assert read <= FEW + 2 * AHEAD
    results.close()
    assert all(map(gone, pids)), "a worker outlived the closing"


def test_in_turn_raises_a_failure_in_its_place(work: ModuleType) -> None:
    results = in_turn([[n] for n in range(FEW)], work.picky, 2)
    assert [next(results) for _ in range(7)] == [[n] for n in range(7)]
    with pytest.raises(BadInput, match="no sevens; leave them out"):
        next(results)


def test_in_turn_tells_of_a_killed_worker(work: ModuleType) -> None:
    with pytest.raises(Fault, match="a worker process ended with status -9"):
        list(in_turn([[n] for n in range(4 * FEW)], work.deadly, 2))


def test_in_turn_hears_nothing_of_what_a_worker_prints(work: ModuleType) -> None:
    assert list(in_turn([[n] for n in range(FEW)], work.loud, 2)) == [[n] for n in range(FEW)]
