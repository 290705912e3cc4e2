"""Counts a run while it is looked at: its report, and how fast it grows.

A report takes a second for some ten thousand samples, so a process of its own counts it while
pages are served; it gives way to the run. A run that has ended has left its report.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
import tomllib
from collections import deque
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from buttonup.engine.report import Report
from buttonup.errors import BadInput
from buttonup.model.prices import cost, read_prices
from buttonup.records import Usage, decode
from buttonup.store.journal import read_usage
from buttonup.store.rundir import ACCEPTED, FAILED, GIVEN_UP, PRICES

COUNT = (
    "import os, sys; os.nice(10); sys.path[:] = sys.argv[2:]; from pathlib import Path; "
    "from buttonup.dataset.folder import report; from buttonup.records import encode; "
    "sys.stdout.buffer.write(encode(report(Path(sys.argv[1]))))"
)
AGAIN = 5  # a report is counted again after so many times the seconds that the last one took. Ours
LATELY = 60.0  # seconds over which the rate is taken
QUIET = 30.0  # seconds without a line after which a run that has not ended is called stopped. Ours
WRITTEN = (ACCEPTED, FAILED, GIVEN_UP, "journal.sqlite-wal")

State = Literal["running", "stopped", "ended"]


class Standing(NamedTuple):
    """How a run stands."""

    state: State
    wanted: int | None
    given_up: int
    rate: float
    """Accepted samples a second, lately."""
    left: float | None
    """Seconds until it has what is wanted, at that rate."""
    dollars: float | None
    """What it has cost; None where a model has no price."""
    calls: int


class Counting:
    """What is counted of one run, kept until it has grown."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._report: Report | None = None
        self._of: tuple[int, ...] = ()
        self._next = 0.0
        self._busy = False
        self.trouble = ""
        """Why the report could not be counted; "" where it could."""
        self._seen: deque[tuple[float, int]] = deque()
        self._given_up = _Lines(folder / GIVEN_UP)
        self._paid = _Paid(folder)

    # --- the report -------------------------------------------------------------------------------

    def report(self) -> Report | None:
        """Give the latest report there is; None until the first one has been counted."""
        sizes = _sizes(self._folder)
        with self._lock:
            if self._of != sizes and not self._busy and time.monotonic() >= self._next:
                if (left := _left(self._folder)) is not None:
                    self._report, self._of = left, sizes
                else:
                    self._busy = True
                    threading.Thread(target=self._count, args=(sizes,), daemon=True).start()
            return self._report

    def _count(self, sizes: tuple[int, ...]) -> None:
        began = time.monotonic()
        command = [sys.executable, "-c", COUNT, str(self._folder.resolve()), *sys.path]
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - ourselves
        took = time.monotonic() - began
        with self._lock:
            if done.returncode == 0:
                self._report, self.trouble = decode(done.stdout, Report), ""
            else:
                self.trouble = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
            self._of = sizes
            self._next = time.monotonic() + AGAIN * took
            self._busy = False

    # --- live -------------------------------------------------------------------------------------

    def standing(self, accepted: int) -> Standing:
        """Tell how the run stands; `accepted` are its accepted samples as far as they are known."""
        now, state, wanted = time.monotonic(), _state(self._folder), _wanted(self._folder)
        with self._lock:
            self._seen.append((now, accepted))
            while self._seen[0][0] < now - LATELY:
                self._seen.popleft()
            (then, before), given_up = self._seen[0], self._given_up.count()
            dollars, calls = self._paid.now()
        rate = (accepted - before) / (now - then) if now > then and state == "running" else 0.0
        left = max(wanted - accepted, 0) / rate if wanted is not None and rate else None
        return Standing(state, wanted, given_up, rate, left, dollars, calls)


class _Lines:
    """Counts the lines of a file that grows; what was counted is not read again."""

    def __init__(self, path: Path) -> None:
        self._path, self._read, self._lines = path, 0, 0

    def count(self) -> int:
        if not self._path.exists():
            return 0
        if self._path.stat().st_size < self._read:
            self._read = self._lines = 0
        with self._path.open("rb") as file:
            file.seek(self._read)
            while chunk := file.read(1 << 20):
                self._read += len(chunk)
                self._lines += chunk.count(b"\n")
        return self._lines


class _Paid:
    """Adds up what a run has cost, as seldom as it takes long."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._next = folder, 0.0
        self._told: tuple[float | None, int] = (0.0, 0)

    def now(self) -> tuple[float | None, int]:
        began = time.monotonic()
        if began >= self._next:
            self._told = self._add_up()
            self._next = time.monotonic() + AGAIN * (time.monotonic() - began)
        return self._told

    def _add_up(self) -> tuple[float | None, int]:
        taken: dict[str, Usage] = {}
        try:
            for row in read_usage(self._folder / "journal.sqlite"):
                taken[row.model] = taken.get(row.model, Usage()) + row.usage
            path = self._folder / PRICES
            dollars = cost(taken, read_prices(path) if path.exists() else {})
        except BadInput:
            return None, 0  # of another version: the overview says so where it counts the report
        calls = sum(usage.calls for usage in taken.values())
        return None if dollars is None else float(dollars), calls


# --- what the folder tells -----------------------------------------------------------------------


def _sizes(folder: Path) -> tuple[int, ...]:
    names = (ACCEPTED, FAILED, GIVEN_UP, "report.json")
    paths = (folder / name for name in names)
    return tuple(path.stat().st_size if path.exists() else -1 for path in paths)


def _left(folder: Path) -> Report | None:
    """Read the report that a run left when it ended, unless it has gone on since."""
    if _state(folder) != "ended":
        return None
    try:
        return decode((folder / "report.json").read_bytes(), Report)
    except msgspec.DecodeError:
        return None  # of another version: it is counted anew


def _state(folder: Path) -> State:
    """Tell whether a run has ended, is going on, or was stopped, by when its files were written."""
    times = [p.stat().st_mtime for name in WRITTEN if (p := folder / name).exists()]
    last = max(times, default=0.0)
    report = folder / "report.json"
    if report.exists() and report.stat().st_mtime >= last:
        return "ended"
    return "running" if time.time() - last < QUIET else "stopped"


def _wanted(folder: Path) -> int | None:
    try:
        wanted = tomllib.loads((folder / "recipe.toml").read_text("utf-8")).get("n")
    except (OSError, ValueError):
        return None
    return wanted if isinstance(wanted, int) else None
