"""The batches that a run has handed to a provider, noted on disk before they are waited for.

One file a batch. A note stands until every reply that came of its batch is in the journal; so a
run that is killed and goes on days later knows what it need not ask for again.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Record, decode, encode
from buttonup.store.whole import put, scratch


class Note(Record):
    """One batch, as far as it has come."""

    number: int
    """Tells the notes that stand in a folder apart."""
    file: str
    """The provider's id of the input file, of which no other batch is made."""
    keys: tuple[str, ...]
    """What was asked, by the keys of the requests."""
    noted: float
    """Unix time, in seconds, before the batch was created."""
    batch: str = ""
    """The provider's id of the batch; "" until it is known."""


class Submitted:
    """The notes in a folder, which is made where it is not there.

    Raises  BadInput for a folder that cannot be read or written, or a note that is none
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise BadInput(f"cannot write {folder}: {error.strerror}", "make room") from error

    def notes(self) -> list[Note]:
        """Read all notes, in the order of their numbers."""
        return sorted((_read(path) for path in _files(self._folder)), key=lambda n: n.number)

    def put(self, note: Note) -> None:
        """Write a note; it is on disk when this returns."""
        put(self.path(note), encode(note) + b"\n")

    def forget(self, note: Note) -> None:
        """Take a note away: nothing more is expected of its batch."""
        self.path(note).unlink(missing_ok=True)

    def scratch(self) -> BinaryIO:
        """Open a file without a name on the disk where the notes are."""
        return scratch(self._folder)

    def path(self, note: Note) -> Path:
        """Say where a note stands."""
        return self._folder / f"{note.number:05}.json"


def on_their_way(folder: Path) -> int:
    """Count the notes in a folder, which need not exist."""
    return len(_files(folder))


def _files(folder: Path) -> list[Path]:
    return list(folder.glob("*.json"))


def _read(path: Path) -> Note:
    try:
        return decode(path.read_bytes(), Note)
    except (OSError, msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BadInput(f"{path} is no note of a batch: {error}", "move it away") from error
