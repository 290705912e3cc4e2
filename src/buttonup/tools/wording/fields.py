"""The fields of a result: which of them are told, which one names the thing, how each is called."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from buttonup.tools.learning.function import OwnFunction
from buttonup.tools.learning.names import is_id, label, thing, words
from buttonup.tools.learning.shape import kind_of
from buttonup.worlds.world import Field

TOLD = 6  # fields of one object that an answer tells
LISTED = 3  # fields of each of several
TITLES = ("name", "title", "label", "subject", "summary", "full_name", "display_name")


def told_of(f: OwnFunction) -> list[str]:
    """Choose the fields of one object that an answer tells: names and ids first, then in order."""
    names = [n for n in f.schemas if not f.firm or n in f.firm]
    first = [n for n in names if n.rpartition(".")[2] in TITLES]
    return sorted([*first, *[n for n in names if n not in first]][:TOLD], key=names.index)


def listed(f: OwnFunction) -> list[str]:
    """Choose those of each of several objects."""
    names = [n for n in f.schemas if "." not in n and (not f.firm or n in f.firm)]
    id_ = id_of(f, ())
    title = next((n for n in names if n in TITLES), "")
    rest = [n for n in names if n not in (id_, title) and not n.endswith(("_at", "url"))]
    return [n for n in (title, id_) if n in names][:2] + rest[: LISTED - bool(title)]


def id_of(f: OwnFunction, fed: Collection[str]) -> str:
    """Find the field that stands for the whole object: its own id, or what is fed on as one."""
    of = set(thing(f.name))
    mine = [field.name for field in f.fields if field.entity == f.entity]
    own = [n for n in mine if is_id(n) and (len(words(n)) == 1 or of.intersection(words(n)))]
    used = [n for n in own if f"{f.name}.{n}" in fed]
    if used or own:
        return (used or own)[0]
    if mine == [""]:
        return ""
    return next((n for n in mine if n in TITLES and f"{f.name}.{n}" in fed), "")


def called(f: OwnFunction, noun: str, told: Sequence[str]) -> str:
    """Call an object by its title and id, as far as it has them: "Desk lamp (LMP-101)"."""
    id_ = id_of(f, ())
    known = bool(id_) and id_ in told
    title = next((n for n in told if n in TITLES), "")
    if title:
        return f"{{{title}}} ({{{id_}}})" if known else f"{{{title}}}"
    return f"{noun} {{{id_}}}" if known else ""


def label_in(f: OwnFunction, name: str, nouns: Mapping[str, str]) -> str:
    """Say what a field is: "customer" where it has a customer's id, "placed date" for a day."""
    kind = next((field.kind for field in f.fields if field.name == name), "")
    said = label(name.replace(".", "_"))
    if is_id(name) and nouns.get(kind):
        return nouns[kind]
    is_day = f.schemas[name].get("format") == "date"
    return f"{said} date" if is_day and not _DAYS.search(said) else said


_DAYS = re.compile(r"date|day|birthday|deadline|since|until|(?:at|on|by|from|to)$")


def is_number(f: OwnFunction, field: Field) -> bool:
    """Say whether a field is a number that says how much, and no id."""
    numeric = kind_of(f.schemas[field.name]) in ("integer", "number")
    return numeric and not is_id(field.name)
