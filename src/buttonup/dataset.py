"""What a user does with ButtonUp, as functions: estimate, make, report, export, negatives, check.

The command line and `import buttonup` are the same few doors.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from buttonup import formats, gates
from buttonup.engine.cores import cores, spread
from buttonup.engine.local import Kept, run
from buttonup.engine.report import Ending, Report, read_ending, read_report
from buttonup.errors import BadInput
from buttonup.estimate import Estimate, Measured, estimated, measured
from buttonup.formats import Exported, Negatives, Preference
from buttonup.model import prices
from buttonup.model.ask import Teacher
from buttonup.model.door import Model, Reply, Request
from buttonup.model.journaled import Journaled
from buttonup.model.local import content_name, hosted, is_local
from buttonup.model.metered import FREE, Metered, OverBudget, Purse
from buttonup.model.prices import Prices
from buttonup.model.stack import Way, reached
from buttonup.model.teachers import Teachers
from buttonup.recipe import Recipe, Teaching, as_toml, asking, identity, pipeline, source
from buttonup.records import (
    Blueprint,
    Conversation,
    Record,
    Rejection,
    Sample,
    Trajectory,
)
from buttonup.store import rundir
from buttonup.store.journal import read_usage
from buttonup.store.lines import read_records
from buttonup.store.rundir import Line, RunDir, line_of, open_run
from buttonup.topdown.corrupt import corruptions

TICK = 0.25  # seconds between two looks at progress, and between two flushes
FEW = 5  # samples wanted for each item in flight; ours: a short run pays for less that it drops
SPARE = 4  # requests in flight for each item at work beyond them; ours, by bench/orchestrate.py
MANY = 500  # samples wanted from which worker processes pay for their start; ours
BEGUN = {".lock", "identity", "recipe.toml", "prices.toml", "journal.sqlite"}
"""What is there before anything is made."""


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
    dollars: float = 0.0
    """What the run has cost so far, earlier sittings too."""
    unpriced: tuple[str, ...] = ()
    """Models that are asked and have no price: they are not in `dollars`."""
    poor: str = ""
    """Why the budget ends the run; "" where it does not."""


Watch = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Made:
    """A run that has ended."""

    report: Report
    example: Sample | None
    """The first accepted sample."""
    short: str
    """Why there are fewer samples than wanted; "" when there are enough."""


class Failure(Record):
    """One gate that one line of a dataset did not pass, or why the line is no sample."""

    line: int
    gate: str
    reason: str
    detail: str = ""


class Checked(Record):
    """What the gates say of a dataset."""

    lines: int
    failures: tuple[Failure, ...]


async def make(
    recipe: Recipe, folder: Path, watch: Watch | None = None, model: Model | None = None
) -> Made:
    """Make a dataset in a run folder, or go on with the one that is there.

    A run that has all that is wanted is left as it is, and nobody is asked for anything.
    `model` stands in for the endpoint that the recipe names: a scripted one, or your own.
    Raises  BadInput where the recipe, the endpoint or the folder is not as it must be, and nothing
            has been written; Fault when the endpoint stays away, and the run can go on later
    """
    started = time.monotonic()
    first = source(recipe)
    names = tuple(stage.name for stage in pipeline(recipe, _teachers(recipe, _nobody)))
    before, mine = read_ending(folder), identity(recipe)
    if complete := _complete(before, folder, recipe, mine):
        return Made(complete, next(accepted(folder)), "")
    purse = _purse(recipe)
    async with _doors(recipe, model, purse) as doors:
        with _left_clean(folder), open_run(folder, as_toml(recipe), mine) as opened:
            end = await _run(recipe, first, doors, purse, opened, watch or _unwatched)
            seconds = time.monotonic() - started
            ending = _ending(before, end, _why_short(end, recipe), seconds)
            opened.flush()
            told = read_report(folder, names, ending)
            opened.write_report(told)
    return Made(told, next(accepted(folder), None), ending.why)


async def _run(
    recipe: Recipe,
    first: Iterable[Record],
    doors: Doors,
    purse: Purse,
    opened: RunDir,
    watch: Watch,
) -> Progress:
    """Run the pipeline and write what it gives; in the end the journal has every reply."""
    if not doors:
        return await _written(_lines_without_a_model(recipe, first), opened, recipe, purse, watch)
    opened.write_prices(prices.as_toml(purse.prices))
    with opened.journal() as journal:
        purse.begin(journal.usage(), journal.lose)
        kept = {place: Journaled(model, journal) for place, model in doors.items()}
        stages = pipeline(recipe, _teachers(recipe, lambda k: kept[_place(recipe, k)]))
        try:
            lines = _lines(run(first, stages, _at_work(recipe)))
            return await _written(lines, opened, recipe, purse, watch)
        finally:
            for model in kept.values():
                await model.ended()


def _lines_without_a_model(recipe: Recipe, first: Iterable[Record]) -> AsyncGenerator[Line, None]:
    if (workers := _workers(recipe)) > 1:
        return _spread(first, recipe, workers)
    return _lines(run(first, pipeline(recipe, Teachers()), _at_work(recipe)))


def _at_work(recipe: Recipe) -> int:
    """Count the items at work: some more than requests in flight, as replies are written down."""
    wanted = min(recipe.concurrency, recipe.n // FEW + 1)
    return wanted + wanted // SPARE


def _workers(recipe: Recipe) -> int:
    """Count the processes that pay for their start."""
    return 1 if recipe.n < MANY else recipe.cores or cores()


async def _lines(events: AsyncGenerator[Kept | Rejection, None]) -> AsyncGenerator[Line, None]:
    """Give the lines that are written of what happens."""
    async with aclosing(events) as stream:
        async for event in stream:
            if isinstance(event, Rejection):
                yield line_of(event, event.stage)
            elif not isinstance(event.record, Blueprint | Trajectory):  # these are in their samples
                yield line_of(event.record, event.stage)


class _Worked(NamedTuple):
    """What a worker process made of a chunk of items."""

    lines: list[Line]
    failure: Exception | None
    """What stopped it behind these lines."""


async def _spread(
    first: Iterable[Record], recipe: Recipe, workers: int
) -> AsyncGenerator[Line, None]:
    """Give the same lines as one process would, made by several."""
    async with aclosing(spread(first, partial(_worked, recipe), workers)) as chunks:
        async for worked in chunks:
            for line in worked.lines:
                yield line
            if worked.failure:
                raise worked.failure


def _worked(recipe: Recipe, items: Sequence[Record]) -> _Worked:
    lines: list[Line] = []

    async def work() -> None:
        async for line in _lines(run(items, pipeline(recipe, Teachers()), 1)):
            lines.append(line)  # noqa: PERF401 - what came before a failure stays

    try:
        asyncio.run(work())
    except Exception as failure:  # noqa: BLE001 - raised again behind the lines before it
        return _Worked(lines, failure)
    return _Worked(lines, None)


@contextmanager
def _left_clean(folder: Path) -> Iterator[None]:
    """Take a new folder away again when wrong input came to light before anything was made."""
    new = not folder.exists()
    try:
        yield
    except BadInput:
        there = {path.name for path in folder.rglob("*")} if new else {""}
        if there <= BEGUN and not read_usage(folder / "journal.sqlite"):
            shutil.rmtree(folder, ignore_errors=True)
        raise


async def _written(
    lines: AsyncGenerator[Line, None],
    opened: RunDir,
    recipe: Recipe,
    purse: Purse,
    watch: Watch,
) -> Progress:
    """Stand at the end of the stream and write what comes, until enough is accepted."""
    at = Progress(wanted=recipe.n)
    unpriced = _unpriced(recipe, purse.prices)

    def look() -> None:
        opened.flush()  # what is accepted is there to be read, however slow the next one is
        dollars = float(purse.spent)
        watch(replace(at, calls=purse.calls, dollars=dollars, unpriced=unpriced))

    async with aclosing(lines) as stream, _every(TICK, look):
        try:
            async for line in stream:
                opened.write(line)
                at = _counted_in(line, at)
                if at.accepted == recipe.n or at.fruitless >= recipe.patience:
                    break
        except OverBudget as over:
            at = replace(at, poor=str(over))
    look()
    return at


@asynccontextmanager
async def _every(seconds: float, look: Callable[[], None]) -> AsyncIterator[None]:
    """Look again and again while the context lasts, whether anything happens or not."""

    async def looking() -> None:
        while True:
            look()
            await asyncio.sleep(seconds)

    task = asyncio.create_task(looking())
    try:
        yield
    finally:
        task.cancel()
        [end] = await asyncio.gather(task, return_exceptions=True)
    if isinstance(end, BadInput):
        raise end


def _counted_in(line: Line, at: Progress) -> Progress:
    """Count one line."""
    match line.file:
        case rundir.ACCEPTED:
            return replace(at, accepted=at.accepted + 1, fruitless=0)
        case rundir.FAILED:
            return replace(at, failed=at.failed + 1, fruitless=at.fruitless + 1)
        case rundir.GIVEN_UP:
            return replace(at, rejected=at.rejected + 1, fruitless=at.fruitless + 1)
    return at  # something on the way


def _unwatched(_at: Progress) -> None:
    """Watch nothing."""


def _nobody(_teaching: Teaching) -> Model:
    """Stand where the models will be, while a recipe is looked at before anything is opened."""

    async def asked(_request: Request, /) -> Reply:
        raise AssertionError("asked before the run was open")

    return asked


def _why_short(end: Progress, recipe: Recipe) -> str:
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


def _complete(end: Ending | None, folder: Path, recipe: Recipe, mine: str) -> Report | None:
    """Count a run of this recipe that has ended with just as many samples as are wanted."""
    if end is None or end.why or end.wanted != recipe.n:
        return None
    if (folder / "identity").read_text().strip() != mine:
        return None
    there = read_report(folder)
    return there if there.accepted == recipe.n else None


def _ending(before: Ending | None, end: Progress, why: str, seconds: float) -> Ending:
    """Say how a run ended; the seconds of its sittings add up."""
    earlier = before.seconds if before else None
    seconds = round((earlier or 0.0) + seconds, 3)
    return Ending(why=why, wanted=end.wanted, seconds=seconds)


# --- the models ---------------------------------------------------------------------------------


class Place(NamedTuple):
    """Where a model is asked: by a way, and which one it is when it is served by ourselves."""

    way: Way
    local: str = ""


Doors = Mapping[Place, Model]
"""The ways to the models that a run asks, each open once, however many ask by it."""


def _teachers(recipe: Recipe, door: Callable[[Teaching], Model]) -> Teachers:
    """Give each stage and role that asks a model its teacher."""
    return Teachers(
        {
            name: Teacher(
                door(k),
                content_name(k.model),
                seed=recipe.seed,
                temperature=k.temperature,
                max_tokens=k.max_tokens,
                tries=k.tries,
            )
            for name, k in asking(recipe).items()
        }
    )


def _place(recipe: Recipe, k: Teaching) -> Place:
    way = Way(
        base_url=k.base_url,
        key=os.environ.get(k.key_env),
        key_env=k.key_env,
        timeout=k.timeout,
        in_flight=k.concurrency or recipe.concurrency,
    )
    return Place(way, k.model if is_local(k.model) else "")


@asynccontextmanager
async def _doors(recipe: Recipe, model: Model | None, purse: Purse) -> AsyncIterator[Doors]:
    """Open the ways to all models that a recipe asks; `model` stands in for each of them."""
    places = dict.fromkeys(_place(recipe, k) for k in asking(recipe).values())
    threads = recipe.cores or cores()
    async with AsyncExitStack() as stack:
        if model is not None:
            yield dict.fromkeys(places, Metered(model, purse))
            return
        opened = {
            place: hosted(place.local, place.way, threads, purse)
            if place.local
            else reached(place.way, purse)
            for place in places
        }
        yield {place: await stack.enter_async_context(door) for place, door in opened.items()}


def _purse(recipe: Recipe) -> Purse:
    """Give what the run's calls are paid from. Raises BadInput for a budget without prices."""
    known = {**prices.shipped(), **_own_prices(recipe)}
    asked = {
        content_name(k.model): FREE if is_local(k.model) else prices.price_of(k.model, known)
        for k in asking(recipe).values()
    }
    priced = {model: price for model, price in asked.items() if price is not None}
    if recipe.budget is None:
        return Purse(priced)
    if unpriced := _unpriced(recipe, priced):
        what = f"a budget needs prices, and there is none for {', '.join(unpriced)}"
        raise BadInput(what, "give it in a file: --prices FILE (docs/money.md); 0 for none")
    return Purse(priced, Decimal(str(recipe.budget)))


def _own_prices(recipe: Recipe) -> Prices:
    return prices.read_prices(Path(recipe.prices)) if recipe.prices else {}


def _unpriced(recipe: Recipe, known: Prices) -> tuple[str, ...]:
    models = {content_name(k.model) for k in asking(recipe).values()}
    return tuple(sorted(model for model in models if prices.price_of(model, known) is None))


async def estimate(recipe: Recipe) -> Estimate:
    """Estimate what a run will ask of models. Nothing is sent; raises BadInput as the run would."""
    return await estimated(recipe, _purse(recipe).prices)


async def pilot(
    recipe: Recipe,
    folder: Path,
    count: int,
    watch: Watch | None = None,
    model: Model | None = None,
) -> Measured | None:
    """Make the first `count` samples of a run in its folder, and scale what they took to `n`.

    Gives None when nothing was accepted. Raises as `make` does
    """
    first = structs.replace(recipe, n=min(count, recipe.n))
    made = await make(first, folder, watch, model)
    tokens = [
        sum(u.prompt_tokens + u.completion_tokens for u in sample.trajectory.usage.values())
        for sample in accepted(folder)
    ]
    return measured(made.report, tokens, recipe.n)


# --- after a run --------------------------------------------------------------------------------


def accepted(folder: Path) -> Iterator[Sample]:
    """Go through the accepted samples of a run, in order. Raises BadInput for no run's folder."""
    if not (folder / "identity").exists():
        raise BadInput(f"{folder} holds no run", "name the folder that `buttonup run --out` made")
    yield from read_records(folder / "accepted.jsonl", Sample)


def report(folder: Path) -> Report:
    """Count what a run made and gave up, whether or not it has ended.

    Raises  BadInput for a folder that holds no run, or files that no run wrote
    """
    return read_report(folder)


def export(folder: Path, name: str, path: Path, *, overwrite: bool = False) -> Exported:
    """Write a run's accepted samples in a format, with a dataset card beside.

    Raises  BadInput for an unknown format, a folder that is no run, or a path that is taken
    """
    recipe = folder / "recipe.toml"
    told = recipe.read_text("utf-8") if recipe.exists() else ""
    return formats.export(accepted(folder), name, path, recipe=told, replace=overwrite)


def negatives(folder: Path, path: Path, *, overwrite: bool = False) -> Negatives:
    """Spoil a run's accepted samples, one mistake at a time, and write chosen beside rejected.

    Every pair is judged: one that fails another gate than its own, or several, is left out.
    Raises  BadInput for a folder that is no run or has nothing to spoil, or a path that is taken
    """
    pairs = (pair for sample in accepted(folder) for pair in _spoilt(sample))
    return formats.write_pairs(pairs, path, replace=overwrite)


def _spoilt(sample: Sample) -> Iterator[Preference | Rejection]:
    for pair in corruptions(sample):
        failures = gates.judge(pair.trajectory).failures
        if [v.gate for v in failures] != [pair.gate]:
            told = ", ".join(f"{v.gate}: {v.reason}" for v in failures)
            yield Rejection("negatives", "not_alone", told, sample.key)
            continue
        yield Preference(
            corruption=pair.corruption,
            gate=pair.gate,
            reason=failures[0].reason,
            prompt=structs.replace(formats.exported(sample.trajectory), messages=pair.prompt),
            chosen=pair.chosen,
            rejected=pair.rejected,
        )


def check(file: Path, name: str | None = None) -> Checked:
    """Run the gates on a dataset, ours or not; a line that cannot be read fails the gate "read".

    Raises  BadInput when the file is missing, empty, or in no format that is known
    """
    lines, failures = 0, list[Failure]()
    for number, item in formats.read(file, name):
        lines += 1
        failures += _failures(number, item)
    return Checked(lines=lines, failures=tuple(failures))


def _failures(line: int, item: Conversation | Sample | Rejection) -> Iterator[Failure]:
    if isinstance(item, Rejection):
        yield Failure(line=line, gate=item.stage, reason=item.reason, detail=item.detail)
        return
    trajectory = item.trajectory if isinstance(item, Sample) else formats.adopt(item)
    for v in gates.judge(trajectory).failures:
        yield Failure(line=line, gate=v.gate, reason=v.reason, detail="; ".join(v.evidence[:3]))
