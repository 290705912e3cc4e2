"""Make a dataset in a run folder, or go on with the one that is there."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from buttonup import owned
from buttonup.dataset.folder import accepted
from buttonup.dataset.standing import Progress, Watch, counted_in, why_short
from buttonup.doors import Doors, Ways, open_ways, places_of, purse_of, teachers_of, unpriced
from buttonup.engine.local import Fold, Stage
from buttonup.engine.report import Ending, Report, read_ending, read_report
from buttonup.engines import lines
from buttonup.errors import BadInput, OverBudget
from buttonup.model import prices
from buttonup.model.batching import Standing
from buttonup.model.door import Model, Reply, Request
from buttonup.model.journaled import Journaled
from buttonup.model.metered import Metered, Purse
from buttonup.model.stack import in_batches
from buttonup.recipe import Recipe, identity, pipeline, source
from buttonup.records import Record, Sample
from buttonup.store.journal import Journal, read_usage
from buttonup.store.rundir import Line, RunDir, open_run
from buttonup.store.settings import as_toml
from buttonup.tools.own.run import Own

GRACE = 30.0  # seconds that a run which has enough waits for what is on its way: it is paid for
TICK = 0.25  # seconds between two looks at progress, and between two flushes
BEGUN = {
    ".lock", "identity", "recipe.toml", "prices.toml", "journal.sqlite", "batches", "learned.toml",
    "tools.sqlite",
}  # fmt: skip
"""What is there before anything is made."""


@dataclass(frozen=True, slots=True)
class Made:
    """A run that has ended."""

    report: Report
    example: Sample | None
    """The first accepted sample."""
    short: str
    """Why there are fewer samples than wanted; "" when there are enough."""


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
    nobody = dict.fromkeys(places_of(recipe), _nobody)
    names = tuple(stage.name for stage in _stages(recipe, None, nobody))
    before, known = read_ending(folder), owned.kept(recipe, folder)
    if complete := _complete(before, folder, recipe, identity(recipe, known)):
        return Made(complete, next(accepted(folder)), "")
    purse, outside = purse_of(recipe), _Outside()
    async with (
        open_ways(recipe, model, purse, outside.hear) as ways,
        owned.open_tools(recipe, known) as tools,
    ):
        mine = identity(recipe, tools.learned if tools else None)
        with _left_clean(folder), open_run(folder, as_toml(recipe), mine) as opened:
            own = tools.at_work(opened) if tools else None
            sitting = _Sitting(recipe, opened, purse, outside, watch or _unwatched, own)
            try:
                end = await _run(sitting, first, ways)
            finally:
                if own:
                    await own.answers.ended()
            seconds = time.monotonic() - started
            ending = _ending(before, end, why_short(end, recipe), seconds)
            opened.flush()
            told = read_report(folder, names, ending)
            opened.write_report(told)
    return Made(told, next(accepted(folder), None), ending.why)


@dataclass(slots=True)
class _Outside:
    """How the outside world stands, as far as a run hears of it."""

    trouble: str = ""
    standing: Callable[[], Standing | None] = lambda: None

    def hear(self, trouble: str) -> None:
        """Take note of what is the matter; "" when all is well again."""
        self.trouble = trouble


class _Sitting(NamedTuple):
    """One stretch of a run, from its start to its end or its stop."""

    recipe: Recipe
    opened: RunDir
    purse: Purse
    outside: _Outside
    watch: Watch
    own: Own | None
    """The user's own tools, where the run is over these."""


async def _run(sitting: _Sitting, first: Iterable[Record], ways: Ways) -> Progress:
    """Run the pipeline and write what it gives; in the end the journal has every reply."""
    recipe, opened, purse, *_, own = sitting
    stages = partial(_stages, recipe, own)
    if not ways:
        return await _written(sitting, lines(recipe, first, stages, {}))
    opened.write_prices(prices.as_toml(purse.prices))
    with opened.journal() as journal:
        purse.begin(journal.usage(), journal.lose)
        async with _doors(sitting, ways, journal) as doors:
            kept = {place: Journaled(model, journal) for place, model in doors.items()}
            grace = 0.0
            try:
                end = await _written(sitting, lines(recipe, first, stages, kept))
                grace = GRACE
            finally:
                await asyncio.gather(*(model.ended(grace) for model in kept.values()))
            return end


@asynccontextmanager
async def _doors(sitting: _Sitting, ways: Ways, journal: Journal) -> AsyncIterator[Doors]:
    """Give the models to ask: those that are reached, or one that gathers batches."""
    recipe, opened, purse, outside, *_ = sitting
    if ways.batches is None:
        yield ways.doors
        return
    [place] = places_of(recipe)
    notes, known = opened.submitted(), lambda key: journal.get(key) is not None
    async with in_batches(ways.batches, notes, known, recipe.batch) as batched:
        outside.standing = lambda: batched.standing
        yield {place: Metered(batched, purse, fetched_later=True)}


def _stages(recipe: Recipe, own: Own | None, doors: Doors) -> Sequence[Stage | Fold]:
    """Write out the pipeline around models, or none."""
    return pipeline(recipe, teachers_of(recipe, doors.__getitem__), own)


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


async def _written(sitting: _Sitting, made: AsyncGenerator[Line, None]) -> Progress:
    """Stand at the end of the stream and write what comes, until enough is accepted."""
    recipe, opened, purse, outside, watch, _ = sitting
    at = Progress(wanted=recipe.n, unpriced=unpriced(recipe, purse.prices))

    def look() -> None:
        opened.flush()  # what is accepted is there to be read, however slow the next one is
        told = replace(at, calls=purse.calls, dollars=float(purse.spent))
        watch(replace(told, standing=outside.standing(), trouble=outside.trouble))

    async with aclosing(made) as stream, _every(TICK, look):
        try:
            async for line in stream:
                opened.write(line)
                at = counted_in(line, at)
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


def _unwatched(_at: Progress) -> None:
    """Watch nothing."""


async def _nobody(_request: Request, /) -> Reply:
    """Stand where the models will be, while a recipe is looked at before anything is opened."""
    raise AssertionError("asked before the run was open")


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
