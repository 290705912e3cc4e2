"""What the first samples of a run took, scaled to all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, pstdev

from buttonup.engine.report import Report
from buttonup.records import (
    Record,
)


class Measured(Record):
    """What a pilot's figures come to for all samples that are wanted."""

    pilot: int
    """Accepted samples that were measured."""
    n: int
    calls: float
    tokens: float
    dollars: float | None
    spread: float
    """Share of the figures by which they may be off, either way: two standard errors."""


def measured(report: Report, conversations: Sequence[int], n: int) -> Measured | None:
    """Scale what a pilot took to `n` samples; None when it has no accepted sample.

    `conversations` are the tokens of each accepted conversation. The spread has two parts: how
    many conversations it takes until enough are accepted, and how different they are in length.
    """
    pilot = report.accepted
    if not pilot:
        return None
    share = pilot / (pilot + report.rejected)
    length = pstdev(conversations) / fmean(conversations) if any(conversations) else 0.0
    usage = report.usage.values()
    dollars = None if report.dollars is None else report.dollars * n / pilot
    return Measured(
        pilot=pilot,
        n=n,
        calls=sum(u.calls for u in usage) * n / pilot,
        tokens=sum(u.prompt_tokens + u.completion_tokens for u in usage) * n / pilot,
        dollars=dollars,
        spread=2 * math.sqrt((1 - share + length**2) / pilot),
    )
