"""The journal: every reply that was paid for, durable before it is used.

One SQLite file (WAL, synchronous FULL) and one writer thread that commits in batches. A reply is
handed on only once the batch that holds it is on disk; killed at any instant, a run finds on its
next start every reply that it had used. Keys and headers never come here.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import quote

from buttonup.errors import BadInput
from buttonup.records import Record, Usage

BATCH = 256  # rows a commit; beyond 64 the gain is small, the fsync is what costs
GATHERING = 0.005  # seconds that the first of a batch waits for others: a commit costs 0.2 ms
APPLICATION = 0x42757455  # "ButU": marks a file as ours, so that another database is not written to

SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    model TEXT NOT NULL,
    prompt TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    request BLOB NOT NULL,
    reply BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS losses (
    number INTEGER PRIMARY KEY,
    prompt TEXT NOT NULL,
    model TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL
);
"""
VERSION = 2  # of the schema; there is no way from another
INSERT = """
INSERT INTO replies
(key, model, prompt, prompt_tokens, completion_tokens, cached_tokens, request, reply)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
"""
LOSE = "INSERT INTO losses (prompt, model, prompt_tokens, completion_tokens) VALUES (?, ?, ?, ?)"
SELECT = "SELECT reply FROM replies WHERE key = ?"
USAGE = """
SELECT prompt, model, count(*), sum(prompt_tokens), sum(completion_tokens), sum(cached_tokens)
FROM replies GROUP BY prompt, model
"""
LOST = """
SELECT prompt, model, count(*), sum(prompt_tokens), sum(completion_tokens)
FROM losses GROUP BY prompt, model
"""


class Entry(Record):
    """One reply with what it took, and the request that led to it."""

    key: str
    model: str
    prompt: str
    usage: Usage
    request: bytes
    """Canonical JSON."""
    reply: bytes
    """Canonical JSON."""


class Loss(Record):
    """A call that may have been charged for, and of which nobody knows how much it took."""

    prompt: str
    model: str
    prompt_tokens: int
    """At most."""
    completion_tokens: int
    """At most."""


class Asked(Record, omit_defaults=False):
    """What the calls of one prompt to one model took."""

    prompt: str
    model: str
    usage: Usage = Usage()
    lost: Usage = Usage()
    """Calls of which that is not known, cut off or without a count: the most they can have taken.
    """


RENEWED = 4096  # keys written before the reader takes a new look; few enough to keep in memory


class _Job(NamedTuple):
    """What to write, and who waits for it."""

    entry: Entry | Loss
    done: asyncio.Future[None] | None = None


class Journal:
    """Replies by key, in a file. A context manager: leaving it writes what is waiting.

    Raises  BadInput for a file that is damaged, another program's, or cannot be written
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._reader = _opened(path)
        self._fresh = set[str]()
        self._closed = False
        with _usable(path):
            # Used by the writer's thread alone; opened here, where a failure can be told.
            connection = sqlite3.connect(path, check_same_thread=False)
            connection.execute("PRAGMA synchronous = FULL")
        self._writer = threading.Thread(target=self._write, args=(connection,), daemon=True)
        self._writer.start()

    def get(self, key: str) -> bytes | None:
        """Give the reply under a key; None when there is none."""
        with _usable(self._path):
            if key in self._fresh or len(self._fresh) >= RENEWED:
                self._renew()
            found = self._reader.execute(SELECT, (key,)).fetchone()
        return found[0] if found else None

    def _renew(self) -> None:
        """Look at the file as it is now.

        Between two looks the reader stays in one transaction: to begin one for each look-up takes
        some times as long as the look-up. What is written meanwhile is known by its key.
        """
        self._fresh = set()
        self._reader.commit()
        self._reader.execute("BEGIN")

    def put(self, entry: Entry) -> asyncio.Future[None]:
        """Write a reply; the future is done when it is on disk. What has the key already, stays.

        The reply is written whether or not anybody awaits the future, which raises BadInput when
        the disk is full or the file cannot be written.
        """
        if self._closed:
            raise RuntimeError("the journal is closed")
        done = asyncio.get_running_loop().create_future()
        self._jobs.put(_Job(entry, done))
        return done

    def lose(self, loss: Loss) -> None:
        """Write down a call whose cost is not known; what keeps it from the disk is not told."""
        if not self._closed:
            self._jobs.put(_Job(loss))

    def usage(self) -> tuple[Asked, ...]:
        """Add up what the calls took, by prompt and model."""
        with _usable(self._path):
            self._renew()
            return _usage(self._reader)

    def close(self) -> None:
        """Write what is waiting and close the file."""
        self._closed = True
        self._jobs.put(None)
        self._writer.join()
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _write(self, connection: sqlite3.Connection) -> None:
        """Commit batches until told to stop; each waiting job learns how its batch went."""
        going_on = True
        while going_on:
            batch, going_on = self._batch()
            wrong = self._commit(connection, batch)
            if wrong is None:
                self._fresh.update(job.entry.key for job in batch if isinstance(job.entry, Entry))
            _settle(batch, wrong)
        connection.close()

    def _batch(self) -> tuple[list[_Job], bool]:
        """Take what comes (at least one job), and say whether more may come."""
        batch: list[_Job] = []
        while not batch or (len(batch) < BATCH and not self._jobs.empty()):
            if (job := self._jobs.get()) is None:
                return batch, False
            if not batch and not self._closed:
                time.sleep(GATHERING)
            batch.append(job)
        return batch, True

    def _commit(self, connection: sqlite3.Connection, batch: list[_Job]) -> BaseException | None:
        try:
            with connection:
                written = [job.entry for job in batch]
                connection.executemany(INSERT, [_row(e) for e in written if isinstance(e, Entry)])
                connection.executemany(LOSE, [_lost(e) for e in written if isinstance(e, Loss)])
        except sqlite3.Error as error:
            return BadInput(f"cannot write {self._path}: {error}", "make room and run it again")
        except BaseException as bug:  # noqa: BLE001 - raised again where the reply is awaited
            return bug
        return None


def read_usage(path: Path) -> tuple[Asked, ...]:
    """Add up what a journal's calls took, by prompt and model; () where there is no journal.

    Writes nothing: the run may be going on, or its folder may be read-only.
    """
    if not path.exists():
        return ()
    written_now = path.with_name(f"{path.name}-wal").exists()
    with _usable(path):
        if written_now:
            with suppress(sqlite3.OperationalError):  # no room for SQLite's own files: read-only
                return _usage_of_file(path, "mode=ro")
        return _usage_of_file(path, "immutable=1")


def _usage_of_file(path: Path, how: str) -> tuple[Asked, ...]:
    address = f"file:{quote(str(path.absolute()))}?{how}"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            raise _of_another_version(path)
        return _usage(connection)


def _usage(connection: sqlite3.Connection) -> tuple[Asked, ...]:
    found = {(p, model): Usage(*totals) for p, model, *totals in connection.execute(USAGE)}
    lost = {(p, model): Usage(*totals) for p, model, *totals in connection.execute(LOST)}
    return tuple(
        Asked(
            prompt=prompt,
            model=model,
            usage=found.get((prompt, model), Usage()),
            lost=lost.get((prompt, model), Usage()),
        )
        for prompt, model in sorted(found.keys() | lost.keys())
    )


def _row(entry: Entry) -> tuple[Any, ...]:
    used = entry.usage
    tokens = (used.prompt_tokens, used.completion_tokens, used.cached_tokens)
    return (entry.key, entry.model, entry.prompt, *tokens, entry.request, entry.reply)


def _lost(loss: Loss) -> tuple[Any, ...]:
    return (loss.prompt, loss.model, loss.prompt_tokens, loss.completion_tokens)


def _settle(batch: list[_Job], wrong: BaseException | None) -> None:
    """Tell those who wait how it went: each loop is woken once a batch."""
    waiting = [job.done for job in batch if job.done is not None]
    for loop in {done.get_loop() for done in waiting}:
        theirs = [done for done in waiting if done.get_loop() is loop]
        with suppress(RuntimeError):  # the loop has ended; the replies are safe all the same
            loop.call_soon_threadsafe(_tell, theirs, wrong)


def _tell(waiting: list[asyncio.Future[None]], wrong: BaseException | None) -> None:
    for done in waiting:
        if done.done():
            continue  # nobody waits any more
        if wrong is None:
            done.set_result(None)
        else:
            done.set_exception(wrong)


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        mend = "move it away, or give a new folder"
        raise BadInput(f"cannot use the journal {path}: {error}", mend) from error


def _opened(path: Path) -> sqlite3.Connection:
    with _usable(path):
        connection = sqlite3.connect(path)
        try:
            _claim(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _claim(connection: sqlite3.Connection, path: Path) -> None:
    """Make a new file a journal; refuse one that is another program's."""
    (mark,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if mark == 0 and tables == 0:
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
    elif mark != APPLICATION:
        raise BadInput(f"{path} is another program's database", "give another folder")
    elif connection.execute("PRAGMA user_version").fetchone() != (VERSION,):
        raise _of_another_version(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(SCHEMA)
    connection.commit()


def _of_another_version(path: Path) -> BadInput:
    return BadInput(f"another version of ButtonUp wrote {path}", "give a new folder")
