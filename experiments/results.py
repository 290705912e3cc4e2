"""What came of the experiments: from the folders of students and scores to docs/results.md."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from buttonup.errors import BadInput
from buttonup.evaluate.comparison import Comparison, compare
from buttonup.evaluate.summary import Group, Summary
from buttonup.store.lines import read_record
from experiments.plan import Plan, Size

NONE = "-"
PARTS = ("part=", "category=")  # labels of the parts that a suite is asked for
DIFFERENCE = ("tasks", "only the first passes", "only the arm", "difference", "95 %", "p")
TRAINED = (
    "arm (seed)", "objective", "rows", "steps", "loss", "held back", "time", "tokens/s", "on",
)  # fmt: skip
BEGUN = "<!-- measured -->"  # what stands above it in docs/results.md is written by hand


class Asked(NamedTuple):
    """One student and suite, of one seed."""

    seed: int
    folder: Path
    summary: Summary


def student(folder: Path, name: str, seed: int) -> Path:
    """Give the folder of a training."""
    return folder / "students" / f"{name}-{seed}"


def scores(folder: Path, name: str, seed: int, suite: str) -> Path:
    """Give the folder of an evaluation."""
    return folder / "scores" / f"{name}-{seed}" / suite


def write(plan: Plan, size: str, folder: Path, page: Path) -> None:
    """Write what was measured into a page, below its words.

    Raises  BadInput where nothing was measured yet
    """
    told = [as_text(plan, size, folder, name) for name in plan.experiment]
    if not any(told):
        raise BadInput(f"{folder} holds no results", "run an experiment first")
    above = page.read_text("utf-8").partition(BEGUN)[0] if page.exists() else ""
    trained = _trainings(plan, plan.size[size], folder)
    page.write_text(above + "\n\n".join([BEGUN, *filter(None, told), trained]) + "\n", "utf-8")


def as_text(plan: Plan, size: str, folder: Path, name: str) -> str:
    """Tell an experiment as Markdown: the scores, and each arm against the first of its model.

    It is empty where no arm was asked yet.
    """
    k, experiment = plan.size[size], plan.experiment[name]
    parts = list(_parts(plan, k, folder, experiment.arms))
    if not parts:
        return ""
    rows = [
        [arm, *(_score(_asked(folder, arm, k, suite), part) for suite, part in parts)]
        for arm in experiment.arms
    ]
    head = ["arm", *(part.partition("=")[2].replace("_", " ") for _, part in parts)]
    what = [f"- `{arm}`: {plan.arm[arm].model}, {plan.arm[arm].says}" for arm in experiment.arms]
    against = list(_differences(plan, k, folder, experiment.arms))
    differ = ["", *_table(["suite", "first", "arm", *DIFFERENCE], against)] if against else []
    title = f"## {name.capitalize()} ({size})"
    return "\n".join([title, "", experiment.asks, "", *what, "", *_table(head, rows), *differ])


def _parts(plan: Plan, k: Size, folder: Path, arms: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Go through the suites and their parts that any arm was asked."""
    for suite in plan.suites:
        asked = (a for arm in arms for a in _asked(folder, arm, k, suite))
        names = dict.fromkeys(group.name for a in asked for group in a.summary.groups)
        yield from ((suite, name) for name in names if name.startswith(PARTS))


def _asked(folder: Path, arm: str, k: Size, suite: str) -> list[Asked]:
    """Read the evaluations of an arm that have ended."""
    found = []
    for seed in k.seeds:
        at = scores(folder, arm, seed, suite)
        path = at / "summary.json"
        if path.exists():
            found.append(Asked(seed, at, read_record(path.read_bytes(), Summary, str(path))))
    return found


def _score(asked: Sequence[Asked], part: str) -> str:
    """Tell a score and its 95 % interval; of several seeds the mean, lowest and highest."""
    groups = [g for a in asked for g in a.summary.groups if g.name == part and g.score is not None]
    if not groups:
        return NONE
    mean = fmean(g.score or 0.0 for g in groups)
    low, high = _spread(groups)
    return f"{100 * mean:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def _spread(groups: Sequence[Group]) -> tuple[float, float]:
    if len(groups) == 1:
        return groups[0].low, groups[0].high
    return min(g.score or 0.0 for g in groups), max(g.score or 0.0 for g in groups)


def _differences(plan: Plan, k: Size, folder: Path, arms: Sequence[str]) -> Iterator[list[str]]:
    """Compare each arm with the first one of its model, task by task, seed by seed."""
    for suite in plan.suites:
        for arm in arms:
            first = next(a for a in arms if plan.arm[a].model == plan.arm[arm].model)
            if first == arm:
                continue
            ones = {a.seed: a.folder for a in _asked(folder, first, k, suite)}
            for asked in _asked(folder, arm, k, suite):
                if asked.seed in ones:
                    yield [suite, first, arm, *_told(compare(ones[asked.seed], asked.folder))]


def _told(c: Comparison) -> list[str]:
    return [
        str(c.tasks), str(c.only_a), str(c.only_b), f"{100 * c.difference:+.1f}",
        f"{100 * c.low:+.1f} to {100 * c.high:+.1f}", f"{c.p:.2g}",
    ]  # fmt: skip


def _trainings(plan: Plan, k: Size, folder: Path) -> str:
    """Tell what each training came to."""
    from buttonup.train.results import read_results  # noqa: PLC0415 - an extra is behind it

    rows = []
    for arm, seed in ((a, s) for a in plan.arm for s in k.seeds):
        try:
            r = read_results(student(folder, arm, seed))
        except BadInput:
            continue  # an arm that was not tuned, or not yet
        held = [f"{before:.2f} to {r.after[name]:.2f}" for name, before in r.before.items()]
        rows.append(
            [
                f"{arm} ({seed})", r.objective, f"{sum(r.rows.values()):,}", str(r.steps),
                f"{r.first_loss:.2f} to {r.last_loss:.2f}", ", ".join(held) or NONE,
                f"{r.seconds:,.0f} s", f"{r.tokens_a_second:.0f}", r.device,
            ]
        )  # fmt: skip
    return "\n".join(["## Trainings", "", f"{platform.machine()}.", "", *_table(TRAINED, rows)])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
