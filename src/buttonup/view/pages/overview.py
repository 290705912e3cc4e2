"""The overview: what a run made and gave up, and what its samples are like.

What is counted of samples comes from the index, so it is there at once, of any dataset, and every
bar leads to the samples it counts. What only a run knows (what was given up, what it cost, how
varied it is) comes from its report.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, NamedTuple

from markupsafe import Markup

from buttonup.engine.judged import rows as judged_rows
from buttonup.engine.lengths import in_ranges
from buttonup.engine.report import Report
from buttonup.engine.variety import Histogram
from buttonup.records import Usage
from buttonup.showing import plots
from buttonup.showing.text import saved_in_words
from buttonup.showing.wording import dollars_in_words, many
from buttonup.view.filters import Filter, Kind, Measure, Range, as_query
from buttonup.view.index.reading import Tallied
from buttonup.view.pages import Viewed, live

MOST = 12  # rows of a table of the overview; ours
RECIPE = 20_000  # characters

TABLES: dict[Kind, str] = {
    "shape": "Shapes",
    "turn": "What happens in the conversation",
    "world": "Worlds",
    "function": "Functions called",
    "scenario": "Scenarios",
}
PLOTS: dict[Measure, tuple[str, str]] = {
    "calls": ("Calls", "calls"),
    "turns": ("Turns of the user", "turns"),
    "messages": ("Messages", "messages"),
    "tokens": ("Tokens, estimated", "tokens"),
    "score": ("Lowest score of a judge", "points"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a table: so many samples, and where they are listed."""

    name: str
    samples: int
    href: str


class Table(NamedTuple):
    """The most frequent of a kind."""

    kind: Kind
    title: str
    bars: tuple[Bar, ...]
    total: int
    """Samples that are counted."""
    more: bool
    """Whether there are others, less frequent."""


class Plot(NamedTuple):
    """A histogram with its heading."""

    title: str
    drawn: Markup
    note: str


class Figure(NamedTuple):
    """One number that is read first."""

    name: str
    value: str
    note: str = ""


def page(viewed: Viewed) -> dict[str, Any]:
    """Give the template `overview.html` what it shows."""
    report = viewed.counting.report() if viewed.source.run else None
    statuses = {one.value: one.all for one in viewed.index.tallied("status")}
    return {
        **live.page(viewed),
        "report": report,
        "trouble": viewed.counting.trouble,
        "statuses": statuses,
        "figures": figures(viewed, report, statuses),
        "reasons": table(viewed, "reason", "Why samples failed a gate", MOST),
        "tables": [t for kind in TABLES if (t := table(viewed, kind, TABLES[kind], MOST)).bars],
        "plots": [p for p in (plot(viewed, of) for of in PLOTS) if p.drawn],
        "variety": variety(report) if report and report.accepted else [],
        "saved": saved_in_words(report.saved) if report else [],
        "judged_rows": judged_rows(report.judged) if report and report.judged else [],
        "used": sum((row.usage for row in report.spent), Usage()) if report else Usage(),
        "recipe": recipe(viewed)[:RECIPE],
    }


def href(viewed: Viewed, f: Filter) -> str:
    """Give the address of a list."""
    return f"{viewed.root}/samples?{as_query(f)}"


def counted(viewed: Viewed, one: Tallied) -> int:
    """Count what the overview is about: of a run its accepted samples, of a file all of them."""
    return one.accepted if viewed.source.run else one.all


def narrowed(viewed: Viewed, f: Filter) -> Filter:
    """Narrow a filter to what the overview counts."""
    accepted: tuple[tuple[Kind, str], ...] = (("status", "accepted"),) if viewed.source.run else ()
    return Filter(f.words, (*accepted, *f.has), f.within)


# --- what samples are like -----------------------------------------------------------------------


def table(viewed: Viewed, kind: Kind, title: str, most: int) -> Table:
    """Count the samples of each value of a kind; reasons are of samples that failed."""
    rows = viewed.index.tallied(kind)
    failed = kind == "reason"
    counts = [(row.value, row.all if failed else counted(viewed, row)) for row in rows]
    ranked = sorted((row for row in counts if row[1]), key=lambda row: -row[1])
    bars = [
        Bar(value, count, href(viewed, has if failed else narrowed(viewed, has)))
        for value, count in ranked[:most]
        for has in [Filter(has=((kind, value),))]
    ]
    total = sum(counted(viewed, one) for one in viewed.index.tallied("status"))
    return Table(kind, title, tuple(bars), total, more=len(ranked) > most)


def histogram(viewed: Viewed, of: Measure) -> Histogram:
    """Gather what the index counted of a measure in ranges."""
    counts = Counter[int]()
    for one in viewed.index.tallied(of):
        if count := counted(viewed, one):
            counts[int(float(one.value))] += count
    if of == "score":
        del counts[0]  # no judge was asked
    return in_ranges(counts)


def plot(viewed: Viewed, of: Measure) -> Plot:
    """Draw a measure; a bar leads to the samples that it counts."""
    title, unit = PLOTS[of]

    def link(low: int, high: int | None) -> str:
        # a score is a median of votes, and may lie between two whole numbers
        end = high + 0.999 if high is not None and of == "score" else high
        return href(viewed, narrowed(viewed, Filter(within=(Range(of, low, end),))))

    h = histogram(viewed, of)
    drawn = plots.histogram(h, title, unit, link)
    return Plot(title, drawn, f"median {h.median:,.0f}, most {h.most:,}")


# --- what a run knows ----------------------------------------------------------------------------


def figures(viewed: Viewed, report: Report | None, statuses: dict[str, int]) -> list[Figure]:
    """Choose what is read first."""
    if not viewed.source.run:
        return [Figure(name.capitalize(), f"{count:,}") for name, count in statuses.items()]
    accepted, rejected = statuses.get("accepted", 0), statuses.get("rejected", 0)
    samples = accepted + rejected
    found = [
        Figure("Accepted", f"{accepted:,}", _wanted(report)),
        Figure("Rejected", f"{rejected:,}", "failed a gate"),
        Figure("Yield", f"{accepted / samples:.1%}" if samples else "none yet", "of all samples"),
    ]
    if report is None:
        return found
    if report.spent:
        calls = sum(row.usage.calls for row in report.spent)
        found.append(Figure("Cost", dollars_in_words(report.dollars), many(calls, "model call")))
        if report.dollars is not None and report.accepted:
            each = dollars_in_words(report.dollars / report.accepted)
            found.append(Figure("Cost of an accepted one", each, "with all that came to nothing"))
    if report.ending and report.ending.seconds:
        rate = f"{report.accepted / report.ending.seconds:,.2f} accepted a second"
        found.append(Figure("Time", f"{report.ending.seconds:,.1f} s", rate))
    return found


def _wanted(report: Report | None) -> str:
    ending = report.ending if report else None
    return f"of {ending.wanted:,} wanted" if ending and ending.wanted is not None else ""


def variety(report: Report) -> list[Figure]:
    """Say how varied the accepted samples are."""
    v = report.variety
    grams = [
        Figure(f"distinct-{n}", f"{share:.3f}", f"of the first {many(v.ngrams_of, 'request')}")
        for n, share in v.distinct.items()
    ]
    return [
        Figure("Distinct requests", f"{report.requests:,}", f"of {report.accepted:,}"),
        Figure("Request skeletons", f"{v.skeletons:,}", f"none over {v.top_skeleton:.1%}"),
        Figure("Call chains", f"{v.chains:,}", f"none over {v.top_chain:.1%}"),
        Figure("Parallel turns", f"{report.parallel_share:.1%}", "of turns with calls"),
        *grams,
    ]


def recipe(viewed: Viewed) -> str:
    """Read the recipe of a run; "" where there is none."""
    path = viewed.source.path / "recipe.toml"
    if not (viewed.source.run and path.exists()):
        return ""
    return path.read_text("utf-8", errors="backslashreplace")
