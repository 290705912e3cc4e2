"""What came of each task, and what all of it comes to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import fmean

from buttonup.evaluate.measures import Counts, Measure, interval, summed
from buttonup.evaluate.statistics import mean_interval, pass_hat
from buttonup.evaluate.suite import Suite
from buttonup.intervals import wilson
from buttonup.ranked import ranked
from buttonup.records import Message, Record, Usage


class Result(Record):
    """What came of one task in one trial."""

    task: str
    trial: int
    labels: dict[str, str]
    passed: bool = False
    credit: float = 0.0
    reason: str = ""
    """What was wrong first; empty when passed."""
    fault: str = ""
    """Why no reply could be had: an inference error, which is not a wrong answer."""
    usage: Usage = Usage()
    seconds: float = 0.0
    messages: tuple[Message, ...] = ()
    counts: dict[str, float] = {}


class Figure(Record, omit_defaults=False):
    """One of the suite's measures."""

    value: float | None
    """None where there was nothing to count."""
    low: float
    high: float
    ceiling: float | None
    floor: float | None


class Group(Record, omit_defaults=False):
    """Results that share a label."""

    name: str
    """"all", or LABEL=VALUE."""
    tasks: int
    faults: int
    """Trials without a reply; all shares here are of the others."""
    score: float | None
    """Share of trials that passed; None where none was answered."""
    low: float
    high: float
    """The 95 % interval: Wilson's for one trial a task, else of the means by task."""
    credit: float | None
    pass_k: tuple[float, ...]
    """pass^1, pass^2, …, of the tasks that have all trials."""
    ceiling: float | None
    """Share that the gold answers pass, played in the same way; None where there are none."""
    floor: float | None
    """Share that a silent player passes."""
    measures: dict[str, Figure]
    """What the suite counts beside, by name."""


class Summary(Record, omit_defaults=False):
    """What an evaluation came to."""

    suite: str
    version: str
    tasks: str
    """Digest of the tasks that were played: only equal ones are compared."""
    model: str
    settings: dict[str, str]
    trials: int
    groups: tuple[Group, ...]
    reasons: dict[str, int]
    usage: Usage
    seconds: float
    """Summed over tasks, as if none had been played beside another."""


# --- counting -------------------------------------------------------------------------------------


def grouped(
    suite: Suite,
    results: Sequence[Result],
    ceiling: dict[str, Result],
    floor: dict[str, Result],
    trials: int,
) -> tuple[Group, ...]:
    """Count results: all, and by each label."""
    by_label: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        for label, value in result.labels.items():
            by_label.setdefault((label, value), []).append(result)
    order = list(dict.fromkeys(label for label, _ in by_label))  # the part comes first
    places = sorted(by_label, key=lambda place: (order.index(place[0]), place[1]))
    named = {f"{label}={value}": by_label[label, value] for label, value in places}
    everything = {"all": list(results), **named}
    return tuple(
        _group(name, suite.measures, found, ceiling, floor, trials)
        for name, found in everything.items()
        if found
    )


def _group(
    name: str,
    measures: Sequence[Measure],
    results: Sequence[Result],
    ceiling: dict[str, Result],
    floor: dict[str, Result],
    trials: int,
) -> Group:
    by_task: dict[str, list[Result]] = {}
    for r in results:
        by_task.setdefault(r.task, []).append(r)
    answered = [r for r in results if not r.fault]
    of_task = [[r for r in rs if not r.fault] for rs in by_task.values()]
    played = [rs for rs in of_task if rs]
    passed = sum(r.passed for r in answered)
    means = [fmean(r.passed for r in rs) for rs in played]
    low, high = wilson(passed, len(answered)) if trials == 1 else mean_interval(means)
    whole = [sum(r.passed for r in rs) for rs in played if len(rs) == trials]
    counts = [mean_counts(rs) for rs in played]
    best, worst = ([found[id] for id in by_task if id in found] for found in (ceiling, floor))
    return Group(
        name=name,
        tasks=len(by_task),
        faults=len(results) - len(answered),
        score=passed / len(answered) if answered else None,
        low=low,
        high=high,
        credit=fmean(r.credit for r in answered) if answered else None,
        pass_k=tuple(
            fmean(pass_hat(c, trials, k) for c in whole) for k in range(1, trials + 1) if whole
        ),
        ceiling=fmean(r.passed for r in best) if best else None,
        floor=fmean(r.passed for r in worst) if worst else None,
        measures={m.name: _figure(m, counts, best, worst) for m in measures},
    )


def _figure(
    measure: Measure, counts: Sequence[Counts], best: Sequence[Result], worst: Sequence[Result]
) -> Figure:
    low, high = interval(measure, counts)
    return Figure(
        value=measure.of(summed(counts)),
        low=low,
        high=high,
        ceiling=measure.of(summed([r.counts for r in best])),
        floor=measure.of(summed([r.counts for r in worst])),
    )


def mean_counts(trials: Sequence[Result]) -> Counts:
    """Give the counts of a task, the mean of its trials: each task weighs the same."""
    return {name: n / len(trials) for name, n in summed([r.counts for r in trials]).items()}


def counted(words: Iterable[str]) -> dict[str, int]:
    """Count words, the most frequent first."""
    return dict(ranked(Counter(words)))
