"""The task's dependency graph: which call does which sub-task, and a drawing of it.

Nodes are the sub-tasks, or the calls where no sub-task is known. A layer is what can be done once
the layers above it are done; a node has a line of its own with its words beside it, and a place in
its layer from left to right. So any number of nodes is readable on a phone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from buttonup.gates.seen import seen
from buttonup.records import Trajectory
from buttonup.view.sample.sources import Sources
from buttonup.view.sample.visible import legible

ROW, LANE, EDGE = 40, 16, 12  # heights and widths of the drawing, in its own units
WIDE = 340
LANES = 8  # places of a layer from left to right; what is beyond shares the last one
DOT = 5
A_CHARACTER = 6.4  # width of one in the drawing's letters


@dataclass(frozen=True, slots=True)
class Item:
    """A node: a sub-task, or a call."""

    name: str
    """The functions that it calls; "reasons" where it calls none."""
    words: str
    calls: tuple[int, ...] = ()
    """The calls that were made for it, counted from the first of the conversation."""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes, and which needs which."""

    items: tuple[Item, ...]
    edges: tuple[tuple[int, int], ...]
    of: str
    """"sub-tasks" or "calls"."""


def graph(t: Trajectory, found: Sources) -> Graph:
    """Give the graph of a conversation: of its sub-tasks, or of its calls where none is known."""
    task = t.blueprint.task
    if not task.subtasks:
        return _of_calls(t, found)
    steps = steps_of(t)
    items = tuple(
        Item(_functions(t, i), one.text, tuple(n for n, step in enumerate(steps) if step == i))
        for i, one in enumerate(task.subtasks)
    )
    there = range(len(items))
    return Graph(
        items, tuple((i, j) for i, j in task.edges if i in there and j in there), "sub-tasks"
    )


def steps_of(t: Trajectory) -> tuple[int | None, ...]:
    """Say of every call which sub-task it is made for; None where that is not known.

    By the plan; where there is none, by the functions that each sub-task needs, in their order.
    """
    index, taken = seen(t), set[int]()
    steps: list[int | None] = []
    for made in index.calls:
        if index.plan:
            places = [n for n in index.planned[made.nth] if n not in taken]
            place = next(iter(places or index.planned[made.nth]), None)
            taken.update(() if place is None else (place,))
            steps.append(None if place is None else index.plan[place][0])
        else:
            steps.append(_step_needing(t, made.call.name, steps))
    return tuple(steps)


def _step_needing(t: Trajectory, name: str, steps: Sequence[int | None]) -> int | None:
    needing = [i for i, names in enumerate(t.blueprint.needs) if name in names]
    return next((i for i in needing if i not in steps), needing[-1] if needing else None)


def _functions(t: Trajectory, i: int) -> str:
    needs = t.blueprint.needs[i] if i < len(t.blueprint.needs) else ()
    return ", ".join(needs) or "reasons"


def _of_calls(t: Trajectory, found: Sources) -> Graph:
    """Join calls by what one's arguments take from another's result."""
    index = seen(t)
    answered = {made.answered: made.nth for made in index.calls if made.answered is not None}
    named = {
        name: answered[at]
        for at, names in found.results.items()
        if at in answered
        for name in names.values()
    }
    edges = {
        (named[trace.source], nth)
        for nth, traces in found.traces.items()
        for trace in traces.values()
        if trace.kind == "result" and trace.source in named
    }
    items = tuple(Item(made.call.name, made.call.raw, (made.nth,)) for made in index.calls)
    return Graph(items, tuple(sorted(edges)), "calls")


# --- layout -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is drawn: its layer, its line from the top, its place from the left."""

    layer: int
    row: int
    lane: int


def layers(count: int, edges: Iterable[tuple[int, int]]) -> tuple[int, ...]:
    """Give each node's layer: one below the lowest of those that it needs.

    An edge that goes back (in hostile data) is left out: i needs to stand before j.
    """
    layer = [0] * count
    for i, j in sorted(edges, key=lambda edge: edge[1]):
        if i < j:
            layer[j] = max(layer[j], layer[i] + 1)
    return tuple(layer)


def places(count: int, edges: Sequence[tuple[int, int]]) -> tuple[Place, ...]:
    """Lay the nodes out: by layer, and within it under what they need."""
    of = layers(count, edges)
    lanes = [0] * count
    rows = [0] * count
    row = 0
    for layer in range(max(of, default=-1) + 1):
        mine = [n for n in range(count) if of[n] == layer]
        above = {n: [lanes[i] for i, j in edges if j == n and i < n] for n in mine}
        mine.sort(key=lambda n: (sum(above[n]) / len(above[n]) if above[n] else 0, n))
        for lane, n in enumerate(mine):
            lanes[n], rows[n] = min(lane, LANES - 1), row
            row += 1
    return tuple(map(Place, of, rows, lanes))


# --- drawing ------------------------------------------------------------------------------------


def drawn(g: Graph) -> Markup:
    """Draw a graph; every node is a link to its first call, and has `data-node`."""
    if not g.items:
        return Markup("")
    where = places(len(g.items), g.edges)
    left = EDGE + LANE * max(place.lane for place in where) + LANE
    parts = [_band(p, q) for p, q in _bands(where)]
    parts += [_edge(where[i], where[j], i, j) for i, j in g.edges if i < j]
    parts += [_node(n, item, where[n], left) for n, item in enumerate(g.items)]
    tall = ROW * len(g.items) + 4
    about = f"Dependency graph: {len(g.items)} {g.of}, {len(g.edges)} dependencies"
    whole = Markup('<svg class="graph" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>')
    return whole.format(WIDE, tall, about, Markup("").join(parts))


def _bands(where: Sequence[Place]) -> Iterable[tuple[int, int]]:
    """Give the first and last row of each layer that has several nodes."""
    for layer in sorted({place.layer for place in where}):
        rows = [place.row for place in where if place.layer == layer]
        if len(rows) > 1:
            yield min(rows), max(rows)


def _band(first: int, last: int) -> Markup:
    band = Markup('<rect class="band" x="0" y="{}" width="{}" height="{}" rx="6"/>')
    return band.format(first * ROW + 3, WIDE, (last - first + 1) * ROW - 4)


def _at(place: Place) -> tuple[float, float]:
    return EDGE + LANE * place.lane, ROW * place.row + 15


def _edge(a: Place, b: Place, i: int, j: int) -> Markup:
    (x1, y1), (x2, y2) = _at(a), _at(b)
    bend = min((y2 - y1) / 2, ROW * 0.8)
    drawn = Markup(
        '<path class="edge" data-from="{}" data-to="{}" d="M{} {}C{} {:.0f} {} {:.0f} {} {}"/>'
    )
    return drawn.format(i, j, x1, y1 + DOT, x1, y1 + bend, x2, y2 - bend, x2, y2 - DOT)


def _node(n: int, item: Item, place: Place, left: float) -> Markup:
    x, y = _at(place)
    room = int((WIDE - left) / A_CHARACTER) - 4
    body = Markup(
        '<title>{}</title><rect class="hit" x="0" y="{}" width="{}" height="{}" rx="6"/>'
        '<circle class="dot" cx="{}" cy="{}" r="{}"/>'
        '<text class="name" x="{}" y="{}"><tspan class="number">{}</tspan> {}</text>'
        '<text class="words" x="{}" y="{}">{}</text>'
    ).format(
        legible(f"{item.name}: {item.words}", 400),
        place.row * ROW + 1, WIDE, ROW - 2, x, y, DOT,
        left, y + 4, n + 1, legible(item.name, room),
        left, y + 19, legible(item.words, room + 2),
    )  # fmt: skip
    made = "" if item.calls else " unmade"
    reasons = " reasons" if item.name == "reasons" else ""
    if not item.calls:
        held = Markup('<g class="node{}{}" id="node-{}" data-node="{}">{}</g>')
        return held.format(reasons, made, n, n, body)
    link = Markup(
        '<a class="node" id="node-{}" data-node="{}" href="#call-{}" aria-label="{}">{}</a>'
    )
    about = f"{n + 1}: {legible(item.name)}: go to its call"
    return link.format(n, n, item.calls[0], about, body)
