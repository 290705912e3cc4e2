"""Estimates and pilots in words, for a terminal."""

from __future__ import annotations

from buttonup.estimating.calls import Estimate
from buttonup.estimating.pilot import Measured
from buttonup.showing.text import columns
from buttonup.showing.wording import dollars_in_words


def as_text(estimate: Estimate) -> str:
    """Draw an estimate as a table by stage, with what it assumes."""
    if not estimate.lines:
        return f"No model is asked for these {estimate.n:,} samples: no calls, no tokens, $0."
    n = estimate.n
    rows = [("stage", "model", "calls a sample", "calls", "tokens in", "tokens out", "cost")]
    for line in estimate.lines:
        calls = n * line.calls
        tokens = (f"{calls * line.tokens_in:,.0f}", f"{calls * line.tokens_out:,.0f}")
        cost = dollars_in_words(None if line.dollars is None else n * line.dollars)
        rows.append((line.name, line.model, f"{line.calls:.2f}", f"{calls:,.0f}", *tokens, cost))
    rows.append(_total(estimate))
    assumed = "\n".join(f"  {what}: {value}" for what, value in estimate.assumed.items())
    return (
        f"{columns(rows, 2)}\n\nFor {n:,} accepted samples. Nothing has been sent. It is assumed:\n"
        f"{assumed}\nHalf of it or twice as much would be no surprise; --pilot N measures it."
    )


def _total(estimate: Estimate) -> tuple[str, str, str, str, str, str, str]:
    n, lines = estimate.n, estimate.lines
    known = [line.dollars for line in lines if line.dollars is not None]
    cost = dollars_in_words(n * sum(known) if len(known) == len(lines) else None)
    calls = sum(line.calls for line in lines)
    tokens_in = n * sum(line.calls * line.tokens_in for line in lines)
    tokens_out = n * sum(line.calls * line.tokens_out for line in lines)
    counts = (f"{calls:.2f}", f"{n * calls:,.0f}", f"{tokens_in:,.0f}", f"{tokens_out:,.0f}")
    return ("all", "", *counts, cost)


def pilot_in_words(made: Measured | None) -> str:
    """Say what a pilot's figures come to."""
    if made is None:
        return "The pilot has no accepted sample: there is nothing to scale."
    low, high = max(0.0, 1 - made.spread), 1 + made.spread
    cost = dollars_in_words(made.dollars)
    between = ""
    if made.dollars is not None:
        ends = (dollars_in_words(made.dollars * low), dollars_in_words(made.dollars * high))
        between = f" ({ends[0]} to {ends[1]})"
    return (
        f"Measured on {made.pilot:,} accepted samples, which are the run's first; for {made.n:,}:\n"
        f"  cost    {cost}{between}\n"
        f"  calls   {made.calls:,.0f} ({made.calls * low:,.0f} to {made.calls * high:,.0f})\n"
        f"  tokens  {made.tokens:,.0f} ({made.tokens * low:,.0f} to {made.tokens * high:,.0f})\n"
        "What was begun beyond the pilot counts in it, so it rather says too much."
    )
