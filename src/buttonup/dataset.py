"""What a user does with ButtonUp, as functions: make a dataset, and what comes before and after.

The command line and `import buttonup` are the same few doors.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from msgspec import json, structs

from buttonup import formats, gates, overlap, owned
from buttonup.chat import Findings, Tokens, examine, named
from buttonup.doors import Doors, Ways, open_ways, places_of, purse_of, teachers_of, unpriced
from buttonup.engine.cores import cores, in_turn
from buttonup.engine.local import Fold, Stage
from buttonup.engine.report import Ending, Report, read_ending, read_report
from buttonup.engines import lines
from buttonup.errors import BadInput, OverBudget
from buttonup.estimate import Estimate, Measured, estimated, measured
from buttonup.formats import Exported, Negatives, Preference
from buttonup.formats.export import refuse_taken
from buttonup.model import prices
from buttonup.model.batching import Standing
from buttonup.model.door import Model, Reply, Request
from buttonup.model.journaled import Journaled
from buttonup.model.metered import Metered, Purse
from buttonup.model.stack import in_batches
from buttonup.recipe import Recipe, asking, identity, own_specs, pipeline, source
from buttonup.records import Conversation, Record, Rejection, Sample, encode
from buttonup.store import rundir
from buttonup.store.journal import Journal, read_usage
from buttonup.store.lines import read_records, stretches
from buttonup.store.rundir import Line, RunDir, open_run
from buttonup.store.settings import as_toml
from buttonup.store.submitted import on_their_way
from buttonup.store.whole import put
from buttonup.tools.own.run import Own
from buttonup.topdown.corrupt import corruptions

GRACE = 30.0  # seconds that a run which has enough waits for what is on its way: it is paid for
TICK = 0.25  # seconds between two looks at progress, and between two flushes
BEGUN = {
    ".lock", "identity", "recipe.toml", "prices.toml", "journal.sqlite", "batches", "learned.toml",
    "tools.sqlite",
}  # fmt: skip
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
    standing: Standing | None = None
    """How the batches stand, where there are any."""
    dollars: float = 0.0
    """What the run has cost so far, earlier sittings too."""
    unpriced: tuple[str, ...] = ()
    """Models that are asked and have no price: they are not in `dollars`."""
    poor: str = ""
    """Why the budget ends the run; "" where it does not."""
    trouble: str = ""
    """What is the matter with an endpoint that is waited for; "" when all is well."""


Watch = Callable[[Progress], None]

KEPT = 1000  # failures that a check keeps; all are told as they are found. Ours


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
    at: tuple[int, ...] = ()
    """Indices of the messages that it concerns, where that is known."""


class Checked(Record):
    """What the gates say of a dataset."""

    lines: int
    passed: int
    """Lines that pass every gate that could be asked of them."""
    failures: tuple[Failure, ...]
    """The first of them, at most `KEPT`."""
    reasons: tuple[tuple[str, str, int], ...] = ()
    """Gate, reason, and the lines that fail for it; the most frequent first."""
    asked: dict[str, int] = {}
    """Gate -> lines that it could be asked of."""
    lacking: tuple[tuple[str, str, int], ...] = ()
    """Gate, what was not known, and the lines that it could not be asked of for that."""
    stopped: int = 0
    """Lines that stop at calls: whether these would have been answered was not asked."""
    let_be: int = 0
    """Failures that concern nothing but turns kept out of the loss: they are none of the above."""

    @property
    def failing(self) -> int:
        """Lines that do not pass."""
        return self.lines - self.passed


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
            ending = _ending(before, end, _why_short(end, recipe), seconds)
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


async def _nobody(_request: Request, /) -> Reply:
    """Stand where the models will be, while a recipe is looked at before anything is opened."""
    raise AssertionError("asked before the run was open")


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


# --- before a run -------------------------------------------------------------------------------


async def estimate(recipe: Recipe) -> Estimate:
    """Estimate what a run will ask of models. Nothing is sent; raises BadInput as the run would.

    Over a user's own tools, which would have to be called, a run that asks models is not estimated.
    """
    if own_specs(recipe) and asking(recipe):
        what = "what a run over your own tools asks is not known before they are called"
        raise BadInput(what, "make a few samples (-n 5) and see their report")
    return await estimated(recipe, purse_of(recipe).prices)


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
    yield from read_records(_accepted(folder), Sample)


def _accepted(folder: Path) -> Path:
    if not (folder / "identity").exists():
        raise BadInput(f"{folder} holds no run", "name the folder that `buttonup run --out` made")
    return folder / "accepted.jsonl"


def batches_on_their_way(folder: Path) -> int:
    """Count the batches that a run has handed to a provider and not made use of yet."""
    return on_their_way(folder / "batches")


def report(folder: Path) -> Report:
    """Count what a run made and gave up, whether or not it has ended.

    Raises  BadInput for a folder that holds no run, or files that no run wrote
    """
    return read_report(folder)


def export(
    folder: Path,
    name: str | Tokens,
    path: Path,
    *,
    overwrite: bool = False,
    shares: tuple[float, ...] = (),
    shards: int = 1,
    against: Sequence[str] = (),
) -> Exported:
    """Write a run's accepted samples in a format, or as token ids, with a dataset card beside.

    A path that ends in .parquet gets Parquet. `shares` part them into splits that have no task in
    common (train and test, or train, validation and test), each over as many files as `shards`.
    With benchmarks to compare `against` (see `contamination`), the certificate of what was written
    stands beside it too (`overlap.certificate_path`); where that is several files, it is the run's.
    Raises  BadInput for an unknown format, a folder that is no run, a path that is taken, shares
            that are none of a whole, an extra that is missing, or a benchmark that cannot be read,
            before anything is written
    """
    certificate = overlap.certificate_path(path)
    refuse_taken(certificate, replace=overwrite or not against)
    benchmarks = _benchmarks(against)
    layout, recipe = formats.Layout(shares, shards), folder / "recipe.toml"
    told = recipe.read_text("utf-8") if recipe.exists() else ""
    if isinstance(name, Tokens):
        name.ready()
    rows_of = name.rows_of if isinstance(name, Tokens) else partial(formats.rows_of, name=name)
    parts = in_turn(stretches(_accepted(folder)), rows_of, cores())
    exported = formats.export(parts, name, path, recipe=told, replace=overwrite, layout=layout)
    if benchmarks:
        written = path if path.is_file() else folder
        _put(certificate, overlap.contamination(written, benchmarks))
    return exported


def templates(*names: str) -> Iterator[Findings]:
    """Find what chat templates keep: of files, folders, tokenizers or installed packages.

    Without a name, of those that the installed trl and axolotl carry.
    Raises  BadInput when there is no such template
    """
    yield from map(examine, named(names))


def _put(path: Path, told: Record) -> None:
    put(path, json.format(encode(told), indent=1) + b"\n")


def negatives(folder: Path, path: Path, *, overwrite: bool = False) -> Negatives:
    """Spoil a run's accepted samples, one mistake at a time, and write chosen beside rejected.

    Every pair is judged: one that fails another gate than its own, or several, is left out.
    Raises  BadInput for a folder that is no run or has nothing to spoil, or a path that is taken
    """
    pairs = (pair for sample in accepted(folder) for pair in _spoilt(sample))
    return formats.write_pairs(pairs, path, replace=overwrite)


def _spoilt(sample: Sample) -> Iterator[Preference | Rejection]:
    for pair in corruptions(sample):
        failures = gates.sift(pair.trajectory).failures
        if [v.gate for v in failures] != [pair.gate]:
            told = ", ".join(f"{v.gate}: {v.reason}" for v in failures)
            yield Rejection("negatives", "not_alone", told, sample.key)
            continue
        yield Preference(
            corruption=pair.corruption,
            gate=pair.gate,
            reason=failures[0].reason,
            prompt=formats.exported(structs.replace(sample.trajectory, messages=pair.prompt)),
            chosen=pair.chosen,
            rejected=pair.rejected,
        )


def check(
    file: Path, name: str | None = None, tell: Callable[[Failure], None] | None = None
) -> Checked:
    """Run the gates on a dataset, ours or not; a line that cannot be read fails the gate "read".

    The file is read as a stream, and every failure told to `tell` as it is found.
    Raises  BadInput when the file is missing, empty, or in no format that is known
    """
    count, kept = _Count(), list[Failure]()
    for number, item in formats.read(file, name):
        found = tuple(_failures(number, item, count))
        count.lines += 1
        count.passed += not found
        count.reasons.update({(f.gate, f.reason) for f in found})
        kept += found[: KEPT - len(kept)]
        if tell is not None:
            for failure in found:
                tell(failure)
    return Checked(
        lines=count.lines,
        passed=count.passed,
        failures=tuple(kept),
        reasons=tuple((gate, why, n) for (gate, why), n in count.reasons.most_common()),
        asked=dict.fromkeys((gate.__name__ for gate in gates.GATES), 0) | count.asked,
        lacking=tuple((gate, what, n) for (gate, what), n in count.lacking.items()),
        stopped=count.stopped,
        let_be=count.let_be,
    )


@dataclass(slots=True)
class _Count:
    """What a check counts."""

    lines: int = 0
    passed: int = 0
    stopped: int = 0
    let_be: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    lacking: Counter[tuple[str, str]] = field(default_factory=Counter)


def _failures(
    line: int, item: Conversation | Sample | Rejection, count: _Count
) -> Iterator[Failure]:
    if isinstance(item, Rejection):
        yield Failure(line=line, gate=item.stage, reason=item.reason, detail=item.detail)
        return
    trajectory = item.trajectory if isinstance(item, Sample) else formats.adopt(item)
    verdicts = gates.let_be(trajectory, gates.ask(trajectory))
    count.asked.update(v.gate for v in verdicts)
    count.lacking.update(gates.lacking(trajectory).items())
    count.stopped += gates.stops_at_calls(trajectory)
    count.let_be += sum(v.masked for v in verdicts)
    for v in verdicts:
        if not (v.passed or v.masked):
            yield Failure(line, v.gate, v.reason, "; ".join(v.evidence[:3]), v.at)


def dedup(
    path: Path,
    out: Path,
    *,
    of: overlap.Of = "requests",
    by: overlap.By = "minhash",
    threshold: float | None = None,
    overwrite: bool = False,
) -> overlap.Distinct:
    """Write what of a dataset or a run has no near-duplicate before it, and beside it what has one.

    Raises  BadInput when the dataset cannot be read, there can be no such threshold, the extra that
            the way needs is not installed, or a path is taken
    """
    return overlap.dedup(path, of, by, overlap.finder(of, by, threshold), out, replace=overwrite)


def _benchmarks(against: Sequence[str]) -> list[overlap.Benchmark]:
    """Read benchmarks; BFCL also from where `evaluate` has it installed."""
    from buttonup.evaluate.suites.bfcl import PACKAGE  # noqa: PLC0415 - only where it is wanted

    return [overlap.read_benchmark(one, PACKAGE.folder) for one in against]


def contamination(
    path: Path, against: Sequence[str], out: Path | None = None, *, overwrite: bool = False
) -> overlap.Certificate:
    """Compare a dataset or a run with benchmarks, and write the certificate to `out` if given.

    Each of `against` is the path of a file or folder, or "bfcl" for the installed `bfcl-eval`.
    Raises  BadInput when something cannot be read, or the path is taken or cannot be written
    """
    if out:
        refuse_taken(out, replace=overwrite)
    told = overlap.contamination(path, _benchmarks(against))
    if out:
        _put(out, told)
    return told
