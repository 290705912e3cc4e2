"""The rows of a file as bytes: its lines, or the elements of one JSON array, gzipped or not.

Of a Parquet file, they are its rows.

Either way a file of any size is read in little memory: an array is cut at the commas between its
elements, and nothing but the element at hand is kept.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from buttonup.errors import BadInput
from buttonup.formats import parquet

MAGIC = b"\x1f\x8b"  # the first two bytes of a gzip file
BOM = b"\xef\xbb\xbf"
CHUNK = 1 << 20  # bytes read at a time; ours
LARGEST = 1 << 28  # bytes of one element; what is larger is no row but a bracket never closed. Ours

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*("?)|[\[\]{},]', re.DOTALL)
"""A string as far as it goes, or a mark between values; group 1 is empty in a string cut off."""


def elements(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give the rows that are not blank, each with its number from 1: of its line, or in the array.

    Raises  BadInput when the file is missing, unreadable or damaged
    """
    number = 0
    try:
        with path.open("rb") as raw:
            head = raw.peek(4)[:4]
            zipped = head.startswith(MAGIC)
            file = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if zipped else raw
            found = parquet.rows_in(path) if head == parquet.MAGIC else _cut(file, path)
            for number, element in enumerate(found, 1):
                if element.strip():
                    yield number, element
    except FileNotFoundError as error:
        raise BadInput(f"there is no file {path}", "check the path") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadInput(
            f"{path} is damaged after line {number}: {error}", "fetch it again"
        ) from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}", "check the path") from error


def _cut(file: IO[bytes], path: Path) -> Iterator[bytes]:
    """Cut a file into its lines, or where it begins with a bracket, into its elements."""
    begun = file.readline(CHUNK).removeprefix(BOM)  # an array may be one line, of any length
    while begun and not begun.strip():
        yield begun
        begun = file.readline(CHUNK)
    if begun.lstrip().startswith(b"["):
        yield from _of_array(begun, file, path)
        return
    if len(begun) >= CHUNK - len(BOM) and not begun.endswith(b"\n"):
        begun += file.readline(LARGEST)
    while begun:
        if len(begun) >= LARGEST and not begun.endswith(b"\n"):
            raise _endless(path)
        yield begun
        begun = file.readline(LARGEST)


def _endless(path: Path) -> BadInput:
    return BadInput(f"{path} has a row without an end", "write one row a line")


def _of_array(begun: bytes, file: IO[bytes], path: Path) -> Iterator[bytes]:  # noqa: C901 - one loop
    """Cut an array at the commas of its own level; what follows it is one more, broken, element."""
    buffer, at, depth, start = begun, 0, 0, 0
    while True:
        for token in _TOKEN.finditer(buffer, at):
            match token[0][:1]:
                case b'"' if not token[1]:
                    at = token.start()
                    break
                case b"[" | b"{":
                    depth += 1
                    start = token.end() if depth == 1 else start
                case b"]" | b"}":
                    depth -= 1
                case b",":
                    if depth == 1:
                        yield buffer[start : token.start()]
                        start = token.end()
            if depth == 0 and token[0] in b"]}":
                yield buffer[start : token.start()]
                yield buffer[token.end() :] + file.read(CHUNK)
                return
        else:
            at = len(buffer)
        more = file.read(CHUNK)
        if not more:
            yield buffer[start:]
            return
        buffer, at, start = buffer[start:] + more, at - start, 0
        if len(buffer) > LARGEST:
            raise _endless(path)
