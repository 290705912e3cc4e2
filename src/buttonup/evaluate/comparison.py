"""Two evaluations of the same tasks, compared task by task."""

from __future__ import annotations

from pathlib import Path

from buttonup.errors import BadInput
from buttonup.evaluate.evaluation import RESULTS, SUMMARY
from buttonup.evaluate.statistics import difference, mcnemar
from buttonup.evaluate.summary import Result, Summary
from buttonup.records import Record
from buttonup.store.lines import read_record, read_records


class Comparison(Record, omit_defaults=False):
    """What B passes that A does not, and the other way round."""

    a: str
    b: str
    tasks: int
    """Tasks that both answered."""
    left_out: int
    """Tasks that one of them could not be asked: an inference error."""
    both: int
    only_a: int
    only_b: int
    difference: float
    """Share that B passes less the share that A passes."""
    low: float
    high: float
    p: float
    """McNemar's exact test, two-sided."""


def compare(a: Path, b: Path) -> Comparison:
    """Compare two folders of evaluations, by the first trial of each task.

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
    pairs = [(in_a[id], in_b[id]) for id in in_a.keys() & in_b.keys()]
    only_a, only_b = pairs.count((True, False)), pairs.count((False, True))
    low, high = difference(only_a, only_b, len(pairs))
    return Comparison(
        a=of_a.model,
        b=of_b.model,
        tasks=len(pairs),
        left_out=len(in_a.keys() ^ in_b.keys()),
        both=pairs.count((True, True)),
        only_a=only_a,
        only_b=only_b,
        difference=(only_b - only_a) / len(pairs) if pairs else 0.0,
        low=low,
        high=high,
        p=mcnemar(only_a, only_b),
    )


def _summary(folder: Path) -> Summary:
    path = folder / SUMMARY
    try:
        return read_record(path.read_bytes(), Summary, str(path))
    except OSError as error:
        mend = "give the --out folder of an evaluation that has ended"
        raise BadInput(f"{folder} holds no evaluation", mend) from error


def _passed(folder: Path) -> dict[str, bool]:
    results = read_records(folder / RESULTS, Result)
    return {r.task: r.passed for r in results if r.trial == 0 and not r.fault}


def comparison_as_text(c: Comparison) -> str:
    """Tell a comparison in a few lines."""
    neither = c.tasks - c.both - c.only_a - c.only_b
    counts = f"both pass {c.both}, only A {c.only_a}, only B {c.only_b}, neither {neither}"
    between = f"95 % {100 * c.low:+.1f} to {100 * c.high:+.1f}"
    lines = [
        f"A  {c.a}",
        f"B  {c.b}",
        f"{c.tasks} tasks: {counts}",
        f"B less A: {100 * c.difference:+.1f} points, {between}; McNemar's exact p = {c.p:.3g}",
    ]
    if c.left_out:
        lines.append(f"{c.left_out} tasks left out: one of the two had an inference error")
    return "\n".join(lines)
