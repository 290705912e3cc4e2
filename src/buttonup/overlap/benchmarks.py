"""What a benchmark asks and shows: BFCL as installed, its layout, a dataset, or a list of texts."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from buttonup.bottomup.text_first.seeds import records, said_in
from buttonup.errors import BadInput, Reject
from buttonup.formats import FORMATS, detect, foreign
from buttonup.overlap.pieces import said, trajectory
from buttonup.records import Conversation, Function, Json, Record, Sample

BFCL = "bfcl"
"""Names the benchmark that the package `bfcl-eval` carries, where that is installed."""

ENDINGS = (".json", ".jsonl", ".txt", ".json.gz", ".jsonl.gz")
ASIDE = frozenset({"possible_answer", "unused_datasets"})
"""Folders of BFCL's layout that hold no task that is asked."""


class Asked(NamedTuple):
    """One message that a benchmark puts to the model."""

    id: str
    text: str


class Shown(NamedTuple):
    """One function that a benchmark shows."""

    id: str
    function: Function


class SourceFile(Record):
    """A file of a benchmark, as it was read."""

    name: str
    sha256: str
    requests: int
    """User messages."""
    functions: int
    """Functions as shown, one as often as it is."""
    unread: int
    """Rows that hold neither."""


class Benchmark(NamedTuple):
    """All that a benchmark asks and shows."""

    name: str
    files: tuple[SourceFile, ...]
    asked: tuple[Asked, ...]
    shown: tuple[Shown, ...]


def read_benchmark(against: str, apart: Path | None = None) -> Benchmark:
    """Read a benchmark: `bfcl`, or the path of a file or a folder of files.

    `apart` is a folder where the package of `bfcl` is, if it is not where ours are.

    A row is a conversation in a format that `check` reads, a task as BFCL lays it out, a function,
    a conversation or a query as seed files have them, or a text. It is all held in memory.
    Raises  BadInput when it is not there, cannot be read, or holds no request and no function
    """
    name, paths = _installed_bfcl(apart) if against == BFCL else _at(Path(against))
    asked, shown, files = list[Asked](), list[Shown](), list[SourceFile]()
    for path in paths:
        held = list(_rows(path))
        asks = [one for row in held for one in row if isinstance(one, Asked)]
        shows = [one for row in held for one in row if isinstance(one, Shown)]
        unread = sum(1 for row in held if not row)
        files.append(SourceFile(path.name, sha256(path), len(asks), len(shows), unread))
        asked += asks
        shown += shows
    if not asked and not shown:
        raise BadInput(
            f"{against} holds no request and no function",
            "give a file of conversations, of texts, or in BFCL's layout",
        )
    return Benchmark(name, tuple(files), tuple(asked), tuple(shown))


def sha256(path: Path) -> str:
    """Digest a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _installed_bfcl(apart: Path | None) -> tuple[str, list[Path]]:
    """Find BFCL's data without importing it, which would make folders."""
    spec = find_spec("bfcl_eval")
    if spec is not None and spec.origin is not None:
        site = Path(spec.origin).parent.parent
    elif apart is not None and (apart / "bfcl_eval").is_dir():
        site = apart
    else:
        mend = "run: buttonup evaluate --install bfcl, or give a path"
        raise BadInput("BFCL is not installed here", mend)
    found = metadata.distributions(name="bfcl-eval", path=[str(site)])
    # where nothing tells the version, the digests of its files tell which it is
    version = next((one.version for one in found), "of unknown version")
    return f"bfcl-eval {version}", _files(site / "bfcl_eval" / "data")


def _at(path: Path) -> tuple[str, list[Path]]:
    if (path / "accepted.jsonl").is_file():
        return path.name, [path / "accepted.jsonl"]
    if path.is_dir():
        return path.name, _files(path)
    if not path.is_file():
        raise BadInput(f"there is no benchmark at {path}", "give a file, a folder or bfcl")
    return path.name, [path]


def _files(folder: Path) -> list[Path]:
    """List the files of a benchmark's folder, those of its answers left out."""
    found = (p for p in folder.rglob("*") if p.name.endswith(ENDINGS))
    return sorted(p for p in found if not ASIDE & set(p.relative_to(folder).parts))


def _rows(path: Path) -> Iterator[Sequence[Asked | Shown]]:
    """Go through the rows of a file; a row that holds nothing known is empty."""
    try:
        if path.suffix == ".txt":
            lines = enumerate(path.read_text("utf-8").splitlines(), 1)
            yield from ([Asked(f"{path.name}:{n}", line)] for n, line in lines if line.strip())
            return
        for number, raw in records(path):
            yield _row(f"{path.name}:{number}", raw)
    except (OSError, EOFError, UnicodeError, zlib.error) as wrong:
        raise BadInput(f"{path} cannot be read ({wrong})", "fetch it again") from wrong


def _row(place: str, raw: bytes) -> list[Asked | Shown]:
    """Read a row: its messages and functions are called by its id, or by its place."""
    try:
        row = msgspec.json.decode(raw)
        texts, functions = _held(row)
    except (*foreign.NOT_JSON, msgspec.ValidationError, Reject):
        return []
    id = row["id"] if isinstance(row, dict) and isinstance(row.get("id"), str) else place
    names = [id] if len(texts) == 1 else [f"{id}/{n}" for n in range(len(texts))]
    asked = [Asked(name, text) for name, text in zip(names, texts, strict=True)]
    return [*asked, *(Shown(id, function) for function in functions)]


def _held(row: Json) -> tuple[list[str], tuple[Function, ...]]:
    """Give what a row asks and shows. Rejects what the formats reject."""
    if isinstance(row, str):
        return [row], ()
    if not isinstance(row, dict):
        return [], ()
    if isinstance(row.get("question"), list):
        return _turns(row["question"]), _functions(row)
    if isinstance(row.get("name"), str) and "parameters" in row:
        return [], foreign.functions([row])
    if kind := detect(row):
        item: Sample | Conversation = (
            msgspec.convert(row, Sample) if kind == "sample" else FORMATS[kind].parse(row)
        )
        t = trajectory(item)
        return said(t), t.functions
    return said_in(row) or [], _functions(row)


def _turns(turns: list[Any]) -> list[str]:
    """Give what the user says in the turns of a BFCL task, each of which is a list of messages."""
    messages = [m for turn in turns for m in (turn if isinstance(turn, list) else [turn])]
    return said_in({"messages": messages}) or []


def _functions(row: dict[str, Json]) -> tuple[Function, ...]:
    """Give the functions that a row shows, one or a list, under the names that are usual."""
    found = next((row[key] for key in ("function", "functions", "tools") if key in row), None)
    return foreign.functions([found] if isinstance(found, dict) else found)
