"""The tables of the index, and putting rows into them.

sample   numbers to filter and sort by: narrow, so that a million are gone through in a moment
told     what a list shows, and where the line stands
fts      the text, and a word for each thing a sample has (contentless: it finds, and keeps nothing)
tally    how many samples have each thing, and each number of a measure
file     how far each file has been read, and what it began and ended with then
trouble  why a file cannot be read on, if it cannot
line     the lines themselves, of files in which none can be read by its place

A sample's number is that of its line, and `SECOND` more in a run's second file.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from buttonup.records import encode
from buttonup.view.filters import MEASURES, tag
from buttonup.view.index.columns import Row

VERSION = 2  # of the tables: an index of another one is made anew
SECOND = 1 << 40

TABLES = """
CREATE TABLE sample(id INTEGER PRIMARY KEY, calls INT, turns INT, messages INT, tokens INT,
                    score REAL);
CREATE TABLE told(id INTEGER PRIMARY KEY, start INT, length INT, key INT, status TEXT,
                  request TEXT, shape TEXT, worlds TEXT, failures TEXT);
CREATE INDEX told_key ON told(key);
CREATE VIRTUAL TABLE fts USING fts5(said, tags, content='', columnsize=0,
                                    tokenize='unicode61 remove_diacritics 2');
CREATE TABLE tally(kind TEXT, value TEXT, accepted INT, others INT, PRIMARY KEY(kind, value))
    WITHOUT ROWID;
CREATE TABLE file(name TEXT PRIMARY KEY, lines INT, read INT, size INT, mtime INT, mark TEXT)
    WITHOUT ROWID;
CREATE TABLE trouble(told TEXT);
CREATE TABLE line(id INTEGER PRIMARY KEY, text BLOB);
"""


class Standing(NamedTuple):
    """How far a file has been read."""

    name: str
    lines: int = 0
    read: int = 0
    """Bytes."""
    size: int = 0
    """Bytes that the file had."""
    mtime: int = 0
    """When it was last written, in nanoseconds."""
    mark: str = ""
    """Digest of its beginning and of what stands before `read`."""


class Indexed(NamedTuple):
    """A row of the index, and where its line stands."""

    id: int
    start: int
    length: int
    key: int
    row: Row


def opened(path: Path) -> sqlite3.Connection:
    """Open an index to be written; it is made where there is none, or one of another version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and version_of(path) != VERSION:
        remove(path)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("PRAGMA cache_size=-65536")
    if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
        db.executescript(f"BEGIN; {TABLES} PRAGMA user_version={VERSION}; COMMIT;")
    return db


def address(path: Path) -> str:
    """Give the address by which SQLite only reads a file."""
    return f"file:{quote(str(path.absolute()))}?mode=ro"


def version_of(path: Path) -> int:
    """Tell which version an index is of; 0 where there is none, or it is damaged."""
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(address(path), uri=True)) as db:
            return int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError:
        return 0


def remove(path: Path) -> None:
    """Take an index away."""
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def clear(db: sqlite3.Connection) -> None:
    """Take all rows away."""
    names = ("sample", "told", "tally", "file", "line", "trouble")
    db.execute("BEGIN")
    for name in names:
        db.execute(f"DELETE FROM {name}")  # noqa: S608 - our own names
    db.execute("INSERT INTO fts(fts) VALUES ('delete-all')")
    db.execute("COMMIT")


def say(db: sqlite3.Connection, trouble: str) -> None:
    """Say why a file cannot be read on; "" where it can."""
    db.execute("BEGIN")
    db.execute("DELETE FROM trouble")
    db.executemany("INSERT INTO trouble VALUES (?)", [(trouble,)] if trouble else [])
    db.execute("COMMIT")


def standings(db: sqlite3.Connection) -> dict[str, Standing]:
    """Tell how far each file has been read."""
    return {row[0]: Standing(*row) for row in db.execute("SELECT * FROM file")}


def put(
    db: sqlite3.Connection,
    rows: Sequence[Indexed],
    standing: Standing,
    lines: Iterable[tuple[int, bytes]] = (),
) -> None:
    """Put rows in, and how far their file has been read by then: all of it, or nothing."""
    db.execute("BEGIN")
    db.executemany(
        "INSERT INTO sample VALUES (?,?,?,?,?,?)",
        ((i.id, *(getattr(i.row, name) for name in MEASURES)) for i in rows),
    )
    db.executemany("INSERT INTO told VALUES (?,?,?,?,?,?,?,?,?)", map(_told, rows))
    db.executemany(
        "INSERT INTO fts(rowid, said, tags) VALUES (?,?,?)",
        ((i.id, i.row.said, " ".join(tag(k, v) for k, v in i.row.tags)) for i in rows),
    )
    db.executemany("INSERT INTO line VALUES (?,?)", lines)
    db.executemany(
        "INSERT INTO tally VALUES (?,?,?,?) ON CONFLICT DO UPDATE SET "
        "accepted = accepted + excluded.accepted, others = others + excluded.others",
        _tallied(rows),
    )
    db.execute("INSERT OR REPLACE INTO file VALUES (?,?,?,?,?,?)", standing)
    db.execute("COMMIT")


def _told(i: Indexed) -> tuple[object, ...]:
    row = i.row
    return (
        *(i.id, i.start, i.length, i.key, row.status, row.request, row.shape),
        *(" ".join(row.worlds), encode(row.failures).decode()),
    )


def _tallied(rows: Iterable[Indexed]) -> Iterable[tuple[str, str, int, int]]:
    """Count what the rows have: of accepted ones, and of others."""
    accepted, others = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in rows:
        into = accepted if one.row.status == "accepted" else others
        into.update(one.row.tags)
        into.update((name, f"{getattr(one.row, name):g}") for name in MEASURES)
    for kind, value in accepted.keys() | others.keys():
        yield kind, value, accepted[kind, value], others[kind, value]
