"""Where the time of making samples from the worlds goes, and how it scales; all in one run.

    python bench/worlds.py [COUNT]

Prints, per sample: planning and executing, wording, acting, the gates, and writing; and the ratio
of the whole to encoding the same samples once, which is the least that any generator must do.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

from buttonup.bottomup.truth_first import Blueprinting, Planning, Ticket, blueprints, plan, word
from buttonup.gates import GATES, judge
from buttonup.records import Blueprint, Sample, Trajectory, encode
from buttonup.topdown import Simulating, simulate
from buttonup.worlds.catalogue import WORLDS

T = TypeVar("T")
EVERY = tuple(WORLDS.values())


def timed(name: str, spent: Counter[str], work: Callable[[], T]) -> T:
    started = time.process_time()
    made = work()
    spent[name] += round((time.process_time() - started) * 1e9)
    return made


def now(work: Awaitable[list[T]]) -> T:
    """Run a verb that awaits nothing."""
    try:
        work.__await__().send(None)
    except StopIteration as done:
        (made,) = done.value
        return made  # type: ignore[no-any-return]
    raise AssertionError("it waited")


def main(count: int) -> None:
    spent: Counter[str] = Counter()
    samples: list[Sample] = []
    for world in EVERY:
        for variant in range(8):
            world.state(variant)  # made once a process, not once a sample
    for i in range(count):
        ticket = Ticket(seed=0, index=i)
        world = EVERY[i % len(EVERY)]
        planned = timed("plan and execute", spent, lambda: plan(world, ticket, Planning()))
        timed("word", spent, lambda: word(planned, ticket.rng("word")))
        b: Blueprint = now(blueprints(ticket, EVERY, Planning(), Blueprinting()))
        t: Trajectory = timed("act", spent, lambda: now(simulate(b, None, Simulating())))
        samples.append(timed("gates", spent, lambda: judge(t)))
    floor = Counter[str]()
    for sample in samples:
        timed("encode", floor, lambda: encode(sample))
    for gate in GATES:
        for sample in samples:
            timed(gate.__name__, floor, lambda: gate(sample.trajectory))
    spent["encode"] = floor["encode"]
    total = sum(spent.values())
    for name, spent_ns in spent.most_common():
        print(f"{name:18} {spent_ns / count / 1e3:8.0f} us a sample   {spent_ns / total:6.1%}")
    print(f"{'all':18} {total / count / 1e3:8.0f} us a sample   {1e9 * count / total:.0f}/s")
    print(f"{total / floor['encode']:.0f} times the encoding of the samples alone")
    slow = [(n, ns) for n, ns in floor.most_common() if n != "encode"][:4]
    print("slowest gates: " + ", ".join(f"{n} {ns / count / 1e3:.0f} us" for n, ns in slow))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    asyncio.set_event_loop(None)
