"""Near-duplicates of a dataset: the first in file order stays, and the others name their twin."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal, NamedTuple

from buttonup.alike.embed import pick_embedder
from buttonup.alike.masks import skeleton
from buttonup.alike.twins import Finder, Meaning, Same, SharedWords, Twin
from buttonup.chunks import in_chunks
from buttonup.errors import BadInput
from buttonup.formats.detect import read_lines
from buttonup.formats.export import draft, refuse, settle
from buttonup.overlap.pieces import Of, Piece, functions, request, whole
from buttonup.records import Record, Rejection, encode

By = Literal["exact", "minhash", "embedding"]

BATCH = 512  # texts compared at a time; ours: large enough for the matrix product to be quick
NEAR: dict[Of, float] = {"requests": 0.95, "functions": 0.95, "trajectories": 0.98}
"""Cosine of wordllama from which two are near-duplicates; ours (docs/overlap.md). The vector of a
text is the mean of its words', so long texts that share a setting are near anyhow."""


class Dropped(Record):
    """Something that is not kept: it has a twin, or it cannot be read."""

    line: int
    reason: str
    """"near_duplicate", or why the line cannot be read ("not_json", "unrecognised", …)."""
    id: str = ""
    """Its content address, as `twin` is one. Of a function, its name stands before it."""
    twin: str = ""
    twin_line: int = 0
    likeness: float = 0.0
    """1 is the same; of what is told by minhash the Jaccard index, by embedding the cosine."""
    detail: str = ""


class Distinct(Record):
    """What a pass over a dataset came to."""

    of: Of
    by: By
    kept: int
    dropped: int
    """Near-duplicates."""
    unread: int
    """Lines that cannot be read; they are among those dropped, with the reason."""
    again: int = 0
    """Functions shown again, unchanged: each is kept or dropped once."""


def dedup(
    path: Path, of: Of, by: By, find: Finder, out: Path, *, replace: bool = False
) -> Distinct:
    """Write what has no twin to `out`, and what has one beside it (`dropped_path`).

    The first in file order is kept. Lines are kept as they are; of functions, a definition a line.
    Both files appear whole or not at all. One batch of lines is held, and what `find` remembers.
    Raises  BadInput when the file cannot be read, or a path is taken or cannot be written
    """
    beside = dropped_path(out)
    refuse(out, beside, replace=replace)
    tally = _Tally()
    with draft(beside) as gone, draft(out) as kept:
        shown: list[_Named] = []
        for batch in in_chunks(_rows(path, of, by, tally), BATCH):
            pieces = [row for row in batch if isinstance(row, _Row)]
            twins = find([row.text for row in pieces])
            shown += [row.named for row in pieces]
            _write(batch, iter(twins), shown, kept, gone, tally)
        settle(gone)
        settle(kept)
    return Distinct(of, by, tally.kept, tally.dropped, tally.unread, tally.again)


def dropped_path(out: Path) -> Path:
    """Tell where the file of what was dropped is."""
    return out.with_name(f"{out.name}.dropped.jsonl")


def finder(of: Of, by: By, threshold: float | None = None) -> Finder:
    """Give the way to find twins.

    Raises  BadInput where there can be no such threshold, or the extra `embed` is not installed
    """
    if threshold is not None and not 0 < threshold <= 1:
        raise BadInput(f"--threshold {threshold}", "give one above 0 and up to 1")
    match by:
        case "exact":
            if threshold is not None:
                raise BadInput("--by exact has no threshold", "leave it out, or choose another way")
            return Same()
        case "minhash":
            return SharedWords() if threshold is None else SharedWords(threshold)
        case "embedding":
            return Meaning(pick_embedder("wordllama"), threshold or NEAR[of])


class _Named(NamedTuple):
    line: int
    id: str


class _Row(NamedTuple):
    named: _Named
    text: str
    written: bytes


class _Tally:
    """What is counted on the way."""

    def __init__(self) -> None:
        self.kept = self.dropped = self.unread = self.again = 0


def _rows(path: Path, of: Of, by: By, tally: _Tally) -> Iterator[_Row | Dropped]:
    """Go through what is compared, and what cannot be read."""
    seen: set[str] = set()
    for number, line, item in read_lines(path):
        if isinstance(item, Rejection):
            yield Dropped(number, item.reason, detail=item.detail)
        elif of == "functions":
            for piece, function in functions(item):
                if piece.key in seen:
                    tally.again += 1
                    continue
                seen.add(piece.key)
                named = _Named(number, f"{function.name} {piece.key}")
                yield _Row(named, _compared(piece, by), encode(function) + b"\n")
        else:
            piece = request(item) if of == "requests" else whole(item)
            yield _Row(
                _Named(number, piece.key), _compared(piece, by), line.rstrip(b"\r\n") + b"\n"
            )


def _compared(piece: Piece, by: By) -> str:
    """Give the text that is compared: masked where it is to be the very same."""
    return skeleton(piece.text, piece.values) if by == "exact" else piece.text


def _write(
    batch: list[_Row | Dropped],
    twins: Iterator[Twin | None],
    shown: list[_Named],
    kept: IO[bytes],
    gone: IO[bytes],
    tally: _Tally,
) -> None:
    """Write a batch to the two files."""
    for row in batch:
        if isinstance(row, Dropped):
            tally.unread += 1
            gone.write(encode(row) + b"\n")
        elif (twin := next(twins)) is None:
            tally.kept += 1
            kept.write(row.written)
        else:
            tally.dropped += 1
            gone.write(encode(_dropped(row.named, shown[twin.place], twin.likeness)) + b"\n")


def _dropped(named: _Named, twin: _Named, likeness: float) -> Dropped:
    return Dropped(
        line=named.line,
        reason="near_duplicate",
        id=named.id,
        twin=twin.id,
        twin_line=twin.line,
        likeness=round(likeness, 4),
    )
