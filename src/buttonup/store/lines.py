"""A file of records, one a line, that survives being killed and checks itself on the way on.

A run that goes on makes its first records again (from the journal, at no cost). The file that has
them already is walked over, not written: each record must be the line that stands there, so every
resumed run proves that it is the same run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, TypeVar

import msgspec

from buttonup.errors import BadInput
from buttonup.records import decode

T = TypeVar("T")

BUFFER = 1 << 18  # bytes gathered before they are written; samples are some 10 KB each
CHUNK = 1 << 16  # bytes looked through at a time for the end of the last whole line


class LineFile:
    """An append-only JSONL file. A context manager: leaving it puts everything on disk.

    Raises  BadInput where the file cannot be read or written, a full disk included; every line
            that was flushed before stays, and a run can go on from there
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._number = 0
        self._gathered: list[bytes] = []
        self._size = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)
            cut_torn_line(path)
            self._there: BinaryIO | None = path.open("rb")
        except OSError as error:
            raise self._unwritable(error) from error

    def write(self, line: bytes) -> None:
        """Walk over the next line when there is one, else append this one, its end included.

        Raises  RuntimeError when the line that is there is another one: then the same recipe
                made something else, which is a bug
        """
        self._number += 1
        if self._there is not None and self._walked(self._there, line):
            return
        self._gathered.append(line)
        self._size += len(line)
        if self._size > BUFFER:
            self.flush()

    def flush(self) -> None:
        """Hand what is gathered to the system, so that readers and a kill find it."""
        waiting = memoryview(b"".join(self._gathered))
        self._gathered, self._size = [], 0
        try:
            while waiting:
                waiting = waiting[self._file.write(waiting) :]
        except OSError as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Put everything on disk and close."""
        if self._there is not None:
            self._there.close()
        try:
            self.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise self._unwritable(error) from error
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
        """Say whether the record stands there already."""
        standing = there.readline()
        if standing == line:
            return True
        if standing:
            place = f"{self._path}:{self._number}"
            raise RuntimeError(f"this run's records differ from what its recipe makes: {place}")
        there.close()
        self._there = None
        return False

    def _unwritable(self, error: OSError) -> BadInput:
        what = f"cannot write {self._path}: {error.strerror}"
        return BadInput(what, "make room there and run the same command again")


def cut_torn_line(path: Path) -> None:
    """Cut off what a kill or a full disk left of a line."""
    with path.open("r+b") as file:
        end = whole = file.seek(0, os.SEEK_END)
        found = 0
        while whole and not found:
            whole = max(0, whole - CHUNK)
            file.seek(whole)
            found = file.read(CHUNK).rfind(b"\n") + 1
        if whole + found < end:
            file.truncate(whole + found)


class Stretch(NamedTuple):
    """Whole lines of a file that stand together: a worker process reads its part of a file so."""

    path: Path
    first: int
    """Number of the first line, from 0."""
    start: int
    """Where it begins, in bytes."""
    lines: int


STRETCH = 100
"""Lines of a stretch; ours: of samples they are some 3 MB, and take some 20 ms."""


def stretches(path: Path, wanted: Callable[[bytes], bool] | None = None) -> Iterator[Stretch]:
    """Cut a file into stretches of `STRETCH` lines; none where there is no file.

    Where not all are `wanted`, into shorter ones of the lines that are.
    """
    lines, first, start = whole_lines(path), 0, 0
    while part := list(islice(lines, STRETCH)):
        yield from _wanted(Stretch(path, first, start, len(part)), part, wanted)
        first, start = first + len(part), start + sum(map(len, part))


def _wanted(
    stretch: Stretch, lines: Sequence[bytes], wanted: Callable[[bytes], bool] | None
) -> Iterator[Stretch]:
    """Cut the lines of a stretch that are not wanted out of it."""
    if wanted is None:
        yield stretch
        return
    path, first, start, _ = stretch
    for there, group in groupby(lines, wanted):
        part = list(group)
        if there:
            yield Stretch(path, first, start, len(part))
        first, start = first + len(part), start + sum(map(len, part))


def read_stretch(stretch: Stretch, want: type[T], name: str = "") -> Iterator[T]:
    """Go through the records of a stretch, as `read_records` does."""
    with stretch.path.open("rb") as file:
        file.seek(stretch.start)
        for number, line in enumerate(islice(file, stretch.lines), start=stretch.first + 1):
            yield read_record(line, want, f"{stretch.path}:{number}", name)


def read_records(path: Path, want: type[T], name: str = "") -> Iterator[T]:
    """Go through the records of a file that may be missing, or still be written to.

    `want` may be a part of the record that is called `name`: what it leaves out is skipped unread.
    Raises  BadInput for a line that is no such record, with its place
    """
    for number, line in enumerate(whole_lines(path), start=1):
        yield read_record(line, want, f"{path}:{number}", name)


def whole_lines(path: Path) -> Iterator[bytes]:
    """Give the lines that are written to their end; none where there is no file."""
    if path.exists():
        with path.open("rb") as file:
            yield from (line for line in file if line.endswith(b"\n"))


def read_record(line: bytes, want: type[T], where: str, name: str = "") -> T:
    """Read one record, or a part of the one called `name`.

    Raises  BadInput, naming `where`, for what is none
    """
    try:
        return decode(line, want)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(
            f"{where} is not a {name or want.__name__}: {error}",
            "what a run writes is not to be edited",
        ) from error
