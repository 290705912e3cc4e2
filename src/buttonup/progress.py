"""How the progress of long work is shown: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

EVERY = 10.0  # seconds between two plain lines


class Tell(Protocol):
    """Takes how much is done, of how much, and what else there is to say of it."""

    def __call__(self, done: int, of: int, told: str = "", /) -> None:
        """Show it."""


@contextmanager
def shown(what: str, *, quiet: bool) -> Iterator[Tell]:
    """Show on stderr how many are `what` ("judged"), for as long as the context lasts."""
    if quiet:
        yield lambda _done, _of, _told="": None
    elif sys.stderr.isatty():
        with bar(what) as live:
            task = live.add_task(what, total=None, told="")
            yield lambda done, of, told="": live.update(task, completed=done, total=of, told=told)
    else:
        yield _Lines(what)


def bar(what: str) -> Progress:
    """Give a bar with room for words behind it, `told`."""
    return Progress(
        TextColumn(what, markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}", markup=False),  # it has words of an endpoint
        _Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


class _Rate(ProgressColumn):
    """How many a second; nothing until there are some."""

    def render(self, task: Task) -> Text:
        """Say the rate."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


class _Lines:
    """A plain line now and then, and one at the end."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = self._said = time.monotonic()
        self._last: tuple[int, int, str] | None = None

    def __call__(self, done: int, of: int, told: str = "", /) -> None:
        now, at = time.monotonic(), (done, of, told)
        if (now - self._said < EVERY and done < of) or at == self._last:  # a batch may take hours
            return
        self._said, self._last = now, at
        rate = done / max(now - self._started, 1e-9)
        parts = [f"{done}/{of} {self._what}", told, f"{rate:.1f}/s"]
        if rate:
            parts.append(f"{(of - done) / rate:.0f} s left")
        sys.stderr.write(", ".join(filter(None, parts)) + "\n")
