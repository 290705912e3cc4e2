"""Two evaluations of the same tasks, compared task by task."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean

from buttonup.errors import BadInput
from buttonup.evaluate.measures import share
from buttonup.evaluate.paired import Difference, differences
from buttonup.evaluate.reading import Evaluated, read_evaluation
from buttonup.evaluate.statistics import difference, mcnemar, mean_difference, sign_flips
from buttonup.evaluate.suites.figures import measures_of
from buttonup.records import Record

CREDIT = share("credit", "credit", "tasks")


class Comparison(Record, omit_defaults=False):
    """What B passes that A does not, and the other way round."""

    a: str
    b: str
    tasks: int
    """Tasks that both answered in a trial at least."""
    left_out: int
    """Tasks that one of them could not be asked: an inference error."""
    both: int
    """Tasks that both pass; with several trials, equally often."""
    only_a: int
    """Tasks that A alone passes; with several trials, that it passes more often."""
    only_b: int
    difference: float
    """Mean over tasks of the share of trials that B passes less the share that A passes."""
    low: float
    high: float
    p: float
    test: str
    """The test that p is of, two-sided."""
    measures: tuple[Difference, ...]
    """Credit, and what the suite counts beside, of both."""


def compare(a: Path, b: Path) -> Comparison:
    """Compare two folders of evaluations, with all their trials.

    One trial each is compared by McNemar's exact test and Agresti and Min's interval; several by
    the means of each task, which are paired: sign flips, and a bootstrap over tasks.
    Raises  BadInput where one is none, or they are not of the same suite, version and tasks
    """
    in_a, in_b = read_evaluation(a), read_evaluation(b)
    of_a, of_b = in_a.summary, in_b.summary
    for what in ("suite", "version", "tasks"):
        if getattr(of_a, what) != getattr(of_b, what):
            told = f"{getattr(of_a, what)} and {getattr(of_b, what)}"
            raise BadInput(
                f"{a} and {b} differ in {what}: {told}",
                "compare evaluations of the same suite, seed and tasks",
            )
    both = sorted(in_a.outcomes.keys() & in_b.outcomes.keys())
    pairs = [(in_a.outcomes[id].passed, in_b.outcomes[id].passed) for id in both]
    only_a, only_b = (sum(x > y for x, y in two) for two in (pairs, [(y, x) for x, y in pairs]))
    gained = [y - x for x, y in pairs]
    once = of_a.trials == of_b.trials == 1
    low, high = difference(only_a, only_b, len(pairs)) if once else mean_difference(gained)
    return Comparison(
        a=of_a.model,
        b=of_b.model,
        tasks=len(pairs),
        left_out=len(in_a.outcomes.keys() ^ in_b.outcomes.keys()),
        both=sum(x == y > 0 for x, y in pairs),
        only_a=only_a,
        only_b=only_b,
        difference=fmean(gained) if pairs else 0.0,
        low=low,
        high=high,
        p=mcnemar(only_a, only_b) if once else sign_flips(gained),
        test="McNemar's exact" if once else "sign flips",
        measures=_measures(in_a, in_b, both),
    )


def _measures(a: Evaluated, b: Evaluated, both: list[str]) -> tuple[Difference, ...]:
    """Compare what both count beside, on the tasks that both answered."""
    if not both:
        return ()
    of_a, of_b = (one.summary.groups[0].measures.keys() for one in (a, b))
    counts = [(a.outcomes[id].counts, b.outcomes[id].counts) for id in both]
    return differences((CREDIT, *measures_of(a.summary.suite, of_a & of_b)), counts)


def comparison_as_text(c: Comparison) -> str:
    """Tell a comparison in a few lines."""
    never = c.tasks - c.both - c.only_a - c.only_b
    if c.test == "sign flips":
        counts = f"A more often on {c.only_a}, B on {c.only_b}, as often on {c.both + never}"
    else:
        counts = f"both pass {c.both}, only A {c.only_a}, only B {c.only_b}, neither {never}"
    between = f"95 % {100 * c.low:+.1f} to {100 * c.high:+.1f}"
    lines = [
        f"A  {c.a}",
        f"B  {c.b}",
        f"{c.tasks} tasks: {counts}",
        f"B less A: {100 * c.difference:+.1f} points, {between}; {c.test} p = {c.p:.3g}",
    ]
    if c.left_out:
        lines.append(f"{c.left_out} tasks left out: one of the two had an inference error")
    if c.measures:
        lines += ["", f"{'':24}{'tasks':>6}{'A':>8}{'B':>8}{'B less A':>10}{'95 %':>17}{'p':>9}"]
        lines += map(_row, c.measures)
    return "\n".join(lines)


def _row(d: Difference) -> str:
    between = f"{100 * d.low:+.1f} to {100 * d.high:+.1f}"
    values = f"{100 * d.a:8.1f}{100 * d.b:8.1f}{100 * d.difference:+10.1f}"
    return f"{d.name[:23]:24}{d.tasks:6}{values}{between:>17}{d.p:9.3g}"
