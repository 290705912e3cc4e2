"""Where the time of making samples from the worlds goes; all in one run.

    python bench/worlds.py [COUNT]

Prints, per sample, the CPU time of planning and executing, wording, acting and the gates, and the
ratio of the whole to encoding the same samples once: the least that any generator must do.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from buttonup.bottomup.truth_first import Blueprinting, Planning, Ticket, blueprints, plan, word
from buttonup.gates import GATES, judge
from buttonup.records import Sample, encode
from buttonup.topdown import Simulating, simulate
from buttonup.worlds.catalogue import WORLDS

EVERY = tuple(WORLDS.values())
VARIANTS = 8


@contextmanager
def clock(spent: Counter[str], name: str) -> Iterator[None]:
    """Add the CPU nanoseconds of a block to what was spent."""
    started = time.process_time_ns()
    yield
    spent[name] += time.process_time_ns() - started


async def made(count: int, spent: Counter[str]) -> list[Sample]:
    """Make samples one after the other, and clock every part."""
    samples = []
    for i in range(count):
        ticket, world = Ticket(seed=0, index=i), EVERY[i % len(EVERY)]
        with clock(spent, "plan and execute"):
            planned = plan(world, ticket, Planning())
        with clock(spent, "word"):
            word(planned, ticket.rng("word"))
        [blueprint] = await blueprints(ticket, EVERY, Planning(), Blueprinting())
        with clock(spent, "act"):
            [trajectory] = await simulate(blueprint, None, Simulating())
        with clock(spent, "gates"):
            samples.append(judge(trajectory))
    return samples


def main(count: int) -> None:
    """Measure and print."""
    for world in EVERY:
        for variant in range(VARIANTS):
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
    slow = ", ".join(f"{n} {took / count / 1e3:.0f} us" for n, took in single.most_common(4))
    print(f"slowest gates: {slow}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
