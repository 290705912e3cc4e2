"""An evaluation that has ended, read again: what came of each task, over its answered trials."""

from __future__ import annotations

from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from buttonup.errors import BadInput
from buttonup.evaluate.evaluation import RESULTS, SUMMARY
from buttonup.evaluate.measures import Counts
from buttonup.evaluate.summary import Result, Summary, mean_counts
from buttonup.store.lines import read_record, read_records


class Outcome(NamedTuple):
    """What came of a task, the mean of its trials that were answered."""

    labels: dict[str, str]
    passed: float
    counts: Counts
    """What the suite's measures are counted from, and `credit` of one of `tasks`."""


class Evaluated(NamedTuple):
    """An evaluation's folder."""

    folder: Path
    summary: Summary
    outcomes: dict[str, Outcome]
    """Task -> what came of it; one that was never answered is not there."""


def read_evaluation(folder: Path) -> Evaluated:
    """Read a folder. Raises BadInput where no evaluation has ended in it."""
    path = folder / SUMMARY
    try:
        summary = read_record(path.read_bytes(), Summary, str(path))
    except OSError as error:
        mend = "give the --out folder of an evaluation that has ended"
        raise BadInput(f"{folder} holds no evaluation", mend) from error
    trials: dict[str, list[Result]] = {}
    for result in read_records(folder / RESULTS, Result):
        if not result.fault:
            counts = {"credit": result.credit, "tasks": 1.0, **result.counts}
            trials.setdefault(result.task, []).append(_without_words(result, counts))
    return Evaluated(folder, summary, {task: _outcome(made) for task, made in trials.items()})


def _without_words(result: Result, counts: dict[str, float]) -> Result:
    """Leave out what was said, which is most of a result."""
    return Result(result.task, result.trial, result.labels, result.passed, counts=counts)


def _outcome(trials: list[Result]) -> Outcome:
    passed = fmean(result.passed for result in trials)
    return Outcome(trials[0].labels, passed, mean_counts(trials))
