"""What is looked at: a run's folder, or a file that `check` reads."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from buttonup import formats
from buttonup.engine.report import MARKS as RUN_MARKS
from buttonup.errors import BadInput
from buttonup.store.marks import FILE as MARKS_FILE
from buttonup.store.rundir import ACCEPTED, FAILED
from buttonup.view.index.tables import SECOND


class Part(NamedTuple):
    """A file of samples, and the number of the sample before its first one."""

    name: str
    path: Path
    before: int


@dataclass(frozen=True, slots=True)
class Source:
    """What is looked at."""

    path: Path
    parts: tuple[Part, ...]
    index: Path
    """Where its index is."""
    marks: Path
    """Where what people say of its samples is."""
    run: bool
    """Whether it is a run's folder: its samples are as this package wrote them."""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.resolve().name

    def place(self, id: int) -> tuple[Part, int]:
        """Tell in which file a sample stands, and the number of its line."""
        part = self.parts[-1] if id > SECOND else self.parts[0]
        return part, id - part.before

    def called(self, id: int) -> str:
        """Name a sample in an address: "accepted-17", "rejected-3"; of a file "17"."""
        part, number = self.place(id)
        return f"{Path(part.name).stem}-{number}" if self.run else str(number)

    def id_of(self, called: str) -> int:
        """Give the number of a sample that an address names. Raises BadInput for no such name."""
        stem, _, number = called.rpartition("-")
        for part in self.parts:
            if stem == (Path(part.name).stem if self.run else "") and number.isdecimal():
                return part.before + int(number[:12])
        raise BadInput(f"there is no sample {called[:40]!r}", "go back to the list")


def open_source(path: Path) -> Source:
    """Tell what a path holds.

    Raises  BadInput where there is nothing, a folder that is no run, or a file that `check` cannot
            read
    """
    if path.is_dir():
        return _run(path)
    if not path.exists():
        raise BadInput(f"there is no file or folder {path}", "check the path")
    next(formats.read(path))  # raises for what is in no format
    marks = path.with_name(f"{path.name}.{MARKS_FILE}")
    return Source(path, (Part(path.name, path, 0),), _cached(path), marks, run=False)


def _run(path: Path) -> Source:
    if not any((path / mark).exists() for mark in RUN_MARKS):
        mend = "name the folder that `buttonup run --out` made, or a file"
        raise BadInput(f"{path} holds no run", mend)
    parts = (Part(ACCEPTED, path / ACCEPTED, 0), Part(FAILED, path / FAILED, SECOND))
    index = path / "view" / "index.sqlite" if os.access(path, os.W_OK) else _cached(path)
    return Source(path, parts, index, path / MARKS_FILE, run=True)


def _cached(path: Path) -> Path:
    """Tell where the index of something outside a run is: in the user's cache, by its path."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:24]
    return root / "buttonup" / "view" / f"{name}.sqlite"
