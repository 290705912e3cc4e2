"""A figure of two evaluations, compared on the same tasks.

Most figures are no mean of one value a task, so that what is drawn anew, or exchanged, is a task
with all its counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from buttonup.evaluate.measures import DRAWS, Counts, Measure, summed
from buttonup.evaluate.statistics import drawn_interval
from buttonup.records import Record

EXACT = 11  # tasks that differ, up to which all exchanges are made: about as many as DRAWS


class Difference(Record, omit_defaults=False):
    """One measure of two evaluations."""

    name: str
    tasks: int
    """Tasks that it is counted from in either."""
    a: float
    b: float
    difference: float
    """B less A."""
    low: float
    """The 95 % interval of that, of tasks drawn anew in pairs."""
    high: float
    p: float
    """Two-sided, of the two evaluations exchanged on any of the tasks."""


def differences(
    measures: Sequence[Measure], pairs: Sequence[tuple[Counts, Counts]]
) -> tuple[Difference, ...]:
    """Compare every measure that both evaluations have something to count for.

    Source   paired bootstrap: Efron and Tibshirani, An Introduction to the Bootstrap (1993),
             chapter 13; exchanges: approximate randomisation as Yeh has it for F1 (COLING 2000,
             C00-2137), p of draws as Phipson and Smyth, SAGMB 9 (2010)
    """
    found = (_difference(measure, pairs) for measure in measures)
    return tuple(one for one in found if one is not None)


def _difference(measure: Measure, pairs: Sequence[tuple[Counts, Counts]]) -> Difference | None:
    a, b = (measure.of(summed([pair[n] for pair in pairs])) for n in (0, 1))
    if a is None or b is None:
        return None
    names = sorted({name for pair in pairs for counts in pair for name in counts})
    of_a, of_b = (
        np.array([[pair[n].get(name, 0.0) for name in names] for pair in pairs]) for n in (0, 1)
    )

    def less(sums_a: np.ndarray, sums_b: np.ndarray) -> Iterator[float]:
        for one, other in zip(sums_a.tolist(), sums_b.tolist(), strict=True):
            left, right = (measure.of(dict(zip(names, sums, strict=True))) for sums in (one, other))
            if left is not None and right is not None:
                yield right - left

    generator = np.random.default_rng(0)
    times = generator.multinomial(len(pairs), [1 / len(pairs)] * len(pairs), size=DRAWS)
    drawn = list(less(times @ of_a, times @ of_b))
    concerned = sum(any(measure.of(counts) is not None for counts in pair) for pair in pairs)
    low, high = drawn_interval(drawn, b - a, concerned)
    differ = np.flatnonzero((of_a != of_b).any(axis=1))
    moved = _exchanges(len(differ), generator) @ (of_b - of_a)[differ]
    seen = abs(b - a) * (1 - 1e-9)
    reached = [abs(d) >= seen for d in less(of_a.sum(axis=0) + moved, of_b.sum(axis=0) - moved)]
    itself = len(differ) > EXACT  # of draws, what was found is one more
    p = (sum(reached) + itself) / (len(reached) + itself)
    return Difference(measure.name, concerned, a, b, b - a, low, high, p)


def _exchanges(differ: int, generator: np.random.Generator) -> np.ndarray:
    """Give which of the tasks that differ are exchanged: all ways there are, or many drawn ones."""
    if differ <= EXACT:
        ways: np.ndarray = np.arange(1 << differ)[:, None] >> np.arange(differ) & 1
        return ways
    return generator.integers(0, 2, size=(DRAWS, differ))
