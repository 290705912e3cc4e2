"""Where a run stands, and why it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from buttonup.model.batching import Standing
from buttonup.recipe import Recipe
from buttonup.store import rundir
from buttonup.store.rundir import Line


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands."""

    accepted: int = 0
    wanted: int = 0
    failed: int = 0
    """Samples that did not pass a gate."""
    rejected: int = 0
    """Items given up before they became a sample."""
    fruitless: int = 0
    """Items given up or failed since the last accepted sample."""
    calls: int = 0
    """Model replies that came in this sitting."""
    standing: Standing | None = None
    """How the batches stand, where there are any."""
    dollars: float = 0.0
    """What the run has cost so far, earlier sittings too."""
    unpriced: tuple[str, ...] = ()
    """Models that are asked and have no price: they are not in `dollars`."""
    poor: str = ""
    """Why the budget ends the run; "" where it does not."""
    trouble: str = ""
    """What is the matter with an endpoint that is waited for; "" when all is well."""


Watch = Callable[[Progress], None]


def counted_in(line: Line, at: Progress) -> Progress:
    """Count one line."""
    match line.file:
        case rundir.ACCEPTED:
            return replace(at, accepted=at.accepted + 1, fruitless=0)
        case rundir.FAILED:
            return replace(at, failed=at.failed + 1, fruitless=at.fruitless + 1)
        case rundir.GIVEN_UP:
            return replace(at, rejected=at.rejected + 1, fruitless=at.fruitless + 1)
    return at  # something on the way


def why_short(end: Progress, recipe: Recipe) -> str:
    """Say why a run has fewer samples than wanted; "" when it has enough."""
    if end.accepted >= end.wanted:
        return ""
    short = f"{end.accepted} of {end.wanted} samples"
    if end.poor:
        return (
            f"{short}: the budget of ${recipe.budget:g} is used up: {end.poor}; "
            "the same command with a larger --budget goes on"
        )
    if end.fruitless >= recipe.patience:
        return (
            f"{short}: none of the last {end.fruitless} items became one; "
            "the report has the reasons, --set patience=N goes on longer"
        )
    return f"{short}: the seeds are used up; give more, or raise atoms.per_scenario"
