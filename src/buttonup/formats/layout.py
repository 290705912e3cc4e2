"""Over which files the rows of an export are spread: splits that share no task, and shards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from buttonup.errors import BadInput
from buttonup.records import digest

SPLITS = {0: ("",), 2: ("train", "test"), 3: ("train", "validation", "test")}
"""Number of shares -> what their splits are called."""
CLOSE = 1e-9  # how far from 1 the sum of the shares may be: they are decimal fractions
MANY = 100_000  # shards; their numbers have five digits


@dataclass(frozen=True, slots=True)
class Layout:
    """The shares of the splits, none for one whole, and the shards of each.

    Raises  BadInput when they are no shares of a whole, or no number of files
    """

    shares: tuple[float, ...] = ()
    shards: int = 1

    def __post_init__(self) -> None:
        whole = not self.shares or abs(sum(self.shares) - 1) <= CLOSE
        if len(self.shares) not in SPLITS or not whole or any(s <= 0 for s in self.shares):
            told = ",".join(f"{share:g}" for share in self.shares)
            raise BadInput(f"the splits {told}", "give two or three shares that add up to 1")
        if not 1 <= self.shards < MANY:
            raise BadInput(f"{self.shards} shards", f"give a number from 1 to {MANY - 1}")

    @property
    def splits(self) -> tuple[str, ...]:
        """What the splits are called; the empty word for one whole."""
        return SPLITS[len(self.shares)]

    def files(self, path: Path) -> dict[str, list[Path]]:
        """Name the files of each split: data-train-00000-of-00002.jsonl."""
        return {split: list(self._of(split, path)) for split in self.splits}

    def _of(self, split: str, path: Path) -> Iterator[Path]:
        stem = f"{path.stem}-{split}" if split else path.stem
        for n in range(self.shards):
            part = f"-{n:05}-of-{self.shards:05}" if self.shards > 1 else ""
            yield path.with_name(f"{stem}{part}{path.suffix}")

    def split(self, place: float) -> str:
        """Tell the split of a place from 0 to 1."""
        ends = accumulate(self.shares[:-1])
        return next(
            (s for s, end in zip(self.splits, ends, strict=False) if place < end), self.splits[-1]
        )


def place(task: str) -> float:
    """Give a task its place from 0 to 1: the same in every export, wherever its rows stand."""
    return int(digest(task), 16) / 16**16
