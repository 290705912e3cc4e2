"""A file of records, one a line, that survives being killed and checks itself on the way on.

A run that goes on makes its first records again (from the journal, at no cost). The file that has
them already is walked over, not written: each record must be the line that stands there, so every
resumed run proves that it is the same run.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from buttonup.errors import BadInput
from buttonup.records import Record, encode

BUFFER = 1 << 18  # bytes; samples are some 10 KB each


class LineFile:
    """An append-only JSONL file. A context manager: leaving it puts everything on disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0
        path.parent.mkdir(parents=True, exist_ok=True)
        self._there: BinaryIO | None = path.open("rb") if path.exists() else None
        self._file = path.open("ab", buffering=BUFFER)

    def write(self, record: Record) -> None:
        """Walk over the next line when there is one, else append the record.

        Raises  RuntimeError when the line that is there is another record: then the same recipe
                made something else, which is a bug; BadInput when the disk is full
        """
        self._number += 1
        line = encode(record) + b"\n"
        if self._there is not None and self._walked(self._there, line):
            return
        try:
            self._file.write(line)
        except OSError as error:
            raise self._full(error) from error

    def flush(self) -> None:
        """Hand what is buffered to the system, so that readers and a kill find it."""
        try:
            self._file.flush()
        except OSError as error:
            raise self._full(error) from error

    def close(self) -> None:
        """Put everything on disk and close."""
        if self._there is not None:
            self._there.close()
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._full(error) from error
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _walked(self, there: BinaryIO, line: bytes) -> bool:
        """Say whether the record stands there already; at the end, cut off a torn line."""
        start = there.tell()
        standing = there.readline()
        if standing == line:
            return True
        if standing.endswith(b"\n"):
            raise RuntimeError(
                f"{self._path}:{self._number} is not the record that its recipe makes"
            )
        there.close()
        self._there = None
        self._file.truncate(start)
        return False

    def _full(self, error: OSError) -> BadInput:
        return BadInput(
            f"cannot write {self._path}: {error.strerror}", "make room and run it again"
        )
