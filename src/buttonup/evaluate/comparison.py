"""Two evaluations of the same tasks, compared task by task."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean

from buttonup.errors import BadInput
from buttonup.evaluate.evaluation import RESULTS, SUMMARY
from buttonup.evaluate.statistics import difference, mcnemar, mean_difference, sign_flips
from buttonup.evaluate.summary import Result, Summary
from buttonup.records import Record
from buttonup.store.lines import read_record, read_records


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


def compare(a: Path, b: Path) -> Comparison:
    """Compare two folders of evaluations, with all their trials.

    One trial each is compared by McNemar's exact test and Agresti and Min's interval; several by
    the means of each task, which are paired: sign flips, and a bootstrap over tasks.
    Raises  BadInput where one is none, or they are not of the same suite, version and tasks
    """
    of_a, of_b = _summary(a), _summary(b)
    for what in ("suite", "version", "tasks"):
        if getattr(of_a, what) != getattr(of_b, what):
            told = f"{getattr(of_a, what)} and {getattr(of_b, what)}"
            raise BadInput(
                f"{a} and {b} differ in {what}: {told}",
                "compare evaluations of the same suite, seed and tasks",
            )
    in_a, in_b = _passed(a), _passed(b)
    pairs = [(in_a[id], in_b[id]) for id in sorted(in_a.keys() & in_b.keys())]
    only_a, only_b = (sum(x > y for x, y in two) for two in (pairs, [(y, x) for x, y in pairs]))
    differences = [y - x for x, y in pairs]
    once = of_a.trials == of_b.trials == 1
    low, high = difference(only_a, only_b, len(pairs)) if once else mean_difference(differences)
    return Comparison(
        a=of_a.model,
        b=of_b.model,
        tasks=len(pairs),
        left_out=len(in_a.keys() ^ in_b.keys()),
        both=sum(x == y > 0 for x, y in pairs),
        only_a=only_a,
        only_b=only_b,
        difference=fmean(differences) if pairs else 0.0,
        low=low,
        high=high,
        p=mcnemar(only_a, only_b) if once else sign_flips(differences),
        test="McNemar's exact" if once else "sign flips",
    )


def _summary(folder: Path) -> Summary:
    path = folder / SUMMARY
    try:
        return read_record(path.read_bytes(), Summary, str(path))
    except OSError as error:
        mend = "give the --out folder of an evaluation that has ended"
        raise BadInput(f"{folder} holds no evaluation", mend) from error


def _passed(folder: Path) -> dict[str, float]:
    """Give for each task the share of its answered trials that passed."""
    by_task: dict[str, list[bool]] = {}
    for result in read_records(folder / RESULTS, Result):
        if not result.fault:
            by_task.setdefault(result.task, []).append(result.passed)
    return {task: fmean(passed) for task, passed in by_task.items()}


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
    return "\n".join(lines)
