"""Which samples are wanted, and in which order: a record, the query of an address, an SQL query.

The three say the same: `read_filter(parse_qsl(as_query(f))) == f` for every filter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args
from urllib.parse import urlencode

from buttonup.errors import BadInput
from buttonup.records import Record, digest
from buttonup.store.marks import MARKS

Kind = Literal["status", "world", "function", "scenario", "shape", "turn", "gate", "reason"]
"""What a sample has one or several of. `function`: called. `turn`: a kind of turn that happens.
`reason`: "GATE:REASON" of a gate that it fails."""

Measure = Literal["calls", "turns", "messages", "tokens", "score"]
"""What a sample has a number of. `turns`: of the user. `score`: a judge's lowest; 0: none."""

KINDS: tuple[Kind, ...] = get_args(Kind)
MEASURES: tuple[Measure, ...] = get_args(Measure)
SORTS = ("", "-", *(sign + measure for measure in MEASURES for sign in ("", "-")))
"""Orders: of the file; the other way round; by a measure, upwards or (with "-") downwards."""

MARKED = (*MARKS, "none")


class Range(Record):
    """From one number to another, both included; None where it is open."""

    of: Measure
    low: float | None = None
    high: float | None = None


class Filter(Record):
    """What every sample wanted has, and the order."""

    words: str = ""
    """Words, "several in a row" and beginnings* of words that its text has."""
    has: tuple[tuple[Kind, str], ...] = ()
    within: tuple[Range, ...] = ()
    mark: str = ""
    """A person's mark; "none": it has none."""
    labels: tuple[str, ...] = ()
    sort: str = ""

    @property
    def plain(self) -> bool:
        """Whether it lets everything through."""
        return not (self.words or self.has or self.within or self.mark or self.labels)


# --- the address ---------------------------------------------------------------------------------


def as_pairs(f: Filter) -> list[tuple[str, str]]:
    """Give the filter as keys and values of an address."""
    pairs = [("q", f.words), *f.has]
    for one in f.within:
        bounds = ((f"{one.of}.from", one.low), (f"{one.of}.to", one.high))
        pairs += [
            (key, f"{bound:.3f}".rstrip("0").rstrip("."))
            for key, bound in bounds
            if bound is not None
        ]
    pairs += [("mark", f.mark), *(("label", label) for label in f.labels), ("sort", f.sort)]
    return [(key, value) for key, value in pairs if value]


def as_query(f: Filter) -> str:
    """Give the filter as the query of an address; "" for one that lets everything through."""
    return urlencode(as_pairs(f))


def read_filter(pairs: Iterable[tuple[str, str]]) -> Filter:
    """Read the query of an address back; keys without a value, as forms send them, say nothing.

    Raises  BadInput for a key that there is not, or a value that it cannot have
    """
    words, mark, sort = "", "", ""
    has: dict[tuple[Kind, str], None] = {}
    labels: dict[str, None] = {}
    bounds: dict[Measure, list[float | None]] = {}
    for key, value in pairs:
        if not value.strip():
            continue
        of, dot, end = key.rpartition(".")
        if key == "q":
            words = value
        elif key in KINDS:
            has[key, value] = None
        elif dot and of in MEASURES and end in ("from", "to"):
            bounds.setdefault(of, [None, None])[end == "to"] = _number(key, value)
        elif key == "mark":
            mark = _one_of(key, value, MARKED)
        elif key == "label":
            labels[value] = None
        elif key == "sort":
            sort = _one_of(key, value, SORTS)
        else:
            raise BadInput(f"there is no filter {key!r}", "take it out of the address")
    within = tuple(Range(of, *bounds[of]) for of in MEASURES if of in bounds)
    ordered = tuple(sorted(has, key=lambda one: KINDS.index(one[0])))
    return Filter(words, ordered, within, mark, tuple(labels), sort)


def _number(key: str, value: str) -> float:
    if not re.fullmatch(r"\d{1,12}(\.\d{1,3})?", value.strip()):
        raise BadInput(f"{key}={value[:40]}", "write a number")
    return float(value)


def _one_of(key: str, value: str, there: tuple[str, ...]) -> str:
    if value not in there:
        raise BadInput(f"{key}={value[:40]}", f"choose one of {', '.join(filter(None, there))}")
    return value


# --- the query -----------------------------------------------------------------------------------


def tag(kind: Kind, value: str) -> str:
    """Give the one word that stands in the index for what a sample has."""
    return kind + digest(value)


_TERMS = re.compile(r'"([^"]*)"?|([^\s"]+)')


def as_match(f: Filter) -> str:
    """Give the full-text query (FTS5) of a filter; "" where it has none.

    Every word of a person goes between quotation marks, so none of it is syntax but a "*" at its
    end: then it is the beginning of a word.
    """
    terms = [a or b for a, b in _TERMS.findall(f.words) if _told(a or b)]
    said = " AND ".join(f'"{_told(term)}"{"*" if term.endswith("*") else ""}' for term in terms)
    tags = " AND ".join(tag(kind, value) for kind, value in f.has)
    return " AND ".join(
        f"{{{column}}} : ({query})" for column, query in (("said", said), ("tags", tags)) if query
    )


def _told(term: str) -> str:
    """Take out what FTS5 cannot take; nothing is left of a term without a letter or digit."""
    clean = term.replace('"', " ").replace("\0", " ")
    return clean if any(c.isalnum() for c in clean) else ""


class Query(NamedTuple):
    """Conditions on the tables `fts` and `sample`, with what stands for their marks."""

    where: tuple[str, ...]
    values: tuple[str | float | int, ...]
    searched: bool
    """Whether `fts` takes part."""


def as_sql(f: Filter) -> Query:
    """Give the conditions of a filter; marks and labels aside, which are no matter of the index."""
    where, values = list[str](), list[str | float | int]()
    if match := as_match(f):
        where.append("fts MATCH ?")
        values.append(match)
    elif f.words.strip():
        where.append("0")  # only marks and signs, which no text is found by
    for one in f.within:
        for sign, bound in ((">=", one.low), ("<=", one.high)):
            if bound is not None:
                where.append(f"sample.{one.of} {sign} ?")
                values.append(bound)
    return Query(tuple(where), tuple(values), bool(match))
