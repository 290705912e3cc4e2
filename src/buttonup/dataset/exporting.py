"""A run's accepted samples in a training format, or as preference pairs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from pathlib import Path

from msgspec import structs

from buttonup import formats, gates, overlap, owned
from buttonup.chat import Tokens
from buttonup.dataset.comparing import benchmarks_of, write_certificate
from buttonup.dataset.folder import accepted, accepted_file
from buttonup.engine.cores import cores, in_turn
from buttonup.errors import BadInput, Reject
from buttonup.formats import Exported, Negatives, Preference
from buttonup.formats.export import refuse_taken
from buttonup.records import Rejection, Sample
from buttonup.store.lines import stretches
from buttonup.store.marks import ALL, Choice, Marks, sample_key
from buttonup.store.marks import FILE as MARKS_FILE
from buttonup.tools.own.run import Own
from buttonup.topdown.corrupt import CORRUPTIONS, Corruption, Pair, corruption


def export(
    folder: Path,
    name: str | Tokens,
    path: Path,
    *,
    overwrite: bool = False,
    shares: tuple[float, ...] = (),
    shards: int = 1,
    against: Sequence[str] = (),
    choice: Choice = ALL,
) -> Exported:
    """Write a run's accepted samples in a format, or as token ids, with a dataset card beside.

    A path that ends in .parquet gets Parquet. `shares` part them into splits that have no task in
    common (train and test, or train, validation and test), each over as many files as `shards`.
    With benchmarks to compare `against` (see `contamination`), the certificate of what was written
    stands beside it too (`overlap.certificate_path`); where that is several files, it is the run's.
    `choice` narrows it to samples by what people said of them (`buttonup view`).
    Raises  BadInput for an unknown format, a folder that is no run, a path that is taken, shares
            that are none of a whole, an extra that is missing, a benchmark that cannot be read, or
            a choice of which there is nothing, before anything is written
    """
    certificate = overlap.certificate_path(path)
    refuse_taken(certificate, replace=overwrite or not against)
    benchmarks = benchmarks_of(against)
    layout, recipe = formats.Layout(shares, shards), folder / "recipe.toml"
    told = recipe.read_text("utf-8") if recipe.exists() else ""
    if isinstance(name, Tokens):
        name.ready()
    rows_of = name.rows_of if isinstance(name, Tokens) else partial(formats.rows_of, name=name)
    file = accepted_file(folder)
    chosen = _Chosen(Marks(folder / MARKS_FILE), choice) if choice != ALL else None
    parts = in_turn(stretches(file, chosen), rows_of, cores())
    exported = formats.export(parts, name, path, recipe=told, replace=overwrite, layout=layout)
    if chosen and chosen.others:
        skipped = {**exported.skipped, "not_chosen": chosen.others}
        exported = structs.replace(exported, skipped=skipped)
    if benchmarks:
        written = path if path.is_file() else folder
        write_certificate(certificate, overlap.contamination(written, benchmarks))
    return exported


class _Chosen:
    """Says of each line whether its sample is chosen, and counts those that are not.

    Raises  BadInput where nothing that was said of any sample is what the choice asks for
    """

    def __init__(self, marks: Marks, choice: Choice) -> None:
        self._said, self._choice, self.others = marks.said(), choice, 0
        asks = choice.marked or choice.labels
        if asks and not any(map(choice.fits, self._said.values())):
            what = f"no sample of {marks.path.parent} is {choice.in_words}"
            raise BadInput(what, "mark and label some in `buttonup view`")

    def __call__(self, line: bytes) -> bool:
        """Say whether the sample of a line is chosen."""
        fits = self._choice.fits(self._said.get(sample_key(line)))
        self.others += not fits
        return fits


async def negatives(folder: Path, path: Path, *, overwrite: bool = False) -> Negatives:
    """Spoil a run's accepted samples, one mistake at a time, and write chosen beside rejected.

    Every pair is judged: one that fails another gate than its own, or several, is left out. Over a
    user's own tools these are opened again, and answer what a mistake calls.
    Raises  BadInput for a folder that is no run or has nothing to spoil, a path that is taken, or
            tools that cannot be opened any more
    """
    async with owned.opened_if_own(folder) as own:
        return await formats.write_pairs(_spoilt(folder, own), path, replace=overwrite)


async def _spoilt(folder: Path, own: Own | None) -> AsyncIterator[Preference | Rejection]:
    for sample in accepted(folder):
        for name in CORRUPTIONS:
            try:
                pair = await _corrupted(sample, name, own)
            except Reject as reject:
                yield Rejection("negatives", reject.reason, reject.detail, sample.key)
                continue
            if pair is not None:
                yield _judged(sample, pair)


async def _corrupted(sample: Sample, name: Corruption, own: Own | None) -> Pair | None:
    if own is None:
        return corruption(sample, name)
    return await own.once_known(partial(corruption, sample, name, own.world))


def _judged(sample: Sample, pair: Pair) -> Preference | Rejection:
    """Ask all gates of a conversation with one mistake; one of them is to find it."""
    failures = gates.sift(pair.trajectory).failures
    if [v.gate for v in failures] != [pair.gate]:
        told = ", ".join(f"{v.gate}: {v.reason}" for v in failures)
        return Rejection("negatives", "not_alone", told, sample.key)
    return Preference(
        corruption=pair.corruption,
        gate=pair.gate,
        reason=failures[0].reason,
        prompt=formats.exported(structs.replace(sample.trajectory, messages=pair.prompt)),
        chosen=pair.chosen,
        rejected=pair.rejected,
    )
