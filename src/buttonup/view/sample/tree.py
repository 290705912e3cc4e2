"""A JSON value as nodes that fold: what the page shows of arguments, results and records.

Large values are cut: the first of many items, short texts, no endless depth. What the trace points
at is always there, wherever it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from msgspec import json

from buttonup.gates.seen import short
from buttonup.records import Json, type_of
from buttonup.view.sample.visible import Mark, legible, shown, visible

ITEMS = 40
"""Items of a list or an object before the rest is left out. All four are ours."""
NODES = 500
"""Nodes of a whole tree."""
DEEP = 12
"""Levels; what is deeper stands as a line of JSON."""
LONG = 2000
"""Characters of a text in a tree."""


@dataclass(frozen=True, slots=True)
class Node:
    """A value, and under it those that it holds."""

    key: Markup
    """Its name in an object, "" in a list or alone."""
    kind: str
    """As JSON Schema names it."""
    text: Markup
    """The value itself; of a list or an object, what it holds in a few words."""
    children: tuple[Node, ...] = ()
    more: int = 0
    """Items that are left out."""
    trace: Any = None
    """Where the value comes from, of an argument."""


def tree(
    value: Json,
    sources: Mapping[str, str] | None = None,
    traces: Mapping[str, Any] | None = None,
    nodes: int = NODES,
) -> Node:
    """Lay a value out. `sources` and `traces` are by the JSON pointers of `records.leaves`."""
    return _Grown(sources or {}, traces or {}, nodes).node(Markup(""), value, "", 0)


def as_json(record: object) -> Json:
    """Give a record as a JSON value, its fields in their order."""
    return json.decode(json.encode(record))


def summary(value: Json, longest: int = 90) -> str:
    """Say in one line what a value holds."""
    match value:
        case list() if not value:
            return "no items"
        case list():
            keys = list(value[0])[:12] if isinstance(value[0], dict) else []
            told = ", ".join(keys) if keys else ", ".join(short(one) for one in value[:6])
            return legible(f"{len(value):,} item{'s' * (len(value) != 1)}: {told}", longest)
        case dict() if not value:
            return "nothing"
        case dict():
            pairs = (f"{key}: {_brief(one)}" for key, one in list(value.items())[:12])
            return legible(", ".join(pairs), longest)
        case _:
            return legible(short(value), longest)


def lines(value: Json, most: int) -> int:
    """Count the lines that a value takes, up to `most`."""
    nodes, count = [value], 0
    while nodes and count < most:
        node = nodes.pop()
        count += 1 + (len(node) // 80 if isinstance(node, str) else 0)
        if isinstance(node, dict | list):
            nodes += list(node.values() if isinstance(node, dict) else node)[:most]
    return min(count, most)


def _brief(value: Json) -> str:
    match value:
        case list():
            return f"[{len(value):,}]"
        case dict():
            return "{…}"
        case _:
            return short(value)


class _Grown:
    """A tree being laid out: how many nodes it may still have."""

    def __init__(self, sources: Mapping[str, str], traces: Mapping[str, Any], nodes: int) -> None:
        self._sources, self._traces, self._left = sources, traces, nodes
        self._pointed = {p for at in (*sources, *traces) for p in _above(at)}

    def node(self, key: Markup, value: Json, pointer: str, depth: int) -> Node:
        """Lay out one value."""
        self._left -= 1
        kind = type_of(value)
        source, trace = self._sources.get(pointer, ""), self._traces.get(pointer)
        if not isinstance(value, dict | list) or not value:
            return Node(key, kind, _leaf(value, source), trace=trace)
        pointed = pointer in self._pointed
        if depth >= DEEP or (self._left <= 0 and not pointed):
            return Node(key, kind, visible(short(value)), trace=trace)
        there = list(_items(value))
        kept = [
            (name, one)
            for i, (name, one) in enumerate(there)
            if i < ITEMS or f"{pointer}/{name}" in self._pointed
        ]
        listed = isinstance(value, list)
        children = tuple(
            self.node(Markup("") if listed else visible(name), one, f"{pointer}/{name}", depth + 1)
            for name, one in kept
        )
        held = escape(summary(value, 60))
        return Node(key, kind, held, children, len(there) - len(kept), trace)


def _items(value: dict[str, Json] | list[Json]) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        yield from value.items()
    else:
        yield from ((str(i), one) for i, one in enumerate(value))


def _above(pointer: str) -> Iterator[str]:
    """Give a pointer and every one above it."""
    yield pointer
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def _leaf(value: Json, source: str) -> Markup:
    text = value if isinstance(value, str) else short(value)
    marks = (Mark(0, len(text), source),) if source else ()
    return shown(text, marks, LONG)
