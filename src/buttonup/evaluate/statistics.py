"""Intervals and tests, each with its source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

from buttonup.intervals import Interval, Z


def mean_interval(values: Sequence[float]) -> Interval:
    """Give the 95 % interval of the mean of values from 0 to 1, one a task.

    Trials of one task are not independent of each other; their means by task are.
    Source   Miller, "Adding Error Bars to Evals", arXiv 2411.00640, section 2.2
    """
    if len(values) < 2:  # noqa: PLR2004 - one value has no spread
        return (0.0, 1.0)
    middle, half = fmean(values), Z * stdev(values) / math.sqrt(len(values))
    return (max(0.0, middle - half), min(1.0, middle + half))


def pass_hat(passed: int, trials: int, k: int) -> float:
    """Estimate without bias how probable it is that k trials of a task all pass.

    Source   pass^k of tau-bench, arXiv 2406.12045: C(passed, k) / C(trials, k)
    """
    return math.comb(passed, k) / math.comb(trials, k)


def mcnemar(only_a: int, only_b: int) -> float:
    """Give the exact two-sided p of tasks that just one of two passes, if both were as good.

    Source   McNemar, Psychometrika 12 (1947), 153-157; exact as a sign test
    """
    n = only_a + only_b
    tail = sum(math.comb(n, i) for i in range(min(only_a, only_b) + 1))
    return min(1.0, float(2 * tail / (1 << n)))


def difference(only_a: int, only_b: int, n: int) -> Interval:
    """Give the 95 % interval of the share of B less that of A, on the same n tasks.

    Source   Agresti and Min, Statistics in Medicine 24 (2005), 729-740: half a task is added to
             each cell of the table of pairs
    """
    if n == 0:
        return (-1.0, 1.0)
    a, b, total = only_a + 0.5, only_b + 0.5, n + 2
    middle = (b - a) / total
    half = Z * math.sqrt(a + b - (b - a) ** 2 / total) / total
    return (max(-1.0, middle - half), min(1.0, middle + half))
