"""Fills an index, in a process of its own: pages are looked at while it works.

It goes on where it was when a file grew, and begins anew when a file is another one. As long as
its stdin is open it looks for more: so it follows a run that writes, and ends when its parent ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import select
import sqlite3
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

from buttonup.chunks import in_chunks
from buttonup.errors import BadInput
from buttonup.formats import read_line
from buttonup.formats.elements import BOM, MAGIC, elements
from buttonup.formats.parquet import MAGIC as PARQUET
from buttonup.view.index import tables
from buttonup.view.index.columns import key_of, row_of, row_of_line
from buttonup.view.index.lines import Place, lines_from
from buttonup.view.index.tables import Indexed, Standing
from buttonup.view.sources import Part, Source, open_source

FIRST = 200  # samples that are indexed before the first page: it shows some at once. Ours
BATCH = 1000  # samples put in at a time: what a kill makes to be read again. Ours
EVERY = 0.5  # seconds between two looks for more
BEGINNING = 60  # times that another viewer is waited for which has just begun an index
EDGE = 1 << 16  # bytes at the beginning and at the end that tell whether a file is the same

SERVE = (
    "import sys; sys.path[:] = sys.argv[2:]; from buttonup.view.index.build import serve; "
    "serve(sys.argv[1])"
)


def start(source: Source) -> Popen[bytes]:
    """Start the process that fills the index of a source; it ends when its stdin is closed."""
    command = [sys.executable, "-c", SERVE, str(source.path.resolve()), *sys.path]
    return Popen(command, stdin=PIPE, stdout=DEVNULL, start_new_session=True)  # noqa: S603 - ourselves


def serve(path: str) -> None:
    """Fill the index of what a path holds, and follow it until stdin ends."""
    os.nice(5)  # those who look at pages come first
    source = open_source(Path(path))
    while not _ended(EVERY / 10):
        with _alone(source.index) as alone:
            if not alone:
                continue  # another viewer fills it
            with closing(tables.opened(source.index)) as db:
                _follow(db, source)
                return


def _follow(db: sqlite3.Connection, source: Source) -> None:
    """Put in what comes until stdin ends; say why, where a file cannot be read on."""
    told = None
    while True:
        try:
            fill(db, source, ended=lambda: _ended(0))
            trouble = ""
        except BadInput as error:
            trouble = str(error)
        except FileNotFoundError as error:
            trouble = f"{error.filename} is not there any more"
        if trouble != told:
            tables.say(db, trouble)
            told = trouble
        if _ended(EVERY):
            return


def begin(source: Source) -> None:
    """Index the first samples, in this process, unless they are.

    Raises  BadInput where the index cannot be written
    """
    try:
        with _alone(source.index) as alone:
            if alone:
                with closing(tables.opened(source.index)) as db:
                    fill(db, source, FIRST)
                return
    except (OSError, sqlite3.OperationalError) as error:
        what = f"cannot write the index {source.index}: {error}"
        raise BadInput(what, "make room, or set XDG_CACHE_HOME to a folder for it") from error
    for _ in range(BEGINNING):
        if tables.version_of(source.index) == tables.VERSION:
            return
        time.sleep(EVERY)
    what = f"another process is making {source.index} and does not get on"
    raise BadInput(what, "end it, and start again")


def _ended(seconds: float) -> bool:
    """Wait, and say whether stdin has ended meanwhile."""
    ready, _, _ = select.select([sys.stdin], [], [], seconds)
    return bool(ready) and not os.read(sys.stdin.fileno(), 1)


@contextmanager
def _alone(index: Path) -> Iterator[bool]:
    """Say whether nobody else fills the index, and keep others from it meanwhile."""
    index.parent.mkdir(parents=True, exist_ok=True)
    with index.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


# --- what is there -------------------------------------------------------------------------------


def fill(
    db: sqlite3.Connection,
    source: Source,
    most: int | None = None,
    ended: Callable[[], bool] = lambda: False,
) -> None:
    """Put in what the files have and the index has not, until it has `most` samples of each.

    `ended` is asked after every batch whether to leave it at that.
    """
    there = tables.standings(db)
    known = {part.name: there.get(part.name, Standing(part.name)) for part in source.parts}
    if not all(_same_or_grown(part, known[part.name]) for part in source.parts):
        tables.clear(db)
        known = {part.name: Standing(part.name) for part in source.parts}
    for part in source.parts:
        left = None if most is None else max(most - known[part.name].lines, 0)
        if part.path.exists() and left != 0:
            _read_on(db, source, part, known[part.name], left, ended)


def _same_or_grown(part: Part, known: Standing) -> bool:
    """Say whether a file is the one that was indexed, or that one grown longer."""
    if not known.lines:
        return True
    if not part.path.exists():
        return False
    stat = part.path.stat()
    if (known.size, known.mtime) == (stat.st_size, stat.st_mtime_ns):
        return True
    return stat.st_size > known.read and _mark(part.path, known.read) == known.mark != ""


def _mark(path: Path, read: int) -> str:
    """Digest the beginning of a file, and what stands before the place up to which it was read.

    "" where that is in the middle of a line: a file that goes on there has become another one.
    """
    with path.open("rb") as file:
        head = file.read(min(EDGE, read))
        file.seek(max(0, read - EDGE))
        tail = file.read(min(EDGE, read))
    return hashlib.sha256(head + tail).hexdigest()[:24] if tail.endswith(b"\n") else ""


# --- reading on ----------------------------------------------------------------------------------


def _read_on(
    db: sqlite3.Connection,
    source: Source,
    part: Part,
    known: Standing,
    most: int | None,
    ended: Callable[[], bool],
) -> None:
    """Index a file from where it was left, a batch at a time."""
    stat = part.path.stat()
    packed = is_packed(part.path)
    if packed and known.read == stat.st_size:
        return
    places = _unpacked(part.path, known.lines) if packed else _plain(source, part, known)
    for batch in in_chunks(islice(places, most), BATCH):
        last = batch[-1]
        read = 0 if packed else last.start + len(last.line)
        known = Standing(
            part.name, last.number, read, stat.st_size, stat.st_mtime_ns,
            "" if packed else _mark(part.path, read),
        )  # fmt: skip
        rows = [_indexed(place, part, run=source.run) for place in batch]
        kept = (
            (row.id, zlib.compress(place.line, 1)) for row, place in zip(rows, batch, strict=False)
        )
        tables.put(db, rows, known, kept if packed else ())
        if ended():
            return
    if packed and most is None:
        tables.put(db, (), known._replace(read=stat.st_size))


def is_packed(path: Path) -> bool:
    """Say whether no line of a file can be read by its place: it is compressed, or one array."""
    with path.open("rb") as file:
        head = file.read(1 << 12)
    return head.startswith((MAGIC, PARQUET, BOM)) or head.lstrip().startswith(b"[")


def _plain(source: Source, part: Part, known: Standing) -> Iterator[Place]:
    return lines_from(part.path, known.lines + 1, known.read, torn=not source.run)


def _unpacked(path: Path, after: int) -> Iterator[Place]:
    return (Place(number, 0, line) for number, line in elements(path) if number > after)


def _indexed(place: Place, part: Part, *, run: bool) -> Indexed:
    row = (
        row_of_line(place.line) if run else row_of(read_line(place.line, place.number), place.line)
    )
    id = part.before + place.number
    return Indexed(id, place.start, len(place.line), key_of(place.line), row)
