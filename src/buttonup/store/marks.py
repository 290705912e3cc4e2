"""What people say of samples: a mark, labels, a note. A file of lines that only grows.

Each line is all that is said of one sample, and the last one counts. A sample is known by the
digest of its line, so what is said of it stays with it wherever it stands. Whoever changes
something reads first what others wrote, under a lock, and is told it is done once it is on disk.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, get_args

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from buttonup.errors import BadInput
from buttonup.records import Record, encode
from buttonup.store.lines import cut_torn_line, read_record

Mark = Literal["keep", "drop", "star"]
MARKS: tuple[Mark, ...] = get_args(Mark)
FILE = "marks.jsonl"
LONGEST = {"label": 60, "note": 10_000}  # characters; ours
LABELS = 20  # of one sample; ours


class Said(Record):
    """All that is said of one sample."""

    sample: str
    """The first 16 hex digits of the sha256 of its line, without the line's end."""
    mark: Mark | None = None
    labels: tuple[str, ...] = ()
    note: str = ""

    @property
    def nothing(self) -> bool:
        """Whether it says nothing (any more)."""
        return not (self.mark or self.labels or self.note)


class Change(Record):
    """What is to be said of a sample from now on; what is not set stays."""

    mark: Mark | UnsetType | None = UNSET
    label: str = ""
    """One to be added."""
    unlabel: str = ""
    """One to be taken away."""
    note: str | UnsetType = UNSET


class Choice(Record):
    """Which samples are chosen by what is said of them."""

    marked: Mark | None = None
    not_marked: Mark | None = None
    labels: tuple[str, ...] = ()
    """All of these."""

    @property
    def in_words(self) -> str:
        """Say what is asked for."""
        asked = [f"marked {self.marked}"] if self.marked else []
        asked += [f"not marked {self.not_marked}"] if self.not_marked else []
        return " and ".join([*asked, *(f"labelled {label!r}" for label in self.labels)])

    def fits(self, said: Said | None) -> bool:
        """Say whether a sample of which this is said is chosen."""
        mark = said.mark if said else None
        labels = said.labels if said else ()
        return (
            self.marked in (None, mark)
            and not (self.not_marked and mark == self.not_marked)
            and set(self.labels) <= set(labels)
        )


ALL = Choice()
"""Chooses every sample."""


def sample_key(line: bytes) -> str:
    """Address the sample of a line."""
    return hashlib.sha256(line.strip()).hexdigest()[:16]


def changed(said: Said, change: Change) -> Said:
    """Say what a change comes to. Raises BadInput for a label or a note that is too long."""
    for name, text in (("label", change.label), ("note", change.note or "")):
        if len(text) > LONGEST[name]:
            raise BadInput(f"a {name} of {len(text)} characters", f"{LONGEST[name]} at most")
    added = (change.label.strip(),) if change.label.strip() else ()
    labels = [label for label in (*said.labels, *added) if label != change.unlabel]
    if len(labels) > LABELS:
        raise BadInput(f"{len(labels)} labels", f"{LABELS} at most")
    return replace(
        said,
        mark=said.mark if change.mark is UNSET else change.mark,
        labels=tuple(dict.fromkeys(labels)),
        note=said.note if change.note is UNSET else change.note.strip(),
    )


class Marks:
    """The file of what is said, read as far as it goes whenever it is asked."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._said: dict[str, Said] = {}
        self._read = 0

    def said(self) -> Mapping[str, Said]:
        """Give all that is said, by sample. Raises BadInput for a line that is no such thing."""
        if not self.path.exists():
            return {}
        with self.path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < self._read:  # another file has taken its place
                self._said, self._read = {}, 0
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # it is still being written
                said = read_record(line, Said, str(self.path))
                self._said.pop(said.sample, None)
                if not said.nothing:
                    self._said[said.sample] = said
                self._read += len(line)
        return self._said

    def change(self, sample: str, change: Change) -> Said:
        """Change what is said of a sample; it is on disk when this returns.

        Raises  BadInput where it cannot be written, or says too much
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                cut_torn_line(self.path)
                said = changed(self.said().get(sample, Said(sample)), change)
                file.write(encode(said) + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            what = f"cannot write {self.path}: {error.strerror}"
            raise BadInput(what, "make room, or start the viewer with --read-only") from error
        return said


def labels_of(said: Iterable[Said]) -> list[str]:
    """List the labels that are in use, in order of name."""
    return sorted({label for one in said for label in one.labels})
