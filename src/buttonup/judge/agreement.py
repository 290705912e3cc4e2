"""How far the votes on one axis agree: counted unit by unit, in a table of 25 numbers.

Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section on ordinal data:
coincidences, and the squared distance between the ranks. Alpha is 1 where all agree and about 0 by
chance; where nearly all votes are one score it is low, however well they agree, so the plain share
of votes that are within one of each other stands beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import permutations

from buttonup.records import Record

SCALE = range(1, 6)


class Agreement(Record):
    """How far several votes on the same thing agree."""

    units: int = 0
    """Things with two votes or more; of one vote nothing can be said."""
    within_one: float | None = None
    """Share of the pairs of votes that differ by one at most; the mean over the units."""
    alpha: float | None = None
    """Krippendorff's alpha, ordinal; None where all votes are one score."""


@dataclass(slots=True)
class Coincidences:
    """The votes met so far, as the pairs that they make within their units."""

    units: int = 0
    near: float = 0.0
    pairs: Counter[tuple[int, int]] = field(default_factory=Counter)
    """(score, score) -> how often they came together; each unit weighs as much as it has votes."""

    def add(self, votes: Sequence[int]) -> None:
        """Count one unit."""
        if len(votes) < 2:  # noqa: PLR2004 - a pair
            return
        made = list(permutations(votes, 2))
        self.units += 1
        self.near += sum(abs(a - b) <= 1 for a, b in made) / len(made)
        for pair in made:
            self.pairs[pair] += 1 / (len(votes) - 1)  # type: ignore[assignment] # a share of one

    def join(self, other: Coincidences) -> None:
        """Add what was counted of other units."""
        self.units += other.units
        self.near += other.near
        self.pairs.update(other.pairs)

    def agreement(self) -> Agreement:
        """Sum up."""
        if not self.units:
            return Agreement()
        near = round(self.near / self.units, 4)
        return Agreement(self.units, near, _alpha(self.pairs))


def _alpha(pairs: Counter[tuple[int, int]]) -> float | None:
    """Give one minus the distance that is observed, by the distance that chance would give."""
    totals = {c: sum(n for (a, _), n in pairs.items() if a == c) for c in SCALE}
    votes = sum(totals.values())
    observed = sum(n * _apart(totals, a, b) for (a, b), n in pairs.items())
    chance = sum(
        totals[a] * totals[b] * _apart(totals, a, b) for a in SCALE for b in SCALE if a != b
    )
    return round(1 - (votes - 1) * observed / chance, 4) if chance else None


def _apart(totals: dict[int, int], a: int, b: int) -> float:
    """Give the squared distance of two scores: the votes from one to the other, ends by half."""
    low, high = min(a, b), max(a, b)
    between = sum(totals[g] for g in range(low, high + 1)) - (totals[a] + totals[b]) / 2
    return between**2 if a != b else 0.0
