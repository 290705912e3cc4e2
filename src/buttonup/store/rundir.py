"""A run is a folder: the recipe as run, the journal, the records by stage, the report.

recipe.toml       the recipe, in full
identity          digest of what decides the samples
journal.sqlite    every model reply
tools.sqlite      every answer of a user's own tools
learned.toml      what was learned of them
prices.toml       what the models cost that were asked, as last counted
accepted.jsonl    samples that passed every gate
rejected.jsonl    samples that failed one, with their verdicts
rejections.jsonl  items given up before they became a sample
records/          what the stages before made, a file a stage
marks.jsonl       what people say of samples: marks, labels, notes
batches/          batches that are on their way at a provider, a file each
report.json       the funnel
"""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from msgspec import Raw
from msgspec.structs import replace

from buttonup.errors import BadInput
from buttonup.once import once
from buttonup.records import Function, Record, Rejection, Sample, encode
from buttonup.store.journal import Journal
from buttonup.store.lines import LineFile
from buttonup.store.submitted import Submitted
from buttonup.store.whole import put

BEGUN = re.compile(r"\.lock|identity\.\d+\.part")
"""What a run that was killed in its first instant leaves behind."""


class Line(NamedTuple):
    """A record as it is written, and the file of the run's folder that it belongs to."""

    file: str
    text: bytes


PRICES, LEARNED, ANSWERS = "prices.toml", "learned.toml", "tools.sqlite"
ACCEPTED, FAILED, GIVEN_UP = "accepted.jsonl", "rejected.jsonl", "rejections.jsonl"


def line_of(record: Record, stage: str) -> Line:
    """Give the line of what a stage made: a sample, an item given up, or something on the way."""
    match record:
        case Sample():
            return Line(ACCEPTED if record.accepted else FAILED, _encoded(record) + b"\n")
        case Rejection():
            file = GIVEN_UP
        case _:
            file = f"records/{stage}.jsonl"
    return Line(file, encode(record) + b"\n")


def _encoded(sample: Sample) -> bytes:
    """Encode a sample. The functions shown are most of it, and of a few hundred: each is put in."""
    t = sample.trajectory
    shown: Any = tuple(map(_function, t.blueprint.functions))  # JSON stands for what it is of
    return encode(
        replace(sample, trajectory=replace(t, blueprint=replace(t.blueprint, functions=shown)))
    )


@once(4096)
def _function(function: Function) -> Raw:
    return Raw(encode(function))


class RunDir:
    """An open run folder. Records are written in the order in which they are given."""

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self.path = path
        self._stack = stack
        self._files: dict[str, LineFile] = {}

    def journal(self) -> Journal:
        """Open the journal of this run."""
        return self._stack.enter_context(Journal(self.path / "journal.sqlite"))

    def answers(self) -> Journal:
        """Open the journal of what a user's own tools answered."""
        return self._stack.enter_context(Journal(self.path / ANSWERS))

    def write_learned(self, learned: str) -> None:
        """Write down what was learned of a user's own tools."""
        put(self.path / LEARNED, learned.encode())

    def submitted(self) -> Submitted:
        """Open the notes of this run's batches."""
        return Submitted(self.path / "batches")

    def write(self, line: Line) -> None:
        """Write a line to its file."""
        self._file(line.file).write(line.text)

    def flush(self) -> None:
        """Hand all that is buffered to the system."""
        for file in self._files.values():
            file.flush()

    def write_prices(self, prices: str) -> None:
        """Write down what the models cost that are asked."""
        put(self.path / PRICES, prices.encode())

    def write_report(self, report: Record) -> None:
        """Write the report whole, or not at all."""
        put(self.path / "report.json", encode(report) + b"\n")

    def _file(self, name: str) -> LineFile:
        if name not in self._files:
            self._files[name] = self._stack.enter_context(LineFile(self.path / name))
        return self._files[name]


@contextmanager
def open_run(path: Path, recipe: str, identity: str) -> Iterator[RunDir]:
    """Open a run folder: a new one, or one of the same identity to go on with.

    Raises  BadInput when the folder holds another run or other files, or a process works in it
    """
    try:
        _refuse_another(path, identity)
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / ".lock").open("w")
    except OSError as error:
        raise BadInput(f"cannot use {path}: {error.strerror}", "give another --out") from error
    with lock, ExitStack() as stack:
        _lock(lock, path)
        _refuse_another(path, identity)  # again: another process may just have begun a run here
        put(path / "identity", f"{identity}\n".encode())  # first: it makes the folder a run
        put(path / "recipe.toml", recipe.encode())
        yield RunDir(path, stack)


def _refuse_another(path: Path, identity: str) -> None:
    if path.exists() and not path.is_dir():
        raise BadInput(f"{path} is a file", "give a folder to --out")
    mark = path / "identity"
    if mark.exists():
        if mark.read_bytes().strip() != identity.encode():
            raise BadInput(
                f"{path} holds a run of another recipe",
                "give another --out, or the recipe that stands in its recipe.toml",
            )
    elif path.is_dir() and any(not BEGUN.fullmatch(p.name) for p in path.iterdir()):
        raise BadInput(f"{path} holds files that are no run", "give a new folder to --out")


def _lock(lock: TextIO, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise BadInput(f"another process is working in {path}", "wait for it") from error
