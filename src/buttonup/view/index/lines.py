"""A file of samples, line by line, each with where it stands; from any line on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """A line, and where it stands."""

    number: int
    """From 1."""
    start: int
    """In bytes."""
    line: bytes


def lines_from(path: Path, number: int, start: int, *, torn: bool) -> Iterator[Place]:
    """Give the lines that are not blank, from one on; a last one without an end only if `torn`."""
    with path.open("rb") as file:
        file.seek(start)
        for line in file:
            if not (torn or line.endswith(b"\n")):
                return
            if line.strip():
                yield Place(number, start, line)
            number, start = number + 1, start + len(line)


def line_at(path: Path, start: int, length: int) -> bytes:
    """Read one line again."""
    with path.open("rb") as file:
        file.seek(start)
        return file.read(length)
