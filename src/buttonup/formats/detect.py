"""Which format a row is in, and the reading of a file of rows, a line at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import Any, Protocol

import msgspec

from buttonup.errors import BadInput, Reject
from buttonup.formats import (
    axolotl,
    button,
    foreign,
    glaive,
    hermes,
    openai,
    preference,
    sharegpt,
    swift,
    toolace,
    toucan,
    trl,
    xlam,
)
from buttonup.formats.elements import elements
from buttonup.formats.tags import CALL, FINAL, TOOL, TOOL_CALL, TOOLS
from buttonup.records import Conversation, Json, Rejection, Sample, decode


class Readable(Protocol):
    """What a module of a format that can be read gives."""

    NAME: str

    def parse(self, row: dict[str, Json]) -> Conversation:
        """Read a row, ours or another's."""
        ...


class Format(Readable, Protocol):
    """What a module of a format that can be written too gives."""

    ABOUT: str
    """What a row looks like, in Markdown, for the dataset card."""

    def render(self, c: Conversation) -> dict[str, Json]:
        """Write a conversation as a row."""
        ...


FORMATS: dict[str, Format] = {
    "button": button,
    "openai": openai,
    "trl": trl,
    "axolotl": axolotl,
    "ms-swift": swift,
    "sharegpt": sharegpt,
    "hermes": hermes,
    "xlam": xlam,
}
"""The formats of an export."""

READABLE: Mapping[str, Readable] = {
    **FORMATS,
    "apigen-mt": sharegpt,
    "glaive": glaive,
    "preference": preference,
    "toolace": toolace,
    "toucan": toucan,
}
"""The formats of a check."""

MARKS = {
    "hermes": (("system", TOOLS.opens), ("assistant", TOOL_CALL.opens)),
    "glaive": (("assistant", glaive.CALL), ("system", glaive.LISTED)),
    "toolace": (("system", toolace.LISTED),),
    "button": (("system", TOOL.opens), ("assistant", CALL.opens), ("assistant", FINAL.opens)),
}
"""What tells a format of texts: who says it, and what. The rarer marks come first."""

Read = Conversation | Sample | Rejection

AHEAD = 20  # lines looked at before a file is called unrecognisable; ours


def detect(row: Json) -> str | None:
    """Tell whether a row is a "sample" of a run, in one of the READABLE formats, or None of these.

    What two formats write alike goes by the name of the more common one.
    """
    match row:
        case {"trajectory": _}:
            return "sample"
        case {"query": str(), "answers": _, "tools": _}:
            return "xlam"
        case {"chat": str()}:
            return "glaive"
        case {"chosen": list(), "rejected": list()} if preference.is_pair(row):
            return "preference"
        case {"messages": str()}:
            return "toucan"
        case {"conversations": list()}:
            return (
                _marked(row, [m for m in row["conversations"] if isinstance(m, dict)]) or "sharegpt"
            )
        case {"messages": list(messages)}:
            return _of_messages(row, messages)
    return None


def _of_messages(row: dict[str, Json], messages: list[Json]) -> str:
    found = [m for m in messages if isinstance(m, dict)]
    if any(m.get("role") in ("tool_call", "tool_response") for m in found):
        return "ms-swift"
    if any(m.keys() & {"tool_calls", "function_call"} for m in found):
        return "openai"
    marked = _marked(row, found)
    named = row.keys() & {"tools", "functions", "parallel_tool_calls"}
    return "openai" if marked is None or (named and marked == "button") else marked


def _marked(row: dict[str, Json], messages: list[dict[str, Json]]) -> str | None:
    """Tell a format whose marks stand in what the system or the assistant says."""
    said: dict[str, list[str]] = {"system": [], "assistant": []}
    for who, text in (
        (m.get("from", m.get("role")), m.get("value", m.get("content"))) for m in messages
    ):
        if isinstance(text, str):
            said.get("assistant" if who == "gpt" else str(who), []).append(text)
    if isinstance(row.get("system"), str):
        said["system"].append(row["system"])
    for name, marks in MARKS.items():
        if any(mark in text for who, mark in marks for text in said[who]):
            return name
    return "toolace" if any(map(toolace.LOOKS.match, said["assistant"])) else None


def format_named(name: str) -> Format:
    """Give the format of that name. Raises BadInput when there is none."""
    if name not in FORMATS:
        raise BadInput(f"there is no format {name!r}", f"choose one of {', '.join(FORMATS)}")
    return FORMATS[name]


def _readable(name: str) -> Readable:
    if name not in READABLE:
        raise BadInput(f"there is no format {name!r}", f"choose one of {', '.join(READABLE)}")
    return READABLE[name]


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
    known = _readable(name) if name is not None else None
    rows = ((n, line, read_line(line, n, known)) for n, line in elements(_file(path)))
    head = list(islice(rows, AHEAD))
    if not head:
        raise BadInput(f"{path} is empty", "give a file with a conversation on each line")
    if known is None and all(_strange(item) for _, _, item in head):
        raise _unrecognised(path, head[0][2])
    yield from chain(head, rows)


def _strange(item: Read) -> bool:
    return isinstance(item, Rejection) and item.reason in ("not_json", "unrecognised")


def read_line(line: bytes, number: int = 1, known: Readable | None = None) -> Read:
    """Read one line, in a format that is known or in its own.

    What cannot be read is a Rejection, with the reasons of `read`
    """

    def rejection(reason: str, detail: str) -> Rejection:
        return Rejection(stage="read", reason=reason, detail=f"line {number}: {detail}")

    try:
        row = decode(line, Any)
        kind = detect(row) if known is None else None
        if not isinstance(row, dict) or (known is None and kind is None):
            return rejection("unrecognised", _seen(row))
        if kind == "sample":
            return msgspec.convert(row, Sample)
        return (known or READABLE[str(kind)]).parse(row)
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


def _unrecognised(path: Path, first: Read) -> BadInput:
    """Say what the first row looks like instead, and what would be known."""
    seen = first.detail if isinstance(first, Rejection) else ""
    return BadInput(
        f"{path} holds no row in a known format ({seen})",
        f"rows are objects, a line each or in one array, in one of {', '.join(READABLE)}",
    )


def _file(path: Path) -> Path:
    """Give the file itself, which for a run's folder is its accepted samples."""
    if not path.is_dir():
        return path
    if not (path / "accepted.jsonl").is_file():
        raise BadInput(f"{path} is no run: it holds no accepted.jsonl", "give a run or a file")
    return path / "accepted.jsonl"
