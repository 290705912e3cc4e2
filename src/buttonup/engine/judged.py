"""What a judge said of a run: its scores counted by axis, of wholes and of turns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from buttonup.judge.agreement import Agreement, Coincidences
from buttonup.records import Record, Score


class AxisScores(Record, omit_defaults=False):
    """The scores on one axis: of whole conversations, or of turns."""

    axis: str
    of: str
    """"whole" or "turns"."""
    scored: int
    """Those with a vote that could be read."""
    unscored: int
    """Those without; the gate does not fail them."""
    mean: float | None
    """Of the medians of votes."""
    below: int
    """Medians under the threshold."""
    agreement: Agreement

    @property
    def share_below(self) -> float:
        """Share of what is scored that is under the threshold."""
        return self.below / self.scored if self.scored else 0.0


@dataclass(slots=True)
class _Tally:
    scored: int = 0
    unscored: int = 0
    total: float = 0.0
    below: int = 0
    votes: Coincidences = field(default_factory=Coincidences)

    def add(self, score: Score) -> None:
        if not score.votes:
            self.unscored += 1
            return
        middle = median(score.votes)
        self.scored += 1
        self.total += middle
        self.below += middle < score.below
        self.votes.add(score.votes)

    def join(self, other: _Tally) -> None:
        self.scored += other.scored
        self.unscored += other.unscored
        self.total += other.total
        self.below += other.below
        self.votes.join(other.votes)


@dataclass(slots=True)
class Judged:
    """The scores of a run's samples, of those that failed too."""

    tallies: dict[tuple[str, str], _Tally] = field(default_factory=dict)
    """(axis, "whole" or "turns") -> what is counted."""

    def add(self, scores: Iterable[Score]) -> None:
        """Count the scores of one sample."""
        for score in scores:
            of = "whole" if score.at is None else "turns"
            self.tallies.setdefault((score.axis, of), _Tally()).add(score)

    def join(self, other: Judged) -> None:
        """Add what was counted of other samples."""
        for key, tally in other.tallies.items():
            self.tallies.setdefault(key, _Tally()).join(tally)

    def told(self) -> tuple[AxisScores, ...]:
        """Sum up."""
        return tuple(
            AxisScores(
                axis=axis,
                of=of,
                scored=t.scored,
                unscored=t.unscored,
                mean=round(t.total / t.scored, 3) if t.scored else None,
                below=t.below,
                agreement=t.votes.agreement(),
            )
            for (axis, of), t in self.tallies.items()
        )


def rows(judged: Iterable[AxisScores]) -> list[tuple[str, ...]]:
    """Lay the scores out for a table, names first; agreement is said of two votes or more."""
    told: list[tuple[str, ...]] = [
        ("judge", "of", "scored", "unscored", "mean", "below", "within 1", "alpha")
    ]
    for one in judged:
        share = f"{one.below:,} ({one.share_below:.1%})" if one.scored else ""
        counts = (f"{one.scored:,}", f"{one.unscored:,}", _two(one.mean), share)
        told.append(
            (one.axis, one.of, *counts, _two(one.agreement.within_one), _two(one.agreement.alpha))
        )
    return told


def _two(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
