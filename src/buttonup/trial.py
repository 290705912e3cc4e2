"""Tries a judge: gold conversations and spoilt ones are scored blind, and counted.

A trial is a folder like a run's: the recipe, the journal, the cases with their scores, the figures.
Killed and started again it pays for no reply twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing
from functools import partial
from pathlib import Path

from msgspec import json
from msgspec.structs import replace

from buttonup import gates, topdown
from buttonup.doors import open_ways, purse_of, teachers_of
from buttonup.engine.local import Fold, Kept, Stage, run
from buttonup.engine.report import Sum
from buttonup.errors import BadInput, OverBudget
from buttonup.judge.agreement import Agreement
from buttonup.judge.measure import Case, Figures, Share, figures
from buttonup.judge.stage import Judging, prompt_digest, scored
from buttonup.model import prices
from buttonup.model.ask import Teacher
from buttonup.model.door import Model
from buttonup.model.journaled import Journaled
from buttonup.model.metered import Purse
from buttonup.model.teachers import Teachers
from buttonup.recipe import Recipe, asking, identity, own_specs, pipeline, source
from buttonup.records import Record, Trajectory, Usage, digest, encode
from buttonup.showing.text import columns
from buttonup.showing.wording import dollars_in_words
from buttonup.store.journal import Journal
from buttonup.store.lines import read_record
from buttonup.store.rundir import Line, RunDir, open_run
from buttonup.store.settings import as_toml
from buttonup.store.whole import put
from buttonup.topdown.corrupt import corruptions

CASES, FIGURES = "records/cases.jsonl", "trial.json"


class Trial(Record, omit_defaults=False):
    """What a judge was asked, and how good it was."""

    model: str
    prompt: str
    """Digest of what it was told: the template and the rubric."""
    knobs: Judging
    figures: Figures
    spent: Sum
    short: str = ""
    """Why fewer were judged than wanted; "" where all were."""


def trial_of(recipe: Recipe) -> Recipe:
    """Give the recipe of a trial: worlds acted out by their plans, and nobody asked but the judge.

    What a run's judge is told apart by stays: its model, and the table [judge].
    Raises  BadInput where no model is named to be the judge
    """
    k = replace(
        recipe,
        tools="worlds" if own_specs(recipe) or recipe.tools == "simulated" else recipe.tools,
        first="auto",
        seeds="",
        rewrite=False,
        simulate=topdown.Simulating(),
        judge=replace(recipe.judge, votes=max(1, recipe.judge.votes)),
        teacher=replace(recipe.teacher, batch=False),
        models={name: taught for name, taught in recipe.models.items() if name == "judge"},
        engine="local",
    )
    if "judge" not in asking(k):
        mend = "give --teacher MODEL and --base-url URL, or `model` in [models.judge]"
        raise BadInput("a trial needs a model to be the judge", mend)
    return k


async def try_judge(
    recipe: Recipe,
    folder: Path,
    each: int | None = None,
    watch: Callable[[int, int], None] = lambda _done, _of: None,
    model: Model | None = None,
) -> Trial:
    """Have the judge of a recipe score `n` gold conversations, and each one's spoilt twins.

    `each` is how many twins a gold conversation has, by the mistakes that are rarest so far; None
    for all that can be made. `watch` is told how many are judged, of how many. `model` stands in
    for the endpoint. A trial that is complete is told again, and nobody is asked.
    Raises  BadInput and Fault as a run does
    """
    k = trial_of(recipe)
    purse, mine = purse_of(k), digest([identity(k), "trial", each])
    if (before := _complete(folder, k.n, mine)) is not None:
        return before
    async with open_ways(k, model, purse, lambda _trouble: None) as ways:
        with open_run(folder, as_toml(k), mine) as opened, opened.journal() as journal:
            opened.write_prices(prices.as_toml(purse.prices))
            purse.begin(journal.usage(), journal.lose)
            doors = {place: Journaled(door, journal) for place, door in ways.doors.items()}
            teacher = teachers_of(k, doors.__getitem__).needed("judge")
            try:
                cases, short = await _judged(k, teacher, await drawn(k, each), opened, watch)
            finally:
                await asyncio.gather(*(door.ended() for door in doors.values()))
            trial = Trial(
                model=teacher.name,
                prompt=prompt_digest(),
                knobs=k.judge,
                figures=figures(cases),
                spent=_spent(journal, purse),
                short=short,
            )
            put(folder / FIGURES, json.format(encode(trial), indent=1) + b"\n")
    return trial


def _complete(folder: Path, n: int, mine: str) -> Trial | None:
    """Read the figures of a trial of this recipe that has judged just as many as are wanted."""
    mark, path = folder / "identity", folder / FIGURES
    if not path.exists() or not mark.exists() or mark.read_text("utf-8").strip() != mine:
        return None
    told = read_record(path.read_bytes(), Trial, str(path))
    return None if told.short or told.figures.gold != n else told


async def drawn(k: Recipe, each: int | None) -> list[Case]:
    """Draw the cases of a trial: gold conversations, and right behind each its spoilt twins."""
    acting = pipeline(replace(k, judge=Judging()), Teachers())[:-1]
    stages = (*acting, Fold("cases", partial(_spoiling, each)))
    cases: list[Case] = []
    golds = 0
    async with aclosing(run(source(k), stages, 1)) as events:  # nobody is asked: ahead is waste
        async for event in events:
            if not (isinstance(event, Kept) and isinstance(event.record, Case)):
                continue
            golds += not event.record.spoilt
            if golds > k.n:
                break
            cases.append(event.record)
    return cases


def _spoiling(each: int | None) -> Callable[[Trajectory], Sequence[Case]]:
    """Give a verb that makes cases of gold trajectories, the rarest mistakes first."""
    made: Counter[str] = Counter()

    def spoil(gold: Trajectory) -> Sequence[Case]:
        twins = sorted(_twins(gold), key=lambda case: made[case.spoilt])[:each]
        made.update(case.spoilt for case in twins)
        return [Case(gold, of=gold.key), *twins]

    return spoil


def _twins(gold: Trajectory) -> Iterator[Case]:
    """Spoil a trajectory in each way in which just that mistake is made."""
    for pair in corruptions(gates.sift(gold)):
        failures = gates.sift(pair.trajectory).failures
        if [v.gate for v in failures] == [pair.gate]:
            yield Case(pair.trajectory, pair.corruption, len(pair.prompt), gold.key)


async def _judged(
    k: Recipe,
    teacher: Teacher,
    cases: Sequence[Case],
    opened: RunDir,
    watch: Callable[[int, int], None],
) -> tuple[list[Case], str]:
    """Have cases scored, and write them down in their order; say why, where not all could be."""

    async def verb(case: Case) -> list[Case]:
        return [replace(case, trajectory=await scored(case.trajectory, teacher, k.judge))]

    told: list[Case] = []
    try:
        async with aclosing(run(cases, [Stage("judge", verb)], k.concurrency)) as events:
            async for event in events:
                assert isinstance(event, Kept)
                assert isinstance(event.record, Case)
                opened.write(Line(CASES, encode(event.record) + b"\n"))
                told.append(event.record)
                watch(len(told), len(cases))
    except OverBudget as over:
        return told, f"{len(told)} of {len(cases)} conversations: the budget is used up: {over}"
    return told, ""


def _spent(journal: Journal, purse: Purse) -> Sum:
    """Add up what the judge took, earlier sittings too."""
    taken: dict[str, Usage] = {}
    for row in journal.usage():
        taken[row.model] = taken.get(row.model, Usage()) + row.usage
    dollars = prices.cost(taken, purse.prices)
    usage = sum(taken.values(), Usage())
    return Sum(usage=usage, dollars=None if dollars is None else float(dollars))


# --- showing --------------------------------------------------------------------------------------


def as_text(trial: Trial) -> str:
    """Draw what a judge came to, for a terminal."""
    f, knobs = trial.figures, trial.knobs
    head = (
        f"{trial.model}: {f.gold} gold and {f.spoilt} spoilt conversations, {knobs.votes} "
        f"vote{'s' * (knobs.votes > 1)} each, flagged below {knobs.below:g}; {f.unscored} unscored"
    )
    rows = [("", "share", "95 %", "of")]
    rows += [_row(name, share) for name, share in _told(trial)]
    return "\n\n".join([head, columns(rows, 1), columns(_axes(f, knobs.below), 1), _end(trial)])


def _told(trial: Trial) -> Iterator[tuple[str, Share]]:
    f = trial.figures
    yield "precision: spoilt, of the flagged", f.precision
    yield "recall: flagged, of the spoilt", f.recall
    for name, share in f.corruptions.items():
        yield f"  {name}", share
    yield "false alarms: flagged, of the gold", f.false_alarms
    yield "accuracy", f.accuracy
    yield "spoilt scored under its gold", f.ranked
    if trial.knobs.turns:
        yield "mistake found in its turn", f.located


def _row(name: str, s: Share) -> tuple[str, str, str, str]:
    known = s.share is not None
    span = f"{s.low:.2f} to {s.high:.2f}" if known else "-"
    return name, f"{s.share:.2f}" if known else "-", span, f"{s.count}/{s.of}"


def _axes(f: Figures, below: float) -> list[tuple[str, ...]]:
    """List the axes, each as if it were the only one, at the threshold and where it does best."""
    rows: list[tuple[str, ...]] = [
        ("axis alone", f"recall <{below:g}", "precision", "accuracy", "best accuracy", "agreement")
    ]
    for axis, met in f.agreement.items():
        at = [one for one in f.axes if one.axis == axis]
        here = next((one for one in at if one.below == below), None)
        best = max(at, key=lambda one: one.accuracy.share or 0.0)
        told = (here.caught, here.right, here.accuracy) if here else (None, None, None)
        shares = tuple("-" if s is None or s.share is None else f"{s.share:.2f}" for s in told)
        rows.append((axis, *shares, f"{best.accuracy.share:.2f} <{best.below:g}", _agree(met)))
    return rows


def _agree(met: Agreement) -> str:
    if met.within_one is None:
        return "-"
    alpha = "-" if met.alpha is None else f"{met.alpha:.2f}"
    return f"{met.within_one:.2f}, alpha {alpha}"


def _end(trial: Trial) -> str:
    used = trial.spent.usage
    return (
        f"{used.calls:,} calls, {used.prompt_tokens:,} tokens in, {used.completion_tokens:,} out, "
        f"{dollars_in_words(trial.spent.dollars)}"
    )
