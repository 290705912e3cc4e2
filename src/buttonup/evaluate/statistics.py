"""Intervals and tests, each with its source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, stdev

import numpy as np

from buttonup.intervals import Interval, Z

EXACT = 14  # differences up to which all 2^n signs are tried
ALIKE = 1e-12  # what rounding alone may part
DRAWS = 20_000  # else; p is then known to 0.003 where it matters


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


def sign_flips(differences: Sequence[float]) -> float:
    """Give the two-sided p of a mean difference, if B less A were as likely as A less B on a task.

    Exact for few tasks that differ; for more of them, of signs drawn from a fixed seed.
    Source   Fisher's randomisation test of paired differences, as Dror et al. recommend it (ACL
             2018, P18-1128); p of draws as Phipson and Smyth, SAGMB 9 (2010), have it
    """
    found = np.array([d for d in differences if d], dtype=float)
    if not len(found):
        return 1.0
    seen = abs(found.sum()) * (1 - 1e-9)
    if len(found) <= EXACT:
        numbers = np.arange(1 << len(found))[:, None] >> np.arange(len(found)) & 1
        return float((abs((2 * numbers - 1) @ found) >= seen).mean())
    generator, reached = np.random.default_rng(0), 0
    for _ in range(DRAWS // 1000):
        signs = generator.integers(0, 2, size=(1000, len(found))) * 2 - 1
        reached += int((abs(signs @ found) >= seen).sum())
    return (1 + reached) / (1 + DRAWS)


def mean_difference(differences: Sequence[float]) -> Interval:
    """Give the 95 % interval of a mean difference of tasks: percentiles of tasks drawn anew.

    Where no two tasks differ it is the rule of three: about 3 of n more may lie either way.
    Source   paired bootstrap, Efron and Tibshirani, An Introduction to the Bootstrap (1993),
             chapter 13
    """
    found = np.array(differences, dtype=float)
    if not len(found):
        return (-1.0, 1.0)
    drawn = np.random.default_rng(0).integers(0, len(found), size=(2000, len(found)))
    return drawn_interval(found[drawn].mean(axis=1).tolist(), float(found.mean()), len(found))


def drawn_interval(drawn: Sequence[float], found: float, tasks: int) -> Interval:
    """Give the 95 % interval of a difference: percentiles of what was drawn anew.

    Where all draws agree it is the rule of three: about 3 of so many tasks may lie either way.
    """
    if not drawn or max(drawn) - min(drawn) < ALIKE:
        half = 3 / (tasks + 3)  # at 0 of n that is the rule of three, held back for small n
        return (max(-1.0, found - half), min(1.0, found + half))
    low, high = np.quantile(drawn, [0.025, 0.975]).tolist()
    return (low, high)
