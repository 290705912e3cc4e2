"""What a user does with ButtonUp, as functions: make a dataset, and all that comes after.

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
    Sequence,
)
from contextlib import aclosing, asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from msgspec import json, structs

from buttonup import formats, gates, overlap
from buttonup.engine.cores import cores, in_turn
from buttonup.engine.local import Fold, Stage
from buttonup.engine.report import Ending, Report, read_ending, read_report
from buttonup.engines import lines
from buttonup.errors import BadInput
from buttonup.formats import Exported, Negatives, Preference
from buttonup.model.ask import Teacher
from buttonup.model.batching import Standing
from buttonup.model.door import Model, Reply, Request
from buttonup.model.journaled import Journaled
from buttonup.model.local import content_name, hosted, is_local
from buttonup.model.stack import Way, batches_of, in_batches, reached
from buttonup.recipe import Recipe, as_toml, identity, pipeline, source
from buttonup.records import (
    Conversation,
    Record,
    Rejection,
    Sample,
    encode,
)
from buttonup.store import rundir
from buttonup.store.journal import read_usage
from buttonup.store.lines import read_records, stretches
from buttonup.store.rundir import Line, RunDir, open_run
from buttonup.store.submitted import on_their_way
from buttonup.store.whole import put
from buttonup.topdown.corrupt import corruptions

if TYPE_CHECKING:
    from buttonup.model.batches import Batches

TICK = 0.25  # seconds between two looks at progress, and between two flushes
BEGUN = {".lock", "identity", "recipe.toml", "journal.sqlite", "batches"}  # before anything is made


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
    names = tuple(stage.name for stage in _stages(recipe, model or _nobody))
    before, mine = read_ending(folder), identity(recipe)
    if complete := _complete(before, folder, recipe, mine):
        return Made(complete, next(accepted(folder)), "")
    async with _door(recipe, model) as door:
        with _left_clean(folder), open_run(folder, as_toml(recipe), mine) as opened:
            end = await _run(recipe, first, door, opened, watch or _unwatched)
            seconds = time.monotonic() - started
            ending = _ending(before, end, _why_short(end, recipe), seconds)
            opened.flush()
            told = read_report(folder, names, ending)
            opened.write_report(told)
    return Made(told, next(accepted(folder), None), ending.why)


class _Door(NamedTuple):
    """The way to the model that a run needs: one request at a time, in batches, or none at all."""

    model: Model | None = None
    batches: Batches | None = None


async def _run(
    recipe: Recipe, first: Iterable[Record], door: _Door, opened: RunDir, watch: Watch
) -> Progress:
    """Run the pipeline and write what it gives; in the end the journal has every reply."""
    if door.batches:
        return await _run_in_batches(recipe, first, door.batches, opened, watch)
    with opened.journal() if door.model else nullcontext() as journal:
        counted = _Counted(door.model) if door.model else None
        model = Journaled(counted, journal) if counted and journal else None
        made = lines(recipe, first, partial(_stages, recipe), model)
        return await _written(made, opened, recipe, counted, watch)


async def _run_in_batches(
    recipe: Recipe, first: Iterable[Record], batches: Batches, opened: RunDir, watch: Watch
) -> Progress:
    """Do the same where all that can be asked at a time is asked in one batch."""
    with opened.journal() as journal:
        notes, known = opened.submitted(), lambda key: journal.get(key) is not None
        async with in_batches(batches, notes, known, recipe.batch) as batched:
            counted = _Counted(batched)

            def watched(at: Progress) -> None:
                watch(replace(at, standing=batched.standing))

            made = lines(recipe, first, partial(_stages, recipe), Journaled(counted, journal))
            return await _written(made, opened, recipe, counted, watched)


def _stages(recipe: Recipe, model: Model | None) -> Sequence[Stage | Fold]:
    """Write out the pipeline around a model, or none."""
    return pipeline(recipe, _teacher(recipe, model))


class _Counted:
    """A model whose replies are counted, for the progress line."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.calls = 0

    async def __call__(self, request: Request, /) -> Reply:
        reply = await self._model(request)
        self.calls += 1
        return reply


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
    made: AsyncGenerator[Line, None],
    opened: RunDir,
    recipe: Recipe,
    counted: _Counted | None,
    watch: Watch,
) -> Progress:
    """Stand at the end of the stream and write what comes, until enough is accepted."""
    at = Progress(wanted=recipe.n)

    def look() -> None:
        opened.flush()  # what is accepted is there to be read, however slow the next one is
        watch(replace(at, calls=counted.calls if counted else 0))

    async with aclosing(made) as stream, _every(TICK, look):
        async for line in stream:
            opened.write(line)
            at = _counted_in(line, at)
            if at.accepted == recipe.n or at.fruitless >= recipe.patience:
                break
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
    """Stand where a model will be, while a recipe is looked at before anything is opened."""
    raise AssertionError("asked before the run was open")


def _why_short(end: Progress, recipe: Recipe) -> str:
    if end.accepted >= end.wanted:
        return ""
    short = f"{end.accepted} of {end.wanted} samples"
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


def _teacher(recipe: Recipe, model: Model | None) -> Teacher | None:
    k = recipe.teacher
    if model is None or not k.model:
        return None
    return Teacher(
        model,
        content_name(k.model),
        seed=recipe.seed,
        temperature=k.temperature,
        max_tokens=k.max_tokens,
        tries=k.tries,
    )


@asynccontextmanager
async def _door(recipe: Recipe, model: Model | None) -> AsyncIterator[_Door]:
    """Open the way to the model that a recipe names, and see whether anybody is there."""
    k = recipe.teacher
    if k.batch and not k.model:
        raise BadInput("batches need a teacher", "give --teacher MODEL, or leave out --batch")
    if model is not None or not k.model:
        yield _Door(model)
        return
    way = Way(
        base_url=k.base_url,
        key=os.environ.get(k.key_env),
        key_env=k.key_env,
        timeout=k.timeout,
        in_flight=recipe.concurrency,
    )
    if k.batch:
        async with batches_of(way) as batches:
            yield _Door(batches=batches)
    else:
        here = is_local(k.model)
        door = hosted(k.model, way, recipe.cores or cores()) if here else reached(way)
        async with door as reachable:
            yield _Door(reachable)


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
    folder: Path, name: str, path: Path, *, overwrite: bool = False, against: Sequence[str] = ()
) -> Exported:
    """Write a run's accepted samples in a format, with a dataset card beside.

    With benchmarks to compare `against` (see `contamination`), the certificate of the file that
    was written stands beside it too (`overlap.certificate_path`).
    Raises  BadInput for an unknown format, a folder that is no run, a path that is taken, or a
            benchmark that cannot be read, before anything is written
    """
    certificate = overlap.certificate_path(path)
    _refuse(certificate, unless=overwrite or not against)
    benchmarks = [overlap.read_benchmark(one) for one in against]
    recipe = folder / "recipe.toml"
    told = recipe.read_text("utf-8") if recipe.exists() else ""
    parts = in_turn(stretches(_accepted(folder)), partial(formats.rows_of, name=name), cores())
    exported = formats.export(parts, name, path, recipe=told, replace=overwrite)
    if benchmarks:
        _put(certificate, overlap.contamination(path, benchmarks))
    return exported


def _refuse(path: Path, *, unless: bool) -> None:
    if path.exists() and not unless:
        raise BadInput(f"{path} exists", "choose another path or remove it")


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


def contamination(
    path: Path, against: Sequence[str], out: Path | None = None, *, overwrite: bool = False
) -> overlap.Certificate:
    """Compare a dataset or a run with benchmarks, and write the certificate to `out` if given.

    Each of `against` is the path of a file or folder, or "bfcl" for the installed `bfcl-eval`.
    Raises  BadInput when something cannot be read, or the path is taken or cannot be written
    """
    if out:
        _refuse(out, unless=overwrite)
    told = overlap.contamination(path, [overlap.read_benchmark(one) for one in against])
    if out:
        _put(out, told)
    return told
