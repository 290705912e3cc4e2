"""The curve of a training: a line for each step, and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from markupsafe import Markup

from buttonup.records import Record, encode
from buttonup.store.lines import read_records
from buttonup.store.whole import put

WIDE, TALL, LEFT, RIGHT, TOP, BOTTOM = 720, 320, 56, 16, 28, 40
SMOOTH = 0.1  # weight of a new loss in the running mean that is drawn. Ours
COLOURS = ("#9db7d5", "#1f4e8c")  # of the losses, and of their running mean
HELD = "#b3541e"  # of the losses on what is held back


class Point(Record):
    """Where a training stood after a step."""

    step: int
    loss: float
    rate: float
    """Of learning, in that step."""
    tokens: int
    """Read so far."""
    seconds: float
    """Of training so far, sittings before this one included."""
    margin: float | None = None
    """DPO: by how much the chosen turn is rewarded above the rejected one."""
    held_loss: float | None = None
    """DPO, at a checkpoint and at last: the loss on the data's pairs that are held back."""
    held_accuracy: float | None = None
    """Share of these whose chosen turn gained more than the rejected one."""


class Curve:
    """The file of points; every one is there to be read as soon as it is known."""

    def __init__(self, path: Path, upto: int) -> None:
        """Go on behind step `upto`: what stands behind it is made again."""
        self._path = path
        known = read_records(path, Point)
        self.points = list(takewhile(lambda p: p.step <= upto, known))
        put(path, b"".join(encode(p) + b"\n" for p in self.points))

    def add(self, point: Point) -> None:
        """Write a point down."""
        self.points.append(point)
        with self._path.open("ab") as file:
            file.write(encode(point) + b"\n")


def smoothed(losses: Sequence[float]) -> list[float]:
    """Give the running mean of losses, each new one with weight `SMOOTH`."""
    means = list[float]()
    for loss in losses:
        means.append(loss if not means else means[-1] + SMOOTH * (loss - means[-1]))
    return means


def as_svg(points: Sequence[Point], title: str) -> str:
    """Draw losses, their running mean and those held back, as a picture that stands alone."""
    losses = [(p.step, p.loss) for p in points]
    means = list(zip((p.step for p in points), smoothed([p.loss for p in points]), strict=True))
    held = [(p.step, p.held_loss) for p in points if p.held_loss is not None]
    top = max((loss for _, loss in (*losses, *held)), default=1.0) or 1.0
    first, last = (points[0].step, points[-1].step) if points else (0, 1)

    def at(step: int, loss: float) -> str:
        x = LEFT + (WIDE - LEFT - RIGHT) * (step - first) / max(last - first, 1)
        return f"{x:.1f},{TALL - BOTTOM - (TALL - TOP - BOTTOM) * loss / top:.1f}"

    drawn = [*zip(COLOURS, (losses, means), strict=True), *([(HELD, held)] if held else [])]
    lines = [
        Markup('<polyline fill="none" stroke="{}" stroke-width="2" points="{}"/>').format(
            colour, " ".join(at(step, loss) for step, loss in line)
        )
        for colour, line in drawn
    ]
    marks = [
        _text(LEFT, 18, title, "start"),
        *([_text(WIDE - RIGHT, 18, "held back", "end", HELD)] if held else []),
        *(
            _text(LEFT - 8, TALL - BOTTOM - (TALL - TOP - BOTTOM) * s + 4, f"{top * s:.2f}", "end")
            for s in (0, 0.5, 1)
        ),
        _text(LEFT, TALL - 14, f"step {first}", "start"),
        _text(WIDE - RIGHT, TALL - 14, f"step {last}", "end"),
    ]
    whole = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" font-family="sans-serif" '
        'font-size="13"><rect width="100%" height="100%" fill="#fff"/>{}</svg>\n'
    )
    return str(whole.format(WIDE, TALL, Markup("").join([*lines, *marks])))


def _text(x: float, y: float, words: str, anchor: str, colour: str = "#000") -> Markup:
    text = Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" fill="{}">{}</text>')
    return text.format(x, y, anchor, colour, words)
