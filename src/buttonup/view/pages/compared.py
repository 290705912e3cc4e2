"""Two runs, or datasets, beside one another: figures, shares, plots, and what their recipes say."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from buttonup.records import Json
from buttonup.view.filters import Filter, Kind
from buttonup.view.pages import Viewed, overview
from buttonup.view.pages.overview import PLOTS, TABLES, Figure, counted, href, narrowed

SHOWN = 15  # rows of a table; ours


class Share(NamedTuple):
    """A value in both: how many samples have it, their share, where they are listed."""

    name: str
    counts: tuple[int, ...]
    shares: tuple[float, ...]
    hrefs: tuple[str, ...]


def page(both: Sequence[Viewed]) -> dict[str, Any]:
    """Give the template `compared.html` what it shows."""
    reports = [one.counting.report() if one.source.run else None for one in both]
    statuses = [{t.value: t.all for t in one.index.tallied("status")} for one in both]
    found = [overview.figures(*args) for args in zip(both, reports, statuses, strict=True)]
    varied = [overview.variety(r) if r and r.accepted else [] for r in reports]
    plots = [[overview.plot(one, of) for one in both] for of in PLOTS]
    kinds = {**TABLES, "reason": "Why samples failed a gate"}
    return {
        "both": both,
        "counting": [
            one.name for one, r in zip(both, reports, strict=True) if one.source.run and not r
        ],
        "figures": _beside([[*f, *v] for f, v in zip(found, varied, strict=True)]),
        "tables": [(title, rows) for kind, title in kinds.items() if (rows := shares(both, kind))],
        "plots": [pair for pair in plots if any(plot.drawn for plot in pair)],
        "recipes": differing([overview.recipe(one) for one in both]),
        "progress": [one.index.progress() for one in both],
    }


def _beside(figures: Sequence[Sequence[Figure]]) -> list[tuple[str, list[Figure | None]]]:
    """Put figures of the same name beside one another."""
    named = [{figure.name: figure for figure in of} for of in figures]
    names = dict.fromkeys(name for of in named for name in of)
    return [(name, [of.get(name) for of in named]) for name in names]


def shares(both: Sequence[Viewed], kind: Kind) -> list[Share]:
    """Count the samples of each value of a kind in both; those that differ most come first."""
    failed = kind == "reason"
    counts, totals = [], []
    for one in both:
        tallied = one.index.tallied(kind)
        counts.append({t.value: t.all if failed else counted(one, t) for t in tallied})
        statuses = one.index.tallied("status")
        totals.append(sum(t.all if failed else counted(one, t) for t in statuses) or 1)
    rows = []
    for value in dict.fromkeys(value for of in counts for value in of):
        has = Filter(has=((kind, value),))
        mine = tuple(of.get(value, 0) for of in counts)
        if any(mine):
            share = tuple(n / total for n, total in zip(mine, totals, strict=True))
            hrefs = tuple(href(one, has if failed else narrowed(one, has)) for one in both)
            rows.append(Share(value, mine, share, hrefs))
    return sorted(rows, key=lambda row: (-abs(row.shares[0] - row.shares[-1]), row.name))[:SHOWN]


def differing(recipes: Sequence[str]) -> list[tuple[str, list[str]]]:
    """List the keys in which recipes differ, with their values; none where one is no recipe."""
    try:
        flat = [dict(_flat(tomllib.loads(text))) for text in recipes]
    except tomllib.TOMLDecodeError:
        return []
    keys = dict.fromkeys(key for of in flat for key in of)
    rows = [(key, [of.get(key, "") for of in flat]) for key in keys]
    return [(key, values) for key, values in rows if len(set(values)) > 1]


def _flat(table: Mapping[str, Json], before: str = "") -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in table.items():
        name = before + key
        rows += _flat(value, f"{name}.") if isinstance(value, dict) else [(name, f"{value}")]
    return rows
