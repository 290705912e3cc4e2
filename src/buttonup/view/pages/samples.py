"""The list: the samples of a filter, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from buttonup.errors import BadInput
from buttonup.store.marks import labels_of
from buttonup.view.filters import (
    KINDS,
    MARKED,
    MEASURES,
    SORTS,
    Filter,
    as_pairs,
    as_query,
    read_filter,
)
from buttonup.view.index.columns import as_key
from buttonup.view.pages import Viewed, live

CHOICES = 300  # values of a kind that are offered; ours
PLACES = ("after", "before", "end")
BASIC = ("q", "status", "world", "shape", "turn", "gate", "sort")
"""What can be chosen without unfolding anything."""


def page(viewed: Viewed, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Give the template `samples.html` what it shows.

    `pairs` are the query of the address: a filter, and `after` or `before` with a sample's name, or
    `end`. Raises BadInput for what it cannot be.
    """
    f, at, back = read_place(viewed, pairs)
    chosen, said = viewed.chosen(f), viewed.marks.said()
    found = viewed.index.page(f, chosen, at, back=back)
    tallied = {kind: viewed.index.tallied(kind, CHOICES) for kind in KINDS}
    taken: dict[str, list[str]] = {}
    for key, value in as_pairs(f):
        taken.setdefault(key, []).append(value)
    return {
        **live.page(viewed),
        "filter": f,
        "query": as_query(f),
        "taken": taken,
        "wide": bool(taken.keys() - set(BASIC)),
        "without": list(without(viewed, f)),
        "rows": [
            (viewed.source.called(row.id), row, said.get(as_key(row.key))) for row in found.rows
        ],
        "page": found,
        "found": viewed.index.count(f, chosen),
        "choices": {kind: [one.value for one in ones] for kind, ones in tallied.items()},
        "measures": MEASURES,
        "sorts": [(sort, sort_in_words(sort)) for sort in SORTS],
        "marked": MARKED,
        "labels": labels_of(said.values()),
    }


def read_place(viewed: Viewed, pairs: Sequence[tuple[str, str]]) -> tuple[Filter, int | None, bool]:
    """Part the query of an address into filter, the sample from which on, and whether backwards."""
    places = {key: value for key, value in pairs if key in PLACES}
    if len(places) > 1:
        raise BadInput(f"{' and '.join(places)} together", "give one of them")
    f = read_filter([(key, value) for key, value in pairs if key not in places])
    for key, value in places.items():
        return f, None if key == "end" else viewed.source.id_of(value), key != "after"
    return f, None, False


def without(viewed: Viewed, f: Filter) -> Iterator[tuple[str, str]]:
    """Give each condition of a filter in words, and the address of the list without it."""
    pairs = as_pairs(f)
    for n, (key, value) in enumerate(pairs):
        if key == "sort":
            continue
        rest = as_query(read_filter([*pairs[:n], *pairs[n + 1 :]]))
        name = "text" if key == "q" else key.replace(".", " ")
        yield f"{name}: {value}", f"{viewed.root}/samples" + (f"?{rest}" if rest else "")


def sort_in_words(sort: str) -> str:
    """Say what an order is."""
    by = sort.lstrip("-")
    if not by:
        return "last first" if sort else "as in the file"
    most, least = ("highest", "lowest") if by == "score" else ("most", "fewest")
    return f"{most if sort.startswith('-') else least} {by} first"
