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
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self, TypeAlias

from buttonup.errors import BadInput
from buttonup.records import Record, Usage

BATCH = 256  # rows a commit; PERF: beyond 64 the gain is small, the fsync is what costs

SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    prompt TEXT NOT NULL,
    prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    request BLOB NOT NULL,
    reply BLOB NOT NULL
) STRICT
"""
APPLICATION = 0x42757455  # "ButU": marks a file as ours, so that another database is not written to


class Entry(Record):
    """One reply with what it took, and the request that led to it."""

    key: str
    prompt: str
    usage: Usage
    request: bytes
    """Canonical JSON."""
    reply: bytes
    """Canonical JSON."""


_Job: TypeAlias = tuple[Entry, "Future[None]"]


class Journal:
    """Replies by key, in a file. A context manager: leaving it writes what is waiting."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._reader = _opened(path)
        self._writer = threading.Thread(target=self._write, name="journal", daemon=True)
        self._writer.start()

    def get(self, key: str) -> bytes | None:
        """Give the reply under a key; None when there is none."""
        found = self._reader.execute("SELECT reply FROM replies WHERE key = ?", (key,)).fetchone()
        return bytes(found[0]) if found else None

    async def put(self, entry: Entry) -> None:
        """Write a reply; returns when it is on disk. A key that is there already is kept as it is.

        Raises  BadInput when the disk is full or the file cannot be written
        """
        done: Future[None] = Future()
        self._jobs.put((entry, done))
        await asyncio.wrap_future(done)

    def usage(self) -> dict[str, Usage]:
        """Add up what the replies took, by prompt."""
        rows = self._reader.execute(
            "SELECT prompt, count(*), sum(prompt_tokens), sum(completion_tokens),"
            " sum(cached_tokens) FROM replies GROUP BY prompt ORDER BY prompt"
        )
        return {name: Usage(*totals) for name, *totals in rows}

    def close(self) -> None:
        """Write what is waiting and close the file."""
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

    def _write(self) -> None:
        """Commit batches until told to stop; each waiting job learns how its batch went."""
        connection = sqlite3.connect(self._path)
        connection.execute("PRAGMA synchronous = FULL")
        while (first := self._jobs.get()) is not None:
            batch, last = [first], False
            while len(batch) < BATCH and not self._jobs.empty():
                job = self._jobs.get()
                if last := job is None:
                    break
                batch.append(job)
            self._commit(connection, batch)
            if last:
                break
        connection.close()

    def _commit(self, connection: sqlite3.Connection, batch: list[_Job]) -> None:
        try:
            with connection:
                connection.executemany(
                    "INSERT OR IGNORE INTO replies (key, prompt, prompt_tokens, completion_tokens,"
                    " cached_tokens, request, reply) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [_row(entry) for entry, _ in batch],
                )
        except sqlite3.Error as error:
            wrong = BadInput(f"cannot write {self._path}: {error}", "make room and run it again")
            for _, done in batch:
                _settle(done, wrong)
        else:
            for _, done in batch:
                _settle(done, None)


def _settle(done: Future[None], wrong: BadInput | None) -> None:
    if not done.set_running_or_notify_cancel():
        return  # nobody waits any more; the reply is safe all the same
    if wrong is None:
        done.set_result(None)
    else:
        done.set_exception(wrong)


def _row(entry: Entry) -> tuple[str, str, int, int, int, bytes, bytes]:
    used = entry.usage
    tokens = (used.prompt_tokens, used.completion_tokens, used.cached_tokens)
    return (entry.key, entry.prompt, *tokens, entry.request, entry.reply)


def read_usage(path: Path) -> dict[str, Usage]:
    """Add up what a journal's replies took, by prompt; {} where there is no journal."""
    if not path.exists():
        return {}
    with Journal(path) as journal:
        return journal.usage()


def _opened(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if mark == 0 and tables == 0:
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
        elif mark != APPLICATION:
            connection.close()
            raise BadInput(f"{path} is another program's database", "give another folder")
        connection.execute(SCHEMA)
        connection.commit()
    except sqlite3.Error as error:
        raise BadInput(f"cannot open the journal {path}: {error}", "move it away") from error
    return connection
