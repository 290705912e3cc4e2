"""Samples out of the house: a file of rows in a format, and a dataset card beside it."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, NamedTuple, Protocol

import msgspec

from buttonup.errors import BadInput, Reject
from buttonup.formats import rl, sharegpt
from buttonup.formats.card import Census, card
from buttonup.formats.detect import FORMATS, format_named
from buttonup.formats.exported import exported, read_exported
from buttonup.formats.layout import Layout, place
from buttonup.formats.parquet import ParquetFile
from buttonup.records import Json, Record, Sample, Trajectory
from buttonup.store.lines import Stretch, read_stretch

WHOLE = Layout()
BUFFER = 1 << 20  # bytes gathered for a write; ours
OTHER = (".gz", ".zst")  # endings that promise something else


EXPORTS = (*FORMATS, rl.NAME)
"""The formats of an export: of conversations, and of tasks."""


class Written(NamedTuple):
    """How rows are written."""

    name: str
    about: str
    """What a row looks like, in Markdown."""
    row: Callable[[Trajectory], dict[str, Json]]
    """Writes a trajectory. Rejects what the format does not carry."""


def written_as(name: str) -> Written:
    """Say how rows of the format `name` are written. Raises BadInput for an unknown one."""
    if name == rl.NAME:
        return Written(rl.NAME, rl.ABOUT, rl.render)
    if name not in FORMATS:
        raise BadInput(f"there is no format {name!r}", f"choose one of {', '.join(EXPORTS)}")
    to = format_named(name)
    return Written(name, to.ABOUT, lambda t: to.render(exported(t)))


class Exported(Record):
    """What an export came to."""

    count: int
    """Samples written."""
    skipped: dict[str, int] = {}
    """Reason -> samples left out: "not_accepted", and what the format rejects."""
    splits: dict[str, int] = {}
    """Split -> rows written, where there are several."""
    lines: int = 0
    """Rows written, where a sample may take several."""


class Described(Protocol):
    """What the card tells of how rows are written."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def about(self) -> str:
        """What a row looks like, in Markdown."""
        ...


@dataclass(frozen=True, slots=True)
class Rows:
    """A part of an export: its lines, and what is counted of them."""

    text: bytes
    census: Census
    skipped: Counter[str]
    places: tuple[float, ...]
    """Of each line, the place of its task."""


def rows(samples: Iterable[Sample], name: str) -> Rows:
    """Write the accepted ones of some samples in a format. Raises BadInput for an unknown one."""
    to, census, skipped = written_as(name), Census(), Counter[str]()
    written, places = list[bytes](), list[float]()
    for sample in samples:
        if row := _row(sample, to, skipped):
            written.append(row)
            places.append(place(sample.trajectory.blueprint.task.text))
            census.count(sample.trajectory, sample.verdicts)
    return Rows(b"".join(written), census, skipped, tuple(places))


def rows_of(stretch: Stretch, name: str) -> Rows:
    """Write the samples of a part of a file. Raises BadInput for a line that is no sample too."""
    whole = name == rl.NAME  # of a conversation, no plan and no goal leaves
    read = read_stretch(stretch, Sample, "Sample") if whole else read_exported(stretch)
    return rows(read, name)


def export(
    parts: Iterable[Rows],
    name: str | Described,
    path: Path,
    *,
    recipe: str = "",
    replace: bool = False,
    layout: Layout = WHOLE,
) -> Exported:
    """Write rows in the format `name` (or what is like one), in their order, and the card beside.

    They are JSON Lines, or Parquet where the path ends so; in one file or as the layout says.
    The rows, the card (`card_path`) and for sharegpt its entry (`entry_path`) appear whole or not
    at all. `recipe` is the text of the run's recipe, told in the card.
    Raises  BadInput when the format is unknown, a path is taken and `replace` is not set, it
            cannot be written (a full disk too), an extra is missing, or no sample can be exported
    """
    to = written_as(name) if isinstance(name, str) else name
    about, files = card_path(path), layout.files(path)
    entry = [entry_path(path)] if to.name == sharegpt.NAME else []
    refuse(*chain(*files.values()), about, *entry, replace=replace)
    census, skipped, rows, first = Census(), Counter[str](), Counter[str](), b""
    with ExitStack() as stack:
        words, *ends = [stack.enter_context(draft(p)) for p in (about, *entry)]
        sinks = {
            split: [_sink(stack.enter_context(draft(p)), p) for p in paths]
            for split, paths in files.items()
        }
        for part in parts:
            first = first or part.text.partition(b"\n")[0]
            for split, lines in _dealt(part, layout):
                shards = sinks[split]
                shards[rows[split] % len(shards)].write(lines)
                rows[split] += lines.count(b"\n")
            census.join(part.census)
            skipped.update(part.skipped)
        if not census.rows:
            raise BadInput("there is no sample to export", _left_out(skipped))
        named = {split: [p.name for p in paths] for split, paths in files.items()}
        words.write(card(path.name, to.name, to.about, census, skipped, recipe, named).encode())
        for end in ends:
            told = {
                k: v for n in chain(*named.values()) for k, v in sharegpt.dataset_info(n).items()
            }
            end.write(msgspec.json.format(msgspec.json.encode(told)))
        for sink in (*chain(*sinks.values()), words, *ends):  # all on disk before any appears
            _finish(sink, first)
    counts = {split: rows[split] for split in files if split}
    several = rows.total() if rows.total() != census.rows else 0
    return Exported(census.rows, dict(sorted(skipped.items())), counts, several)


def _dealt(part: Rows, layout: Layout) -> Iterator[tuple[str, bytes]]:
    """Deal out the lines of a part, each with its split; all at once where there is one file."""
    if layout == WHOLE:
        yield "", part.text
        return
    for line, at in zip(part.text.splitlines(keepends=True), part.places, strict=True):
        yield layout.split(at), line


def card_path(path: Path) -> Path:
    """Tell where the card of an exported file is."""
    return path.with_name(f"{path.name}.card.md")


def entry_path(path: Path) -> Path:
    """Tell where the entry for LLaMA-Factory's dataset_info.json is."""
    return path.with_name(f"{path.name}.dataset_info.json")


def refuse(path: Path, *others: Path, replace: bool) -> None:
    """Look whether a file of rows, and others beside it, can be written. Raises BadInput."""
    if path.suffix in OTHER:
        raise BadInput(f"{path} would hold rows as they are", "choose .jsonl or .parquet")
    refuse_taken(path, *others, replace=replace)


def refuse_taken(*paths: Path, replace: bool) -> None:
    """Look whether something is at a path already, and may not be replaced. Raises BadInput."""
    for path in paths:
        if path.exists() and not replace:
            raise BadInput(f"{path} exists", "choose another path or remove it")


def _row(sample: Sample, to: Written, skipped: Counter[str]) -> bytes:
    """Give the line of a sample; none, and the reason counted, when it is left out."""
    if not sample.accepted:
        skipped["not_accepted"] += 1
        return b""
    try:
        row = to.row(sample.trajectory)
    except Reject as reject:
        skipped[reject.reason] += 1
        return b""
    return msgspec.json.encode(row) + b"\n"


def _left_out(skipped: Counter[str]) -> str:
    reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(skipped.items()))
    return f"left out: {reasons}" if reasons else "the run has accepted none"


@contextmanager
def draft(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the path at the end, and leaves nothing when it does not get there.

    Raises  BadInput when the disk says no
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb", buffering=BUFFER) as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written: {error.strerror}", "make room or choose another path"
        ) from error
    finally:
        with suppress(OSError):  # nothing there, or a disk that takes no write at all
            part.unlink()


def _sink(file: IO[bytes], path: Path) -> IO[bytes] | ParquetFile:
    """Give what takes lines of JSON for a path: the file itself, or Parquet where it ends so."""
    return ParquetFile(file) if path.suffix == ".parquet" else file


def _finish(sink: IO[bytes] | ParquetFile, row: bytes) -> None:
    """Write the end, and put all of it on disk; `row` shows the columns of what has no row."""
    settle(sink.close(row) if isinstance(sink, ParquetFile) else sink)


def settle(file: IO[bytes]) -> None:
    """Put on disk what was written."""
    file.flush()
    os.fsync(file.fileno())
