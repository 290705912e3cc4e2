"""How a training is shown while it goes on, and what it came to as text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from buttonup.progress import bar
from buttonup.showing.text import BARS
from buttonup.showing.wording import plain
from buttonup.train.curve import smoothed
from buttonup.train.fit import At, Watch
from buttonup.train.measured import Preferred
from buttonup.train.results import Results

WIDE = 24  # steps of the curve beside the bar
EVERY = 10.0  # seconds between two plain lines


def speaks() -> bool:
    """Say whether this process may tell how it goes: of several, the first one does."""
    return os.environ.get("RANK", "0") == "0"


@contextmanager
def shown(*, quiet: bool) -> Iterator[Watch]:
    """Give a watch that shows a training on stderr; only the first of several processes does."""
    if quiet or not speaks():
        yield lambda _at: None
    elif sys.stderr.isatty():
        with bar("step") as live:
            task, losses = live.add_task("step", total=None, told=""), list[float]()

            def watch(at: At) -> None:
                losses.append(at.point.loss)
                told = f"{sparkline(losses)} {_told(at)}"
                live.update(task, completed=at.point.step, total=at.steps, told=told)

            yield watch
    else:
        yield _Lines()


class _Lines:
    """A plain line now and then, and one for the first and the last step."""

    def __init__(self) -> None:
        self._said = -EVERY

    def __call__(self, at: At) -> None:
        if at.sitting - self._said < EVERY and at.point.step < at.steps:
            return
        self._said = at.sitting
        sys.stderr.write(f"step {at.point.step}/{at.steps}, {_told(at)}\n")


def _told(at: At) -> str:
    p = at.point
    margin = "" if p.margin is None else f", margin {p.margin:.3f}"
    margin += "" if p.held_accuracy is None else f", held back {100 * p.held_accuracy:.0f} %"
    rate = at.read / at.sitting if at.sitting else 0.0
    return f"loss {at.point.loss:.4f}{margin}, {rate:.0f} tokens/s"


def sparkline(losses: list[float]) -> str:
    """Draw the last losses, smoothed, as a line of blocks."""
    last = smoothed(losses)[-WIDE:]
    low, high = min(last, default=0.0), max(last, default=0.0)
    return "".join(BARS[int((y - low) / ((high - low) or 1) * (len(BARS) - 1))] for y in last)


def as_text(r: Results, folder: Path) -> str:
    """Say what a training came to, for a terminal."""
    pace = f"{r.tokens_a_second:.0f} tokens/s, {r.memory_mb} MB on {r.device}"
    lines = [
        f"Round {r.round}, by {r.objective}: {r.steps} steps in {r.seconds:.0f} s, {pace}",
        f"Loss     {r.first_loss:.4f} at first, {r.last_loss:.4f} at last",
        f"Tokens   {r.tokens} a time through, {r.learnt} of them learnt",
    ]
    if r.margin is not None:
        lines.append(f"Margin   {r.margin:.4f} of the chosen above the rejected, at last")
    lines += [f"Rows     {count} of {plain(source)}" for source, count in r.rows.items()]
    lines += [f"Left out {count}: {plain(reason)}" for reason, count in r.skipped.items()]
    if r.after:
        lines += ["", "Held back               before   after   (mean loss of a learnt token)"]
        for source, after in r.after.items():
            lines.append(f"  {plain(source)[:20]:20} {r.before[source]:8.4f} {after:7.4f}")
    for source, rose in r.forgotten.items():
        word = "forgotten: its loss rose" if rose > 0 else "kept: its loss fell"
        lines.append(f"  {plain(source)} is {word} by {abs(rose):.4f}")
    if r.preferred:
        lines += ["", "Pairs held back       of  preferred            95 %    loss  margin"]
        lines += [_weighed(source, p) for source, p in r.preferred.items()]
    if r.shared:
        lines += ["", f"Adapters of {r.shared} rounds are merged into {folder / 'shared'}"]
    lines += ["", f"Model    {folder / 'model'}", f"Curve    {folder / 'curve.svg'}"]
    return "\n".join(lines)


def _weighed(source: str, p: Preferred) -> str:
    between = f"{100 * p.low:.1f} to {100 * p.high:.1f}"
    told = f"{p.pairs:5}{100 * p.accuracy:9.1f} %{between:>16}{p.loss:8.4f}{p.margin:8.4f}"
    return f"  {plain(source)[:18]:18}{told}"
