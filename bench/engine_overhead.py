"""Measures what the engine adds to a stage that does nothing.

Run `python bench/engine_overhead.py`; the ratios are what carries over to another machine.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from functools import partial
from time import perf_counter
from typing import Any

from buttonup.engine.local import Fold, Stage, run
from buttonup.records import Record, Scenario

ITEMS = 50_000
IN_FLIGHT = 64


async def same(item: Scenario) -> Sequence[Record]:
    """Do nothing."""
    return [item]


def source(items: int) -> Iterator[Scenario]:
    """Give items that cost next to nothing to make."""
    one = Scenario("a market hall on a Saturday")
    return (one for _ in range(items))


async def bare(items: Iterable[Scenario]) -> int:
    """Await the verb in a plain loop: the floor."""
    count = 0
    for item in items:
        count += len(await same(item))
    return count


async def engine(stages: Sequence[Stage | Fold], items: Iterable[Scenario]) -> int:
    """Run the same through the engine."""
    return sum([1 async for _ in run(items, stages, IN_FLIGHT)])


def seconds(work: Callable[[Iterable[Scenario]], Coroutine[Any, Any, int]]) -> float:
    """Time one pass, the best of three."""

    def once() -> float:
        start = perf_counter()
        asyncio.run(work(source(ITEMS)))
        return perf_counter() - start

    return min(once() for _ in range(3))


def main() -> None:
    """Print items a second and µs an item, for a bare loop and for three shapes of pipeline."""
    fold = Fold("fold", lambda: lambda item: [item])
    shapes: dict[str, list[Stage | Fold]] = {
        "one stage": [Stage("a", same)],
        "three stages, one segment": [Stage("a", same), Stage("b", same), Stage("c", same)],
        "stage, fold, stage": [Stage("a", same), fold, Stage("b", same)],
    }
    floor = seconds(bare)
    print(f"python {sys.version.split()[0]}, {ITEMS:,} items, {IN_FLIGHT} in flight")
    print(f"{'bare loop':28}{ITEMS / floor:>12,.0f} items/s{floor / ITEMS * 1e6:8.2f} µs an item")
    for name, stages in shapes.items():
        took = seconds(partial(engine, stages))
        print(
            f"{name:28}{ITEMS / took:>12,.0f} items/s{took / ITEMS * 1e6:8.2f} µs an item"
            f"{took / floor:8.1f} times the bare loop"
        )


if __name__ == "__main__":
    main()
