"""Where the time of making samples from the worlds goes; all in one run.

    python bench/worlds.py [COUNT]

Prints, per sample, the CPU time of planning and executing, wording, acting and the gates, and the
ratio of the whole to encoding the same samples once: the least that any generator must do. Then the
same of the commands as they are typed: `buttonup run -n COUNT` and `buttonup export`, with what all
their processes take together.
"""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from buttonup.bottomup.truth_first import Ticket, blueprints, plan, word
from buttonup.errors import Reject
from buttonup.gates import GATES, sift
from buttonup.model.teachers import Teachers
from buttonup.recipe import Recipe, chosen
from buttonup.records import Sample, encode
from buttonup.topdown import simulate

RECIPE = Recipe()
EVERY = chosen(RECIPE)


@contextmanager
def clock(spent: Counter[str], name: str) -> Iterator[None]:
    """Add the CPU nanoseconds of a block to what was spent."""
    started = time.process_time_ns()
    yield
    spent[name] += time.process_time_ns() - started


async def made(count: int, spent: Counter[str]) -> list[Sample]:
    """Make samples one after the other, and clock every part."""
    samples, k = [], RECIPE
    for i in range(count):
        ticket = Ticket(seed=0, index=i)
        try:
            with clock(spent, "plan and execute"):
                planned = plan(EVERY, ticket, k.plan, k.scenes)
        except Reject:
            continue
        with clock(spent, "word"):
            word(planned, ticket.rng("word"), k.wording)
        [blueprint] = await blueprints(ticket, EVERY, k.plan, k.scenes, k.wording, k.blueprint)
        with clock(spent, "act"):
            [trajectory] = await simulate(blueprint, Teachers(), k.simulate)
        with clock(spent, "gates"):
            samples.append(sift(trajectory))
    return samples


def whole(count: int, floor: float) -> None:
    """Run the commands, and print what they took beside `floor`: encoding a sample, in ns."""
    with tempfile.TemporaryDirectory() as folder:
        run, out = f"{folder}/run", f"{folder}/out.jsonl"
        for name, words in {
            "run": ("run", "-n", str(count), "-q", "--out", run),
            "export": ("export", run, "--format", "openai", "--out", out),
        }.items():
            wall, cpu, peak = command(*words)
            print(
                f"{name:18} {cpu / count * 1e6:8.0f} us a sample, all processes   "
                f"{count / wall:.0f}/s   {peak >> 20} MiB   "
                f"{cpu / count * 1e9 / floor:.0f} times the encoding"
            )


def command(*words: str) -> tuple[float, float, int]:
    """Run a command; give its seconds, the CPU seconds and the peak bytes of all its processes."""
    before, started, peak = _used(), time.monotonic(), 0
    process = subprocess.Popen(
        [sys.executable, "-m", "buttonup", *words], stdout=subprocess.DEVNULL
    )
    while process.poll() is None:
        peak = max(peak, _memory(process.pid))
        time.sleep(0.02)
    if process.returncode:
        sys.exit(f"buttonup {' '.join(words)} ended with {process.returncode}")
    return time.monotonic() - started, _used() - before, peak


def _used() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _memory(pid: int) -> int:
    """Add up what a process and its children hold in memory (Linux; 0 elsewhere)."""
    held, proc = 0, Path("/proc")
    with suppress(OSError, ValueError):  # it has just ended
        held = int((proc / str(pid) / "statm").read_text().split()[1]) * resource.getpagesize()
        children = (proc / str(pid) / "task" / str(pid) / "children").read_text().split()
        held += sum(_memory(int(child)) for child in children)
    return held


def main(count: int) -> None:
    """Measure and print."""
    for world in EVERY:
        for variant in range(RECIPE.plan.variants):
            world.state(variant)  # made once a process, not once a sample
    spent, single = Counter[str](), Counter[str]()
    samples = asyncio.run(made(count, spent))
    for sample in samples:
        with clock(spent, "encode"):
            encode(sample)
        for gate in GATES:
            with clock(single, gate.__name__):
                gate(sample.trajectory)
    total = spent.total()
    for name, took in spent.most_common():
        print(f"{name:18} {took / count / 1e3:8.0f} us a sample   {took / total:6.1%}")
    print(f"{'all':18} {total / count / 1e3:8.0f} us a sample   {1e9 * count / total:.0f}/s")
    print(f"{total / spent['encode']:.0f} times the encoding of the samples alone")
    whole(count, spent["encode"] / count)
    slow = ", ".join(f"{n} {took / count / 1e3:.0f} us" for n, took in single.most_common(4))
    print(f"slowest gates: {slow}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
