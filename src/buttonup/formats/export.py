"""Samples out of the house: a file of rows in a format, and a dataset card beside it."""

from __future__ import annotations

import os
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from buttonup.errors import BadInput, Reject
from buttonup.formats import sharegpt
from buttonup.formats.card import Census, card
from buttonup.formats.detect import Format, format_named
from buttonup.formats.exported import exported, read_exported
from buttonup.records import Record, Sample
from buttonup.store.lines import Stretch

BUFFER = 1 << 20  # bytes gathered for a write; ours
OTHER = (".gz", ".parquet", ".zst")  # endings that promise something else


class Exported(Record):
    """What an export came to."""

    count: int
    """Rows written."""
    skipped: dict[str, int] = {}
    """Reason -> samples left out: "not_accepted", and what the format rejects."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A part of an export: its lines, and what is counted of them."""

    text: bytes
    census: Census
    skipped: Counter[str]


def rows(samples: Iterable[Sample], name: str) -> Rows:
    """Write the accepted ones of some samples in a format. Raises BadInput for an unknown one."""
    to, census, skipped = format_named(name), Census(), Counter[str]()
    written = []
    for sample in samples:
        if row := _row(sample, to, skipped):
            written.append(row)
            census.count(sample.trajectory)
    return Rows(b"".join(written), census, skipped)


def rows_of(stretch: Stretch, name: str) -> Rows:
    """Write the samples of a part of a file. Raises BadInput for a line that is no sample too."""
    return rows(read_exported(stretch), name)


def export(
    parts: Iterable[Rows],
    name: str,
    path: Path,
    *,
    recipe: str = "",
    replace: bool = False,
) -> Exported:
    """Write rows in the format `name` as JSON Lines, in their order, and the card beside.

    The rows, the card (`card_path`) and for sharegpt its entry (`entry_path`) appear whole or not
    at all. `recipe` is the text of the run's recipe, told in the card.
    Raises  BadInput when the format is unknown, the path is taken and `replace` is not set, it
            cannot be written (a full disk too), or no sample can be exported
    """
    to, about = format_named(name), card_path(path)
    entry = entry_path(path) if to.NAME == sharegpt.NAME else None
    refuse(path, about, *([entry] if entry else ()), replace=replace)
    census, skipped = Census(), Counter[str]()
    with (
        draft(about) as words,
        draft(path) as file,
        draft(entry) if entry else nullcontext() as end,
    ):
        for part in parts:
            file.write(part.text)
            census.join(part.census)
            skipped.update(part.skipped)
        if not census.rows:
            raise BadInput("there is no sample to export", _left_out(skipped))
        words.write(card(path.name, to.NAME, to.ABOUT, census, skipped, recipe).encode())
        if end is not None:
            end.write(msgspec.json.format(msgspec.json.encode(sharegpt.dataset_info(path.name))))
            settle(end)
        settle(file)
        settle(words)
    return Exported(count=census.rows, skipped=dict(sorted(skipped.items())))


def card_path(path: Path) -> Path:
    """Tell where the card of an exported file is."""
    return path.with_name(f"{path.name}.card.md")


def entry_path(path: Path) -> Path:
    """Tell where the entry for LLaMA-Factory's dataset_info.json is."""
    return path.with_name(f"{path.name}.dataset_info.json")


def refuse(path: Path, *others: Path, replace: bool) -> None:
    """Look whether a file of rows, and others beside it, can be written. Raises BadInput."""
    if path.suffix in OTHER:
        raise BadInput(f"{path} would hold JSON Lines", "choose a path that ends in .jsonl")
    for taken in (path, *others):
        if taken.exists() and not replace:
            raise BadInput(f"{taken} exists", "choose another path or remove it")


def _row(sample: Sample, to: Format, skipped: Counter[str]) -> bytes:
    """Give the line of a sample; none, and the reason counted, when it is left out."""
    if not sample.accepted:
        skipped["not_accepted"] += 1
        return b""
    try:
        row = to.render(exported(sample.trajectory))
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
        part.unlink(missing_ok=True)


def settle(file: IO[bytes]) -> None:
    """Put on disk what was written."""
    file.flush()
    os.fsync(file.fileno())
