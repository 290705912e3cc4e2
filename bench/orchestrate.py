"""What a run adds to an endpoint that always takes the same time to answer; all in one run.

    python bench/orchestrate.py [ROUNDS] [--peers FOLDER]

Three workloads, each the median of ROUNDS (5): calls at 300 ms with 256 in flight, calls at 20 ms,
and conversations that grow, each through the whole of what a run does: a prompt filled, the request
journalled durably, the reply parsed and checked, its record written in order. `ideal` is calls x
latency / in flight; the ratio to it is what carries over to another machine. A client of bare
sockets that keeps nothing is the floor; peers (`bench/peers.py`) take part in the first workload.
Memory is the peak of the process that ran us.

The server is a process of its own, and takes its share of the cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import msgspec
from peers import PEERS

from buttonup.engine.local import Kept, Stage, run
from buttonup.engines import SPARE
from buttonup.loop import run_to_end
from buttonup.model.ask import Teacher
from buttonup.model.door import Turn
from buttonup.model.journaled import Journaled
from buttonup.model.stack import Way, reached
from buttonup.records import Record, Scenario
from buttonup.store.rundir import line_of, open_run

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Load:
    """A workload: `items` conversations of `turns` calls each."""

    name: str
    items: int
    turns: int
    latency: float
    """Seconds."""
    in_flight: int = 256

    @property
    def calls(self) -> int:
        """All calls."""
        return self.items * self.turns

    @property
    def ideal(self) -> float:
        """Seconds that no client can undercut."""
        return self.calls * self.latency / self.in_flight


LOADS = {
    "calls": Load("4,000 calls, 300 ms", 4000, 1, 0.3),
    "quick": Load("8,000 calls, 20 ms", 8000, 1, 0.02),
    "talks": Load("500 conversations of 8 growing turns, 100 ms", 500, 8, 0.1),
}

GROWING = {str(n): Load(f"{n:,} calls, 20 ms", n, 1, 0.02) for n in (1_000, 10_000, 100_000)}
"""How memory grows."""


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the server's one reply holds."""

    reasoning: str
    answer: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A stage: one conversation."""

    teacher: Teacher
    turns: int

    async def __call__(self, item: Scenario) -> Sequence[Record]:
        """Ask turn by turn, each with all that was said before."""
        history: tuple[Turn, ...] = ()
        for n in range(self.turns):
            slots = {"task": item.text, "subtasks": []}
            said = await self.teacher.ask("consistent", Said, slots, history=history)
            history += (Turn("assistant", said.reasoning), Turn("user", f"and then, {n}?"))
        return [Scenario(f"{item.text}: {len(history)} turns")]


@contextmanager
def served(latency: float) -> Iterator[tuple[str, list[str]]]:
    """Serve at an address for as long as the context lasts; what the server said then follows."""
    command = [sys.executable, str(HERE / "fixed_latency.py"), str(latency)]
    told: list[str] = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        try:
            yield f"http://127.0.0.1:{port}/v1", told
        finally:
            told += server.communicate("")[0].split()


async def ours(load: Load, url: str, folder: Path) -> None:
    """Run a workload as a run does."""
    items = (Scenario(f"number {i}") for i in range(load.items))
    async with reached(Way(url, in_flight=load.in_flight)) as endpoint:
        with open_run(folder, "", "bench") as rundir:
            model = Journaled(endpoint, rundir.journal())
            stage = Stage("talk", Talk(Teacher(model, "fixed"), load.turns))
            async for event in run(items, [stage], load.in_flight + load.in_flight // SPARE):
                assert isinstance(event, Kept), event
                rundir.write(line_of(event.record, event.stage))


async def floor(load: Load, url: str) -> None:
    """Send the same from bare sockets, and keep nothing."""
    port = int(url.split(":")[2].partition("/")[0])
    turns = iter(range(load.calls))
    content = {"model": "fixed", "messages": [{"role": "user", "content": "x " * 600}]}
    body = json.dumps(content).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    sent = head % len(body) + body

    async def one() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in turns:
            writer.write(sent)
            answered = await reader.readuntil(b"\r\n\r\n")
            length = int(answered.lower().partition(b"content-length:")[2].split()[0])
            msgspec.json.decode(await reader.readexactly(length))
        writer.close()

    await asyncio.gather(*(one() for _ in range(load.in_flight)))


# --- a round is a process of its own, so that its CPU time and memory are its own -----------------


def once(name: str, who: str) -> None:
    """Run one round and print its seconds, its CPU seconds, its peak MiB and the calls served."""
    load = {**LOADS, **GROWING}[name]
    with served(load.latency) as (url, told), tempfile.TemporaryDirectory() as folder:
        began, burnt = time.monotonic(), time.process_time()
        work = ours(load, url, Path(folder) / "run") if who == "ours" else floor(load, url)
        run_to_end(work)
        wall, cpu = time.monotonic() - began, time.process_time() - burnt
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(wall, cpu, peak, *told)


def rounds(command: Sequence[str], times: int) -> tuple[float, float, float, float]:
    """Give the medians of several rounds: seconds, CPU seconds, MiB, seconds of being served."""
    told = [subprocess.check_output(command, text=True).split() for _ in range(times)]
    wall, cpu, peak, window = (median(float(line[i]) for line in told) for i in (0, 1, 2, 4))
    return wall, cpu, peak, window


def show(who: str, load: Load, wall: float, cpu: float, peak: float, window: float) -> None:
    """Print a line of a table."""
    print(
        f"  {who:12}{wall:7.2f} s{wall / load.ideal:7.2f} times the ideal{window / load.ideal:7.2f}"
        f" while served{load.calls / wall:9,.0f} calls/s{cpu / load.calls * 1e3:7.2f} ms CPU a call"
        f"{peak:6.0f} MiB"
    )


def peer(python: Path, name: str, load: Load) -> tuple[float, float, float, float]:
    """Run a peer once, with its own Python."""
    with served(load.latency) as (url, told):
        words = [name, url, str(load.calls), str(load.in_flight)]
        script = str((HERE / "peers.py").resolve())
        run_by = [str(python.absolute()), script, *words]
        with tempfile.TemporaryDirectory() as folder:
            said = subprocess.check_output(run_by, text=True, cwd=folder, stderr=subprocess.DEVNULL)
    wall, cpu, peak = map(float, said.split())
    return wall, cpu, peak, float(told[1])


def main() -> None:
    """Print a table a workload."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("rounds", nargs="?", type=int, default=5)
    words.add_argument("--peers", type=Path, help="folder of environments, each named as a peer")
    words.add_argument("--once", nargs=2, help=argparse.SUPPRESS)
    given = words.parse_args()
    if given.once:
        once(*given.once)
        return
    for name, load in LOADS.items():
        print(f"{load.name}, {load.in_flight} in flight; ideal {load.ideal:.2f} s")
        for who in ("floor", "ours"):
            command = [sys.executable, __file__, "--once", name, who]
            show(who, load, *rounds(command, given.rounds))
    for name in PEERS:
        python = (given.peers or HERE / "none") / name / "bin" / "python"
        if python.exists():
            load = LOADS["calls"]
            told = [peer(python, name, load) for _ in range(given.rounds)]
            wall, cpu, peak, window = (median(figures) for figures in zip(*told, strict=True))
            show(name, load, wall, cpu, peak, window)
    for name, load in GROWING.items():
        print(load.name)
        show("ours", load, *rounds([sys.executable, __file__, "--once", name, "ours"], 1))


if __name__ == "__main__":
    main()
