"""Figures beside the score: each a function of what was counted, summed over tasks.

A share over all steps of all tasks, or an F1, is no mean of one figure a task. Its interval is that
of the tasks drawn anew, with what belongs to a task kept together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from buttonup.intervals import Interval, wilson

Counts = Mapping[str, float]
DRAWS = 2000  # as many as percentiles of 95 % want (Efron and Tibshirani 1993, section 13.3)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure from 0 to 1."""

    name: str
    of: Callable[[Counts], float | None]
    """Sums of counts -> the figure; None where there is nothing to count."""


def share(name: str, got: str, of: str) -> Measure:
    """Make the measure that is one sum as a share of another."""
    return Measure(name, lambda sums: ratio(sums.get(got, 0.0), sums.get(of, 0.0)))


def ratio(got: float, of: float) -> float | None:
    """Give a share; None of nothing."""
    return got / of if of else None


def summed(tasks: Sequence[Counts]) -> dict[str, float]:
    """Add up the counts of tasks."""
    names = sorted({name for counts in tasks for name in counts})
    return {name: sum(counts.get(name, 0.0) for counts in tasks) for name in names}


def interval(measure: Measure, tasks: Sequence[Counts]) -> Interval:
    """Give the 95 % interval of a measure of tasks: percentiles of tasks drawn anew.

    Where every draw is alike, as for 0 of 30, that would be no interval: it is Wilson's then, of as
    many trials as there are tasks that it is counted from.
    Source   Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13; a task and
             all its counts are drawn together (Miller, arXiv 2411.00640, section 2.2, on clusters)
    """
    concerned = [counts for counts in tasks if measure.of(counts) is not None] or list(tasks)
    value = measure.of(summed(tasks))
    if value is None:
        return (0.0, 1.0)
    names = sorted({name for counts in tasks for name in counts})
    table = np.array([[counts.get(name, 0.0) for name in names] for counts in tasks])
    generator = np.random.default_rng(0)
    times = generator.multinomial(len(tasks), [1 / len(tasks)] * len(tasks), size=DRAWS)
    drawn = (measure.of(dict(zip(names, row, strict=True))) for row in (times @ table).tolist())
    found = [one for one in drawn if one is not None]
    if not found or min(found) == max(found):
        return wilson(min(value, 1.0) * len(concerned), len(concerned))
    low, high = np.quantile(found, [0.025, 0.975]).tolist()
    return (low, high)
