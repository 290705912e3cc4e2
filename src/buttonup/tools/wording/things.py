"""The things that a function gives: how they are called, picked from several, and told apart."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from buttonup.tools.learning.function import OwnFunction
from buttonup.tools.learning.learned import LearnedFunction
from buttonup.tools.learning.names import label, plural, thing
from buttonup.tools.learning.shape import kind_of
from buttonup.tools.wording.asking import LOOSE
from buttonup.tools.wording.fields import TITLES, called, id_of, is_number, label_in, listed
from buttonup.tools.wording.named import picks, referred
from buttonup.worlds.phrases import Entity, Picks
from buttonup.worlds.world import Field

_MEASURES = re.compile(
    r"price|amount|total|cost|fee|quantity|count|stock|balance|weight|size|minutes|hours|days|"
    r"duration|distance|length|height|seats|budget|points|population|spent|sold|area|sum"
)


def entity(
    f: OwnFunction, known: LearnedFunction, fed: Collection[str], nouns: Mapping[str, str]
) -> Entity:
    """Say how the things that a function gives are called, chosen and told apart."""
    noun = known.noun or " ".join(thing(f.name))
    names = listed(f)
    mine = [field for field in f.fields if field.entity == f.entity]
    id_ = id_of(f, fed)
    name = called(f, noun, [*names, id_]) or (f"{noun} {{{id_}}}" if id_ else f"the {noun}")
    return Entity(
        noun=noun,
        plural=known.plural or plural(noun),
        name=name,
        item=_item(f, names, nouns),
        id=id_,
        pick=dict(_picks(f, mine)),
        refs={
            field.name: (referred(label_in(f, field.name, nouns)),)
            for field in mine
            if field.name and field.name != id_ and f"{f.name}.{field.name}" in fed
        },
        measures={
            field.name: label_in(f, field.name, nouns)
            for field in mine
            if is_number(f, field) and _MEASURES.search(field.name.lower())
        },
        when=dict(_cases(f, mine)),
    )


def _item(f: OwnFunction, names: Sequence[str], nouns: Mapping[str, str]) -> str:
    """Say one of several: "Desk lamp (LMP-101, category lamps)"."""
    if names == [""]:
        return "{}"
    id_ = id_of(f, ())
    title = next((n for n in names if n in TITLES), "") or (id_ if id_ in names else "")
    rest = [
        f"{{{n}}}" if n == id_ else f"{label_in(f, n, nouns)} {{{n}}}" for n in names if n != title
    ]
    if not title:
        return ", ".join(rest)
    return f"{{{title}}} ({', '.join(rest)})" if rest else f"{{{title}}}"


def _picks(f: OwnFunction, fields: Sequence[Field]) -> Iterator[tuple[str, Picks]]:
    for field in fields:
        said = label_in(f, field.name, {})
        if not field.name or not (is_number(f, field) or field.kind == "Date"):
            continue
        if (ways := picks(said, "day" if field.kind == "Date" else "number")) is not None:
            yield field.name, ways


def _cases(f: OwnFunction, fields: Sequence[Field]) -> Iterator[tuple[str, dict[str, str]]]:
    for field in fields:
        schema, said = f.schemas[field.name], label_in(f, field.name, {})
        choices = schema.get("enum")
        if kind_of(schema) == "boolean":
            yield field.name, _either(said)
        elif isinstance(choices, list) and all(isinstance(c, str) for c in choices):
            plain = [c for c in choices if not LOOSE.search(c)]
            yield field.name, {c: f"has the {said} {label(c)}" for c in plain}


def _either(said: str) -> dict[str, str]:
    head, _, rest = said.partition(" ")
    if head == "has" and rest:
        return {"true": f"has {rest}", "false": f"has no {rest}"}
    told = rest if head == "is" and rest else said
    return {"true": f"is {told}", "false": f"is not {told}"}
