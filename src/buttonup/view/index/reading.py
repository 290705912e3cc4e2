"""What pages ask of an index: a page of a list, how many there are, what is beside a sample."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from buttonup.errors import BadInput
from buttonup.records import decode
from buttonup.view.filters import Filter, Kind, Measure, as_sql
from buttonup.view.index.columns import key_of
from buttonup.view.index.lines import line_at
from buttonup.view.index.tables import Standing, address
from buttonup.view.sources import Source

PAGE = 50  # samples of a page; ours
MOST = 10_000  # samples that are counted; beyond, "more than" is said. Ours


class Listed(NamedTuple):
    """A sample as a list shows it."""

    id: int
    status: str
    request: str
    shape: str
    worlds: str
    failures: tuple[str, ...]
    key: int
    calls: int
    turns: int
    messages: int
    tokens: int
    score: float


class Page(NamedTuple):
    """Some samples of a list that stand together."""

    rows: tuple[Listed, ...]
    before: bool
    """Whether there are some before these."""
    after: bool


@dataclass(frozen=True, slots=True)
class Found:
    """How many samples a filter lets through."""

    count: int
    more: bool = False
    """Whether there are more, which were not counted."""


class Progress(NamedTuple):
    """How far the index has come."""

    samples: int
    about: int
    """Samples that there are, by the bytes read so far; 0 where that cannot be told."""
    done: bool
    trouble: str = ""
    """Why it does not go on; "" where it does."""

    @property
    def behind(self) -> int:
        """Samples that are not indexed yet, as far as can be told."""
        return max(self.about - self.samples, 0)


class Tallied(NamedTuple):
    """How many samples have one thing."""

    value: str
    accepted: int
    others: int

    @property
    def all(self) -> int:
        """All of them."""
        return self.accepted + self.others


class Chosen(NamedTuple):
    """Samples that a person marked, of which a list is to be, or of which it is not to be."""

    ids: tuple[int, ...]
    inside: bool = True


class Index:
    """An index that is read, while it may still be filled."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def page(
        self, f: Filter, chosen: Chosen | None = None, at: int | None = None, *, back: bool = False
    ) -> Page:
        """Give the samples of a filter after the one numbered `at`, or before it with `back`.

        Without `at`: the first ones, or with `back` the last ones.
        """
        with _open(self.source.index) as db:
            found = _ids(db, f, chosen, at, PAGE + 1, back=back)
            rows = _listed(db, found[:PAGE])
        more = len(found) > PAGE
        if back:
            return Page(rows[::-1], before=more, after=at is not None)
        return Page(rows, before=at is not None, after=more)

    def beside(self, f: Filter, at: int, chosen: Chosen | None = None) -> list[int | None]:
        """Give the numbers of the samples before and after one in a list, where there are some."""
        with _open(self.source.index) as db:
            ends = [_ids(db, f, chosen, at, 1, back=back) for back in (True, False)]
        return [found[0] if found else None for found in ends]

    def count(self, f: Filter, chosen: Chosen | None = None) -> Found:
        """Count the samples of a filter: of a search or of several conditions up to `MOST`."""
        with _open(self.source.index) as db:
            if f.plain and chosen is None:
                return Found(sum(one.all for one in _tallied(db, "status")))
            if f == Filter(has=f.has[:1], sort=f.sort) and chosen is None:
                [(kind, value)] = f.has
                return Found(sum(one.all for one in _tallied(db, kind, value)))
            tables, where, values, _ = _query(f, chosen)
            counted = f"SELECT count(*) FROM (SELECT 1 FROM {tables} WHERE {where} LIMIT ?)"  # noqa: S608
            [count] = db.execute(counted, (*values, MOST + 1)).fetchone()
        return Found(min(count, MOST), more=count > MOST)

    def listed(self, id: int) -> Listed:
        """Give what a list shows of one sample. Raises BadInput when there is no such sample."""
        with _open(self.source.index) as db:
            found = _listed(db, [id])
        if not found:
            what = f"there is no sample {self.source.called(id)!r}"
            raise BadInput(what, "go back to the list; it may not be indexed yet")
        return found[0]

    def line(self, id: int) -> bytes:
        """Read the line of a sample again, from its file.

        Raises  BadInput when there is none, or its file is gone or has become another one
        """
        path, missing = self.source.place(id)[0].path, self.source.called(id)
        with _open(self.source.index) as db:
            kept = db.execute("SELECT text FROM line WHERE id = ?", (id,)).fetchone()
            told = "SELECT start, length, key FROM told WHERE id = ?"
            place = db.execute(told, (id,)).fetchone()
        if not place:
            raise BadInput(f"there is no sample {missing!r}", "go back to the list")
        if kept:
            return zlib.decompress(kept[0])
        start, length, key = place
        try:
            line = line_at(path, start, length)
        except OSError as error:
            raise BadInput(f"{path} cannot be read: {error.strerror}", "put it back") from error
        if key_of(line) != key:
            raise BadInput(f"{path} has changed", "it is indexed anew; look again in a moment")
        return line

    def ids_of(self, keys: Sequence[int]) -> tuple[int, ...]:
        """Give the numbers of the samples whose lines have these addresses."""
        wanted = "SELECT id FROM told WHERE key IN (SELECT value FROM json_each(?)) ORDER BY id"
        with _open(self.source.index) as db:
            return tuple(id for (id,) in db.execute(wanted, (json.dumps(list(keys)),)))

    def tallied(self, kind: Kind | Measure, limit: int = -1) -> tuple[Tallied, ...]:
        """Count samples by what they have, the most frequent first."""
        with _open(self.source.index) as db:
            return _tallied(db, kind, limit=limit)

    def progress(self) -> Progress:
        """Tell how far the index has come."""
        with _open(self.source.index) as db:
            rows = db.execute("SELECT * FROM file").fetchall()
            samples = sum(one.all for one in _tallied(db, "status"))
            trouble = " ".join(told for (told,) in db.execute("SELECT told FROM trouble"))
        standings = {row[0]: Standing(*row) for row in rows}
        about, done = 0, True
        for part in self.source.parts:
            size = part.path.stat().st_size if part.path.exists() else 0
            known = standings.get(part.name, Standing(part.name))
            behind = size > known.read and not (self.source.run and _torn(part.path, known.read))
            done = done and not behind
            about += round(known.lines * size / known.read) if known.read else 0
        return Progress(samples, samples if done else about, done, trouble)


def _torn(path: Path, at: int) -> bool:
    """Say whether what stands from a place on is a line that is still being written."""
    with path.open("rb") as file:
        file.seek(at)
        return not file.readline(1 << 20).endswith(b"\n")


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    db = sqlite3.connect(address(path), uri=True)
    try:
        yield db
    finally:
        db.close()


def _query(
    f: Filter, chosen: Chosen | None, *, sorted_by: str = ""
) -> tuple[str, str, list[str | float], str]:
    """Give the tables of a filter, its conditions, what stands for their marks, and the id."""
    query = as_sql(f)
    wide = bool(f.within or sorted_by)
    tables = "fts CROSS JOIN sample ON sample.id = fts.rowid" if wide else "fts"
    tables, id = (tables, "fts.rowid") if query.searched else ("sample", "sample.id")
    where, values = list(query.where), list(query.values)
    if chosen is not None:
        inside = "IN" if chosen.inside else "NOT IN"
        where.append(f"{id} {inside} (SELECT value FROM json_each(?))")  # noqa: S608 - our words
        values.append(json.dumps(chosen.ids))
    return tables, " AND ".join(where) or "1", values, id


def _ids(
    db: sqlite3.Connection,
    f: Filter,
    chosen: Chosen | None,
    at: int | None,
    limit: int,
    *,
    back: bool,
) -> list[int]:
    """List the samples of a filter in its order, from one on."""
    by = f.sort.lstrip("-")
    down = f.sort.startswith("-") != back
    tables, where, values, id = _query(f, chosen, sorted_by=by)
    order, sign = ("DESC", "<") if down else ("ASC", ">")
    if at is not None and by:
        where += f" AND (sample.{by}, {id}) {sign} ((SELECT {by} FROM sample WHERE id = ?), ?)"  # noqa: S608
        values += [at, at]
    elif at is not None:
        where += f" AND {id} {sign} ?"
        values.append(at)
    ordered = f"sample.{by} {order}, {id} {order}" if by else f"{id} {order}"
    found = f"SELECT {id} FROM {tables} WHERE {where} ORDER BY {ordered} LIMIT ?"  # noqa: S608
    return [one for (one,) in db.execute(found, (*values, limit))]


def _listed(db: sqlite3.Connection, ids: Sequence[int]) -> tuple[Listed, ...]:
    """Give what a list shows of samples, in the order of their numbers as given."""
    wanted = """SELECT id, status, request, shape, worlds, failures, key,
                       calls, turns, messages, tokens, score
                FROM told JOIN sample USING (id) WHERE id IN (SELECT value FROM json_each(?))"""
    found = {}
    for id, status, request, shape, worlds, failures, *numbers in db.execute(
        wanted, (json.dumps(ids),)
    ):
        read = decode(failures, tuple[str, ...])
        found[id] = Listed(id, status, request, shape, worlds, read, *numbers)
    return tuple(found[id] for id in ids if id in found)


def _tallied(
    db: sqlite3.Connection, kind: Kind | Measure, value: str | None = None, limit: int = -1
) -> tuple[Tallied, ...]:
    wanted = "SELECT value, accepted, others FROM tally WHERE kind = ?"
    if value is not None:
        return tuple(map(Tallied._make, db.execute(f"{wanted} AND value = ?", (kind, value))))
    ordered = f"{wanted} ORDER BY accepted + others DESC, value LIMIT ?"
    return tuple(map(Tallied._make, db.execute(ordered, (kind, limit))))
