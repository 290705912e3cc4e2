"""Plots as inline SVG, from data alone; every text goes in escaped.

A plot is as wide as what holds it. Its colours are classes of the page's style sheet, so that they
follow light and dark. Figures stand in the plot, or show on hover (`<title>`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from buttonup.engine.variety import Histogram
from buttonup.showing.wording import plain

WIDE, TALL = 360, 168  # of a histogram: as wide as a phone shows text at its true size
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 10, 40
Link = Callable[[int, int | None], str]
"""Gives the address for values from one to another, both included; None: from there on."""

MOST_BARS = 40
"""Bars of a histogram; the last one holds all beyond. Ours."""


def bar(count: float, most: float) -> Markup:
    """Draw a bar for a cell of a table, which has the figure beside it."""
    share = 100 * count / most if most else 0
    return Markup(
        '<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="track" width="100" height="8"/>'
        '<rect class="fill" width="{:.2f}" height="8"/></svg>'
    ).format(share)


def histogram(h: Histogram, title: str, unit: str, link: Link | None = None) -> Markup:
    """Draw a histogram: ranges to the right, samples upwards. Empty for no counts.

    Where there is a `link`, a bar leads to what it gives for the bar's first and last value.
    """
    bars = _bars(h)
    if not bars:
        return Markup("")
    most = max(count for _, _, count in bars)
    slot = (WIDE - LEFT - RIGHT) / len(bars)
    top = _round_up(most)
    high = TALL - TOP - BOTTOM
    drawn = []
    for i, (start, label, count) in enumerate(bars):
        x, wide = LEFT + i * slot + min(1, slot / 10), slot - min(2, slot / 5)
        fill = _filled(x, TALL - BOTTOM, wide, high * count / top)
        told = Markup("<title>{} {}: {:,}</title>").format(label, plain(unit), count)
        if link is None or not count:
            drawn.append(Markup("<g>{}{}</g>").format(told, fill))
            continue
        end = None if i == len(bars) - 1 and "more" in label else start + h.step - 1
        whole = Markup('<rect class="hit" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>')
        drawn.append(
            Markup('<a href="{}">{}{}{}</a>').format(
                link(start, end), told, whole.format(x, TOP, wide, high), fill
            )
        )
    about = f"{title}: median {h.median:,.0f}, most {h.most:,} {unit}"
    parts = [*_grid(top, high), *drawn, *_below(bars, slot, unit)]
    return _svg(WIDE, TALL, about, parts, "group" if link else "img")


def _filled(x: float, foot: float, wide: float, high: float) -> Markup:
    bar = Markup('<rect class="fill" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
    return bar.format(x, foot - high, wide, high)


def heat_map(grid: Mapping[str, Mapping[str, int]], rows: Sequence[str], title: str) -> Markup:
    """Draw counts by row and whole number: the more, the deeper the colour; figures inside."""
    columns = sorted({int(column) for row in rows for column in grid[row]})
    if not columns:
        return Markup("")
    most = max(count for row in rows for count in grid[row].values())
    shown = columns if len(columns) <= MOST_COLUMNS else columns[: MOST_COLUMNS - 1]
    names, side, head = 190, 46, 26
    parts = []
    for x, column in enumerate([*map(str, shown), *(["more"] if shown != columns else [])]):
        at = names + x * side + side / 2
        parts.append(_text(at, head - 9, column, "middle"))
    for y, row in enumerate(rows):
        parts.append(_text(names - 10, head + y * 32 + 20, plain(row, 28), "end"))
        cells = {str(c): grid[row].get(str(c), 0) for c in shown}
        if shown != columns:
            cells["more"] = sum(grid[row].get(str(c), 0) for c in columns if c not in shown)
        for x, (column, count) in enumerate(cells.items()):
            parts.append(_cell(names + x * side, head + y * 32, count, most, f"{row}, {column}"))
    wide = names + side * (len(shown) + (shown != columns)) + 4
    return _svg(max(wide, 480), head + 32 * len(rows) + 2, title, parts)


MOST_COLUMNS = 15  # of the heat map; what is beyond stands in one, "more"


def _cell(x: float, y: float, count: int, most: int, where: str) -> Markup:
    strength = 0.06 + 0.4 * count / most if count else 0
    drawn = Markup(
        '<g><title>{} calls: {:,}</title><rect class="cell" x="{}" y="{}" width="44" height="30"'
        ' fill-opacity="{:.3f}"/>{}</g>'
    )
    told = _text(x + 22, y + 19, f"{count:,}", "middle", "figure") if count else Markup("")
    return drawn.format(plain(where), count, x, y, strength, told)


def _bars(h: Histogram) -> list[tuple[int, str, int]]:
    """List every range from the first to the last, the empty ones too: start, label, count."""
    if not h.counts:
        return []
    counts = {int(start): count for start, count in h.counts.items()}
    first, last = min(counts), max(counts)
    ends = min(last, first + (MOST_BARS - 1) * h.step)
    starts = range(first, ends + 1, h.step)
    bars = [(start, _range(start, h.step), counts.get(start, 0)) for start in starts]
    beyond = sum(count for start, count in counts.items() if start > ends)
    if beyond:
        start, _, count = bars[-1]
        bars[-1] = (start, f"{start:,} and more", count + beyond)
    return bars


def _range(start: int, step: int) -> str:
    return f"{start:,}" if step == 1 else f"{start:,} to {start + step - 1:,}"


def _grid(top: int, high: float) -> list[Markup]:
    """Draw the lines at nothing, half and all of the scale, with their figures."""
    parts = []
    for share in (0.0, 0.5, 1.0):
        y = TALL - BOTTOM - high * share
        line = Markup('<line class="rule" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>')
        parts.append(line.format(LEFT, WIDE - RIGHT, y, y))
        if top * share == int(top * share):
            parts.append(_text(LEFT - 6, y + 4, _short(int(top * share)), "end"))
    return parts


def _below(bars: Sequence[tuple[int, str, int]], slot: float, unit: str) -> list[Markup]:
    """Write the starts of the ranges under the axis, as many as there is room for."""
    labels = [_short(start) for start, _, _ in bars]
    room = max(1, -(-int(max(map(len, labels)) * 7.5 + 8) // max(int(slot), 1)))
    parts = [
        _text(LEFT + i * slot + slot / 2, TALL - BOTTOM + 15, labels[i], "middle")
        for i in range(0, len(labels), room)
    ]
    return [*parts, _text((LEFT + WIDE - RIGHT) / 2, TALL - 6, unit, "middle", "unit")]


def _round_up(most: int) -> int:
    """Give the next of 2, 4, 6, 8 and 10 times a power of ten: half of it is whole from 2 on."""
    power = 1
    while most > 10 * power:
        power *= 10
    steps = (0, 2, 4, 6, 8, 10)
    return next(b * power for a, b in pairwise(steps) if a * power < most <= b * power)


def _short(n: int) -> str:
    """Write a figure for an axis: 1,200 is short enough, 120000 is 120k."""
    return f"{n / 1000:g}k" if n >= LONG and n % 100 == 0 else f"{n:,}"


LONG = 10_000  # from here a figure is too long for its place


def _text(x: float, y: float, words: str, anchor: str, of: str = "axis") -> Markup:
    text = Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>')
    return text.format(of, x, y, anchor, plain(words))


def _svg(
    wide: float, tall: float, about: str, parts: Sequence[Markup], role: str = "img"
) -> Markup:
    """Write a picture; the parts of one that is a group, such as links, are told one by one."""
    whole = Markup('<svg class="plot" viewBox="0 0 {} {}" role="{}" aria-label="{}">{}</svg>')
    return whole.format(wide, tall, role, plain(about), Markup("").join(parts))
