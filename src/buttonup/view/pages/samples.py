"""The list: the samples of a filter, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from buttonup.errors import BadInput
from buttonup.view.filters import KINDS, MEASURES, SORTS, Filter, as_query, read_filter
from buttonup.view.pages import Viewed

CHOICES = 60  # values of a kind that are offered; ours


def page(viewed: Viewed, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Give the template `samples.html` what it shows.

    `pairs` are the query of the address: a filter, and `after` or `before` with a sample's name, or
    `end`. Raises BadInput for what it cannot be.
    """
    f, at, back = read_place(viewed, pairs)
    found, total = viewed.index.page(f, at=at, back=back), viewed.index.count(f)
    return {
        "filter": f,
        "query": as_query(f),
        "rows": [(viewed.source.called(row.id), row) for row in found.rows],
        "page": found,
        "found": total,
        "progress": viewed.index.progress(),
        "choices": {
            kind: [one.value for one in viewed.index.tallied(kind, CHOICES)] for kind in KINDS
        },
        "measures": MEASURES,
        "sorts": SORTS,
    }


def read_place(viewed: Viewed, pairs: Sequence[tuple[str, str]]) -> tuple[Filter, int | None, bool]:
    """Part the query of an address into filter, the sample from which on, and whether backwards."""
    places = {key: value for key, value in pairs if key in ("after", "before", "end")}
    if len(places) > 1:
        raise BadInput(f"{' and '.join(places)} together", "give one of them")
    f = read_filter([(key, value) for key, value in pairs if key not in places])
    for key, value in places.items():
        return f, None if key == "end" else viewed.source.id_of(value), key != "after"
    return f, None, False
