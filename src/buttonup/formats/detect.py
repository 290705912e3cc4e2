"""Which format a row is in, and the reading of a file of rows, a line at a time."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Literal, Protocol, cast

import msgspec

from buttonup.errors import BadInput, Reject
from buttonup.formats import button, foreign, openai
from buttonup.formats.tags import CALL, FINAL, TOOL
from buttonup.records import Conversation, Json, Rejection, Sample, decode


class Format(Protocol):
    """What a module of a format gives."""

    NAME: str
    ABOUT: str
    """What a row looks like, in Markdown, for the dataset card."""

    def render(self, c: Conversation) -> dict[str, Json]:
        """Write a conversation as a row."""
        ...

    def parse(self, row: dict[str, Json]) -> Conversation:
        """Read a row back."""
        ...


FORMATS: dict[str, Format] = {"button": button, "openai": openai}

Kind = Literal["sample", "button", "openai"]
Read = Conversation | Sample | Rejection

AHEAD = 20  # lines looked at before a file is called unrecognisable; ours
_KEY = re.compile(rb'\{\s*"(\w{1,40})"\s*:')
MAGIC = b"\x1f\x8b"  # the first two bytes of a gzip file


def detect(row: Json) -> Kind | None:
    """Tell whether a row is a sample of a run, a conversation in a format, or None of them."""
    if not isinstance(row, dict):
        return None
    if "trajectory" in row:
        return "sample"
    if not isinstance(row.get("messages"), list):
        return None
    if row.keys() & {"tools", "functions", "parallel_tool_calls"}:
        return "openai"
    return "button" if any(map(_tagged, row["messages"])) else "openai"


def format_named(name: str) -> Format:
    """Give the format of that name. Raises BadInput when there is none."""
    if name not in FORMATS:
        raise BadInput(f"there is no format {name!r}", f"choose one of {', '.join(FORMATS)}")
    return FORMATS[name]


def read(path: Path, name: str | None = None) -> Iterator[tuple[int, Read]]:
    """Read a file, gzipped or not, or a run's folder: each line's number and what it holds.

    A line that cannot be read is a Rejection (stage "read"), and reading goes on. With a `name`
    every line is read in that format; without, each line's own is detected.
    Raises   BadInput when the file is missing, empty or damaged, or nothing in its first lines
             is recognised
    Rejects  "not_json", "unrecognised", "off_schema", and what the formats reject
    """
    return ((number, item) for number, _, item in read_lines(path, name))


def read_lines(path: Path, name: str | None = None) -> Iterator[tuple[int, bytes, Read]]:
    """Do as `read` does, and give the line itself too."""
    known = format_named(name) if name is not None else None
    rows = ((number, line, _item(number, line, known)) for number, line in _lines(path))
    head = list(islice(rows, AHEAD))
    if not head:
        raise BadInput(f"{path} is empty", "give a file with a conversation on each line")
    if known is None and all(_strange(item) for _, _, item in head):
        raise _unrecognised(path, head)
    yield from chain(head, rows)


def _strange(item: Read) -> bool:
    return isinstance(item, Rejection) and item.reason in ("not_json", "unrecognised")


def _tagged(message: Json) -> bool:
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, str):
        return False
    marks = {"system": (TOOL.opens,), "assistant": (CALL.opens, FINAL.opens)}
    return any(mark in content for mark in marks.get(str(message.get("role")), ()))


def _item(number: int, line: bytes, known: Format | None) -> Read:
    def rejection(reason: str, detail: str) -> Rejection:
        return Rejection(stage="read", reason=reason, detail=f"line {number}: {detail}")

    try:
        row = decode(line, Any)
        kind = detect(row) if known is None else known.NAME
        if kind is None or not isinstance(row, dict):
            return rejection("unrecognised", _seen(row))
        if kind == "sample":
            return msgspec.convert(row, Sample)
        return FORMATS[kind].parse(row)
    except Reject as reject:
        return rejection(reject.reason, reject.detail)
    except RecursionError:
        return rejection("too_deep", "nested past all use")
    except msgspec.ValidationError as error:
        return rejection("off_schema", str(error))
    except (msgspec.DecodeError, UnicodeError) as error:
        return rejection("not_json", str(error))


def _seen(row: Json) -> str:
    if not isinstance(row, dict):
        return f"not an object: {foreign.shown(row)}"
    return f"an object with the keys {foreign.shown(list(row))}"


def _unrecognised(path: Path, head: list[tuple[int, bytes, Read]]) -> BadInput:
    """Say what the first lines look like instead, and what to do with that."""
    mend = f'rows are objects with "messages", in one of the formats {", ".join(FORMATS)}'
    _, first, item = head[0]
    if first.lstrip().startswith(b"["):
        key = _KEY.search(b"".join(line for _, line, _ in head))
        rows = f' of objects with "{key[1].decode()}"' if key else ""
        return BadInput(
            f"{path} is one JSON array{rows}, not a row a line",
            f"split it with `jq -c '.[]'`; {mend}",
        )
    seen = item.detail if isinstance(item, Rejection) else ""
    return BadInput(f"{path} holds no row in a known format ({seen})", mend)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Give the lines that are not blank, with their numbers from 1."""
    number = 0
    try:
        with _file(path).open("rb") as raw:
            zipped = raw.peek(2)[:2] == MAGIC
            lines = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if zipped else raw
            for number, line in enumerate(lines, 1):
                text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if text.strip():
                    yield number, text
    except FileNotFoundError as error:
        raise BadInput(f"there is no file {path}", "check the path") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise BadInput(
            f"{path} is damaged after line {number}: {error}", "fetch it again"
        ) from error
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}", "check the path") from error


def _file(path: Path) -> Path:
    """Give the file itself, which for a run's folder is its accepted samples."""
    if not path.is_dir():
        return path
    if not (path / "accepted.jsonl").is_file():
        raise BadInput(f"{path} is no run: it holds no accepted.jsonl", "give a run or a file")
    return path / "accepted.jsonl"
