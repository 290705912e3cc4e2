"""A run's accepted samples in a training format, or as preference pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from msgspec import structs

from buttonup import formats, gates, overlap
from buttonup.chat import Tokens
from buttonup.dataset.comparing import benchmarks_of, write_certificate
from buttonup.dataset.folder import accepted, accepted_file
from buttonup.engine.cores import cores, in_turn
from buttonup.formats import Exported, Negatives, Preference
from buttonup.formats.export import refuse_taken
from buttonup.records import Rejection, Sample
from buttonup.store.lines import stretches
from buttonup.topdown.corrupt import corruptions


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
    benchmarks = benchmarks_of(against)
    layout, recipe = formats.Layout(shares, shards), folder / "recipe.toml"
    told = recipe.read_text("utf-8") if recipe.exists() else ""
    if isinstance(name, Tokens):
        name.ready()
    rows_of = name.rows_of if isinstance(name, Tokens) else partial(formats.rows_of, name=name)
    parts = in_turn(stretches(accepted_file(folder)), rows_of, cores())
    exported = formats.export(parts, name, path, recipe=told, replace=overwrite, layout=layout)
    if benchmarks:
        written = path if path.is_file() else folder
        write_certificate(certificate, overlap.contamination(written, benchmarks))
    return exported


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
