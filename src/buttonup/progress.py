"""How a run's progress is shown: a live line on a terminal, plain lines elsewhere, or nothing."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

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

from buttonup import dataset
from buttonup.dataset import Watch
from buttonup.model.batching import Standing

MOST = 160  # characters of what is the matter with an endpoint
EVERY = 10.0  # seconds between two plain lines


@contextmanager
def shown(*, quiet: bool) -> Iterator[Watch]:
    """Give a watch that shows progress on stderr, for as long as the context lasts."""
    if quiet:
        yield lambda _at: None
    elif sys.stderr.isatty():
        with _bar() as bar:
            task = bar.add_task("samples", total=None, told="")
            yield lambda at: bar.update(
                task, completed=at.accepted, total=at.wanted, told=_told(at)
            )
    else:
        yield _Lines()


def _bar() -> Progress:
    return Progress(
        TextColumn("accepted"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}", markup=False),  # it has words of an endpoint
        _Rate(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


class _Rate(ProgressColumn):
    """Accepted samples a second; nothing until there are some."""

    def render(self, task: Task) -> Text:
        """Say the rate."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


class _Lines:
    """A plain line now and then, and one at the end."""

    def __init__(self) -> None:
        self._started = self._said = time.monotonic()
        self._told: dataset.Progress | None = None

    def __call__(self, at: dataset.Progress) -> None:
        now = time.monotonic()
        if now - self._said < EVERY and at.accepted < at.wanted:
            return
        if at == self._told:
            return  # a batch may take hours
        self._said, self._told = now, at
        rate = at.accepted / max(now - self._started, 1e-9)
        left = f", {(at.wanted - at.accepted) / rate:.0f} s left" if rate else ""
        sys.stderr.write(f"{at.accepted}/{at.wanted} accepted, {_told(at)}, {rate:.1f}/s{left}\n")


def _told(at: dataset.Progress) -> str:
    calls = f", {at.calls} model calls{_cost(at)}" if at.calls else ""
    batches = f", {_of_batches(at.standing)}" if at.standing and at.standing.batches else ""
    trouble = f"; {at.trouble[:MOST]}" if at.trouble else ""
    return f"{at.failed} failed a gate, {at.rejected} given up{calls}{batches}{trouble}"


def _of_batches(standing: Standing) -> str:
    out = "1 batch" if standing.batches == 1 else f"{standing.batches} batches"
    failed = f", {standing.failed} failed" if standing.failed else ""
    return f"{out} out ({standing.done} of {standing.requests} requests done{failed})"


def _cost(at: dataset.Progress) -> str:
    """Say what the run has cost so far; a model without a price is named."""
    lacking = f" (no price: {', '.join(at.unpriced)})" if at.unpriced else ""
    return f", ${at.dollars:.4f}{lacking}"
