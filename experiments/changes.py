"""What an ablation changes about the rows of an export in the format `openai`."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

Row = dict[str, Any]
MADE_UP = 0.2  # share of rows; ours


def write(change: str, whole: Path, pairs: Path, to: Path, seed: int) -> None:
    """Write the rows of `whole` as a change makes them."""
    rows = CHANGES[change](read(whole), read(pairs), random.Random(seed))
    draft = to.with_suffix(".part")
    with draft.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    draft.replace(to)


def read(path: Path) -> Iterator[Row]:
    """Go through the rows of a file."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def one_shot(rows: Iterable[Row], _pairs: Iterable[Row], _rng: random.Random) -> Iterator[Row]:
    """End each conversation with the assistant's first turn."""
    for row in rows:
        first = next(i for i, m in enumerate(row["messages"]) if m["role"] == "assistant")
        yield {**row, "messages": row["messages"][: first + 1]}


def made_up(rows: Iterable[Row], pairs: Iterable[Row], rng: random.Random) -> Iterator[Row]:
    """Put conversations whose last call has a made-up argument in the place of some."""
    spoilt = [
        {**pair, "messages": pair["prompt"] + pair["rejected"]}
        for pair in pairs
        if pair["corruption"] == "invented_value"
    ]
    rng.shuffle(spoilt)
    for row in rows:
        other = spoilt.pop() if spoilt and rng.random() < MADE_UP else None
        yield {key: (other or row)[key] for key in row}


def share(kept: float) -> Callable[[Iterable[Row], Iterable[Row], random.Random], Iterator[Row]]:
    """Give the change that keeps the first of the rows alone."""

    def change(rows: Iterable[Row], _pairs: Iterable[Row], _rng: random.Random) -> Iterator[Row]:
        there = list(rows)
        return islice(there, int(kept * len(there)))

    return change


CHANGES = {
    "one_shot": one_shot,
    "made_up": made_up,
    "quarter": share(0.25),
    "half": share(0.5),
    "three_quarters": share(0.75),
}
OF_PAIRS = {"made_up"}  # changes that take something of the negatives
