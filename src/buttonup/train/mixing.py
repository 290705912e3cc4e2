"""Which rows are learnt and which are held back, and how many of other sources go with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import NamedTuple, TypeVar

from buttonup.errors import BadInput

T = TypeVar("T")

MOST_HELD = 10  # at most one row in so many is held back. Ours


class Other(NamedTuple):
    """Rows of another source, and the share of all rows that they are to have."""

    rows: Sequence[object]
    share: float


def hold_back(rows: Sequence[T], most: int, seed: int) -> tuple[tuple[T, ...], tuple[T, ...]]:
    """Part rows into those that are learnt and those that are held back, by the seed."""
    held = set(Random(f"{seed} held").sample(range(len(rows)), min(most, len(rows) // MOST_HELD)))
    return (
        tuple(row for i, row in enumerate(rows) if i not in held),
        tuple(row for i, row in enumerate(rows) if i in held),
    )


def drawn(own: int, others: Mapping[str, Other], seed: int) -> dict[str, tuple[object, ...]]:
    """Draw from each other source so many rows that it has its share of all, `own` included.

    Raises  BadInput when a source has too few rows: none is shown twice unasked
    """
    rest = 1 - sum(other.share for other in others.values())
    chosen = dict[str, tuple[object, ...]]()
    for name, (rows, share) in others.items():
        wanted = round(own * share / rest)
        if wanted > len(rows):
            raise BadInput(
                f"{name} has {len(rows)} rows, and a share of {share:g} takes {wanted}",
                f"give more data, or a share of at most {_reachable(len(rows), own):.3f}",
            )
        places = sorted(Random(f"{seed} {name}").sample(range(len(rows)), wanted))
        chosen[name] = tuple(rows[i] for i in places)
    return chosen


def _reachable(there: int, own: int) -> float:
    return int(1000 * there / (own + there)) / 1000
