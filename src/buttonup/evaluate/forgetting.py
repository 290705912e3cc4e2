"""What a student of several rounds has forgotten, by what it scored after each of them.

The rounds' evaluations play the same tasks. A slice of these, such as a suite or a world, has the
score after its own round and the one now; what lies between is forgotten, or gained by the rounds
behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from buttonup.errors import BadInput
from buttonup.evaluate.evaluation import SUMMARY
from buttonup.evaluate.reading import Evaluated, read_evaluation
from buttonup.evaluate.statistics import drawn_interval
from buttonup.records import Record
from buttonup.showing.wording import plain

DRAWS = 2000  # as many as percentiles of 95 % want (Efron and Tibshirani 1993, section 13.3)


class Slice(Record, omit_defaults=False):
    """Tasks that belong together, and what they scored after each round."""

    suite: str
    name: str
    """"all" of the suite, or LABEL=VALUE."""
    tasks: int
    """Those that were answered in every round in which they were asked."""
    own: int
    """The round that taught them: as said, or the first in which they were asked."""
    scores: tuple[float | None, ...]
    """After each round; None where they were not asked."""
    change: float
    """Score now less the score after its own round: less than 0 where it forgot."""
    low: float
    """The 95 % interval of that, of tasks drawn anew."""
    high: float
    forgotten: float
    """The best score before the last round less the score now."""


class Forgetting(Record, omit_defaults=False):
    """What all slices come to, of those that an earlier round than the last taught."""

    rounds: int
    models: tuple[str, ...]
    slices: tuple[Slice, ...]
    backward_transfer: float | None
    """Mean change over slices; None where there is none."""
    backward_low: float
    backward_high: float
    forgotten: float | None
    """Mean over slices of what was forgotten."""
    forgotten_low: float
    forgotten_high: float


def forgetting(rounds: Sequence[Path], label: str, own: Mapping[str, int]) -> Forgetting:
    """Compare the evaluations after each round, in their order, by the slices of a label.

    rounds  for each an evaluation's folder, or one that holds several
    label   "" for whole suites
    own     slice (a suite, or LABEL=VALUE) -> the round that taught it, from 1
    Raises  BadInput where a folder holds no evaluation, the last round lacks one that an earlier
            one has, a label or a slice is not there, or there are fewer than two rounds
    Source  backward transfer: Lopez-Paz and Ranzato, NeurIPS 2017 (arXiv 1706.08840), section 2;
            forgetting: Chaudhry et al., ECCV 2018 (arXiv 1801.10112), section 4.2
    """
    if len(rounds) < 2:  # noqa: PLR2004 - what one round forgot is not known
        raise BadInput("one round has forgotten nothing yet", "give the evaluations of two or more")
    played = list(map(_by_tasks, rounds))
    for number, before in enumerate(played[:-1], 1):
        for key, one in before.items():
            if key not in played[-1]:
                what = f"the last round has no evaluation like {one.folder}, of round {number}"
                raise BadInput(what, "evaluate it on the same suite, seed and tasks")
    tables = [t for key in played[-1] for t in _tables([p.get(key) for p in played], label)]
    if not tables:
        known = sorted({k for p in played for e in p.values() for k in _labels(e)})
        what = f"no task that every round answered has the label {label!r}"
        raise BadInput(what, f"choose from {', '.join(known)}")
    names = {name for table in tables for name in table.names}
    for name, number in own.items():
        if name not in names or not 1 <= number <= len(rounds):
            what = f"there is no slice {name!r}, or no round {number}"
            raise BadInput(what, f"choose from {', '.join(sorted(names)[:8])}")
    return _summed(tables, own, [_model(p) for p in played])


# --- the table of scores --------------------------------------------------------------------------


class _Table(Record):
    """A slice: for each round in which it was asked, what its tasks scored."""

    suite: str
    name: str
    first: int
    """The first round in which it was asked, from 1; it is asked in the last."""
    asked: tuple[int, ...]
    scores: tuple[tuple[float, ...], ...]
    """Of each round in `asked`, of each task."""

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called by who says its round."""
        return (self.suite,) if self.name == "all" else (self.name, f"{self.suite}:{self.name}")


def _by_tasks(folder: Path) -> dict[tuple[str, str, str], Evaluated]:
    """Read the evaluations of a round, by suite, version and tasks."""
    inner = sorted(path.parent for path in folder.glob(f"*/{SUMMARY}"))
    found = dict[tuple[str, str, str], Evaluated]()
    for place in [folder] if (folder / SUMMARY).exists() or not inner else inner:
        one = read_evaluation(place)
        key = (one.summary.suite, one.summary.version, one.summary.tasks)
        if key in found:
            what = f"{found[key].folder} and {place} are of the same tasks"
            raise BadInput(what, "give one evaluation of a suite for each round")
        found[key] = one
    return found


def _tables(rounds: Sequence[Evaluated | None], label: str) -> list[_Table]:
    """Part an evaluation into slices, and keep the tasks that every round answered."""
    asked = [(n, one) for n, one in enumerate(rounds, 1) if one]
    outcomes = [one.outcomes for _, one in asked]
    slices: dict[str, list[str]] = {}
    for task in sorted(set.intersection(*(set(of) for of in outcomes))):
        value = outcomes[0][task].labels.get(label)
        if not label or value is not None:
            slices.setdefault(f"{label}={value}" if label else "all", []).append(task)
    return [
        _Table(
            suite=asked[0][1].summary.suite,
            name=name,
            first=asked[0][0],
            asked=tuple(n for n, _ in asked),
            scores=tuple(tuple(of[task].passed for task in tasks) for of in outcomes),
        )
        for name, tasks in slices.items()
    ]


def _labels(evaluated: Evaluated) -> set[str]:
    return {label for outcome in evaluated.outcomes.values() for label in outcome.labels}


def _model(played: Mapping[tuple[str, str, str], Evaluated]) -> str:
    return ", ".join(dict.fromkeys(one.summary.model for one in played.values()))


# --- what it comes to -----------------------------------------------------------------------------


class _Weighed(NamedTuple):
    """A slice, and its figures: first as found, behind it of tasks drawn anew."""

    slice: Slice
    change: np.ndarray
    forgotten: np.ndarray


def _weighed(table: _Table, taught: int, rounds: int, generator: np.random.Generator) -> _Weighed:
    scores = np.array(table.scores, dtype=float)
    tasks = scores.shape[1]
    times = generator.multinomial(tasks, [1 / tasks] * tasks, size=DRAWS) / tasks
    means = np.vstack([scores.mean(axis=1), times @ scores.T])
    then = next(i for i, asked in enumerate(table.asked) if asked >= taught)
    change = means[:, -1] - means[:, then]
    best = means[:, :-1].max(axis=1) if len(table.asked) > 1 else means[:, -1]
    low, high = drawn_interval(change[1:].tolist(), float(change[0]), tasks)
    after = dict(zip(table.asked, means[0].tolist(), strict=True))
    told = Slice(
        suite=table.suite,
        name=table.name,
        tasks=tasks,
        own=taught,
        scores=tuple(after.get(n) for n in range(1, rounds + 1)),
        change=float(change[0]),
        low=low,
        high=high,
        forgotten=float(best[0] - means[0, -1]),
    )
    return _Weighed(told, change, best - means[:, -1])


def _summed(tables: Sequence[_Table], own: Mapping[str, int], models: Sequence[str]) -> Forgetting:
    generator, rounds = np.random.default_rng(0), len(models)
    taught = [next((own[n] for n in t.names if n in own), t.first) for t in tables]
    weighed = [
        _weighed(table, n, rounds, generator) for table, n in zip(tables, taught, strict=True)
    ]
    earlier = [one for one in weighed if one.slice.own < rounds]
    change, change_low, change_high = _mean([one.change for one in earlier], earlier)
    lost, lost_low, lost_high = _mean([one.forgotten for one in earlier], earlier)
    return Forgetting(
        rounds=rounds,
        models=tuple(models),
        slices=tuple(one.slice for one in weighed),
        backward_transfer=change,
        backward_low=change_low,
        backward_high=change_high,
        forgotten=lost,
        forgotten_low=lost_low,
        forgotten_high=lost_high,
    )


def _mean(
    figures: Sequence[np.ndarray], slices: Sequence[_Weighed]
) -> tuple[float | None, float, float]:
    """Give the mean over slices, each of which weighs the same, and its interval."""
    if not figures:
        return (None, -1.0, 1.0)
    found, *drawn = np.mean(figures, axis=0).tolist()
    return (found, *drawn_interval(drawn, found, sum(one.slice.tasks for one in slices)))


# --- in words -------------------------------------------------------------------------------------


def forgetting_as_text(f: Forgetting) -> str:
    """Tell what was forgotten as a table."""
    heads = "".join(f"{f'after {n}':>9}" for n in range(1, f.rounds + 1))
    lines = [f"{n}  {model}" for n, model in enumerate(f.models, 1)]
    lines += ["", f"{'':34}{'tasks':>6}{'own':>5}{heads}{'change':>8}{'95 %':>17}{'forgotten':>11}"]
    lines += map(_row, f.slices)
    lines.append("")
    if f.backward_transfer is None or f.forgotten is None:
        lines.append("No slice was taught by an earlier round than the last.")
        return "\n".join(lines)
    for what, value, low, high in (
        ("backward transfer", f.backward_transfer, f.backward_low, f.backward_high),
        ("average forgetting", f.forgotten, f.forgotten_low, f.forgotten_high),
    ):
        between = f"95 % {100 * low:+.1f} to {100 * high:+.1f}"
        lines.append(f"{what:20}{100 * value:+.1f} points, {between}")
    return "\n".join(lines)


def _row(s: Slice) -> str:
    name = plain(f"{s.suite}: {s.name}")
    scores = "".join(f"{'-' if x is None else f'{100 * x:.1f}':>9}" for x in s.scores)
    between = f"{100 * s.low:+.1f} to {100 * s.high:+.1f}"
    figures = f"{100 * s.change:+8.1f}{between:>17}{100 * s.forgotten:+11.1f}"
    return f"{name[:33]:34}{s.tasks:6}{s.own:5}{scores}{figures}"
