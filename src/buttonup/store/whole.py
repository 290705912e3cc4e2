"""Files that are there whole, or not at all; and those that have no name and go with us."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from buttonup.errors import BadInput


def put(path: Path, content: bytes) -> None:
    """Write a file whole, or not at all; it is on disk when this returns.

    Where two write it at once, the file is that of the one which is done last.
    Raises  BadInput where the disk is full or the folder cannot be written
    """
    draft = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or a power cut may leave the new name on an empty file
        draft.replace(path)
        _sync(path.parent)
    except OSError as error:
        with suppress(OSError):  # or what is left of a full disk goes to half a file
            draft.unlink()
        raise _unwritable(path, error) from error


def _sync(folder: Path) -> None:
    """Put a folder's names on disk: a power cut must not take a new one away again."""
    names = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(names)
    finally:
        os.close(names)


def scratch(folder: Path) -> BinaryIO:
    """Open a file without a name, on the disk of a folder; it goes when it is closed."""
    try:
        return tempfile.TemporaryFile(dir=folder)
    except OSError as error:
        raise _unwritable(folder, error) from error


def append(file: BinaryIO, content: bytes) -> None:
    """Write to such a file. Raises BadInput where the disk is full."""
    try:
        file.write(content)
        file.flush()  # so that a full disk is found here
    except OSError as error:
        raise _unwritable("what a batch needs", error) from error


def _unwritable(what: object, error: OSError) -> BadInput:
    return BadInput(f"cannot write {what}: {error.strerror}", "make room")
