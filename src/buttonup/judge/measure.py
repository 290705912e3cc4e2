"""How good a judge is: what it says of gold samples, and of the same spoilt by one known mistake.

A sample counts as *flagged* when the gate `judged` fails it. To flag a spoilt one is right, to flag
a gold one is a false alarm; an unscored one is not flagged, as in a run.
Intervals are Wilson's, 95 %. Source: Wilson, "Probable inference, the law of succession, and
statistical inference" (1927); Brown, Cai and DasGupta (2001) recommend it for small numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import median

from msgspec.structs import replace

from buttonup.gates.judged import is_low, judged
from buttonup.intervals import wilson
from buttonup.judge.agreement import Agreement, Coincidences
from buttonup.records import Record, Score, Trajectory

THRESHOLDS = (2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)


class Case(Record, omit_defaults=False):
    """A conversation, and what is known of it."""

    trajectory: Trajectory
    spoilt: str = ""
    """The mistake that was made in it ("wrong_argument"); "" for a gold one."""
    at: int | None = None
    """Index of the message that has the mistake."""
    of: str = ""
    """Key of the gold conversation that it was made from."""


class Share(Record, omit_defaults=False):
    """A share, and the interval that it is in with 95 %; of nothing there is none."""

    count: int
    of: int
    low: float = 0.0
    high: float = 1.0

    @property
    def share(self) -> float | None:
        """The share itself."""
        return self.count / self.of if self.of else None


class At(Record, omit_defaults=False):
    """What one axis alone would come to with one threshold."""

    axis: str
    below: float
    caught: Share
    """Recall: spoilt ones under the threshold, of all that are scored."""
    right: Share
    """Precision: spoilt ones, of all under the threshold."""
    accuracy: Share
    """Spoilt ones under it and gold ones not, of all that are scored."""


class Figures(Record, omit_defaults=False):
    """What a judge's votes come to, each counted from its replies."""

    gold: int
    spoilt: int
    unscored: int
    """Conversations, of both, without a vote that could be read."""
    precision: Share
    """Spoilt ones, of all that are flagged."""
    recall: Share
    """Flagged, of the spoilt ones."""
    false_alarms: Share
    """Flagged, of the gold ones."""
    accuracy: Share
    ranked: Share
    """Spoilt ones whose lowest score is under that of their gold one, where both are scored."""
    located: Share
    """Flagged spoilt ones where a turn with a low score is the one with the mistake, of those that
    have the mistake in one turn; only where turns are scored."""
    corruptions: dict[str, Share]
    """Mistake -> recall."""
    axes: tuple[At, ...]
    agreement: dict[str, Agreement]


def figures(cases: Sequence[Case]) -> Figures:
    """Count what a judge said of cases."""
    gold = [case for case in cases if not case.spoilt]
    spoilt = [case for case in cases if case.spoilt]
    caught, alarms = sum(map(flagged, spoilt)), sum(map(flagged, gold))
    kinds = dict.fromkeys(sorted(case.spoilt for case in spoilt))
    return Figures(
        gold=len(gold),
        spoilt=len(spoilt),
        unscored=sum(not is_scored(case) for case in cases),
        precision=share(caught, caught + alarms),
        recall=share(caught, len(spoilt)),
        false_alarms=share(alarms, len(gold)),
        accuracy=share(caught + len(gold) - alarms, len(cases)),
        ranked=_ranked(gold, spoilt),
        located=_located(spoilt),
        corruptions={
            kind: _of(flagged(case) for case in spoilt if case.spoilt == kind) for kind in kinds
        },
        axes=tuple(_by_axis(cases)),
        agreement=_agreement(cases),
    )


def flagged(case: Case) -> bool:
    """Say whether the gate would fail a conversation for its scores."""
    return not judged(case.trajectory).passed


def is_scored(case: Case) -> bool:
    """Say whether any vote on a conversation could be read."""
    return any(score.votes for score in case.trajectory.scores)


def share(count: int, of: int) -> Share:
    """Give a share with Wilson's interval."""
    if not of:
        return Share(count, of)
    low, high = wilson(count, of)
    return Share(count, of, round(low, 4), round(high, 4))


def _of(said: Iterable[bool]) -> Share:
    told = list(said)
    return share(sum(told), len(told))


def _whole(case: Case) -> dict[str, Score]:
    """Give the scores of the whole, by axis, that have a vote."""
    return {s.axis: s for s in case.trajectory.scores if s.at is None and s.votes}


def _ranked(gold: Sequence[Case], spoilt: Sequence[Case]) -> Share:
    lowest = {case.of: _lowest(case) for case in gold if is_scored(case)}
    pairs = [(_lowest(case), lowest[case.of]) for case in spoilt if case.of in lowest]
    return _of(a < b for a, b in pairs if a and b)


def _lowest(case: Case) -> float:
    return min((median(s.votes) for s in _whole(case).values()), default=0.0)


def _located(spoilt: Sequence[Case]) -> Share:
    low = [
        (case.at, {s.at for s in case.trajectory.scores if s.at is not None and is_low(s)})
        for case in spoilt
        if flagged(case) and any(s.at is not None for s in case.trajectory.scores)
    ]
    return _of(at in turns for at, turns in low)


def _by_axis(cases: Sequence[Case]) -> Iterator[At]:
    axes = dict.fromkeys(axis for case in cases for axis in _whole(case))
    for axis in axes:
        told = [(bool(c.spoilt), _whole(c)[axis]) for c in cases if axis in _whole(c)]
        for below in THRESHOLDS:
            said = [(bad, is_low(replace(score, below=below))) for bad, score in told]
            yield At(
                axis=axis,
                below=below,
                caught=_of(low for bad, low in said if bad),
                right=_of(bad for bad, low in said if low),
                accuracy=_of(bad == low for bad, low in said),
            )


def _agreement(cases: Sequence[Case]) -> dict[str, Agreement]:
    met: dict[str, Coincidences] = {}
    for case in cases:
        for axis, score in _whole(case).items():
            met.setdefault(axis, Coincidences()).add(score.votes)
    return {axis: votes.agreement() for axis, votes in met.items()}
