"""Wording that a model proposes for a user's functions, in the form of the worlds' phrase books.

Every way is checked by code before it is believed: the slots that it must have and no others, no
value and no number outside of them, and no talk of functions.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated

import msgspec

from buttonup.model.ask import Teacher
from buttonup.records import Json, Record, encode
from buttonup.tools.learning.function import OwnFunction
from buttonup.tools.learning.names import is_id
from buttonup.tools.learning.shape import kind_of
from buttonup.worlds.phrases import Entity, PhraseBook, Phrases, Picks
from buttonup.worlds.templates import fill, slots_of

PROMPT = "wording"
LEAST = 3  # ways to ask and to say; ours: fewer make all samples alike

Way = Annotated[str, msgspec.Meta(min_length=1, max_length=240)]
Noun = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]


class Added(msgspec.Struct):
    """Ways that have to do with one parameter."""

    parameter: str
    ways: list[Way]


class Superlative(msgspec.Struct):
    """How things are ranked by a field."""

    field: str
    value: Way
    least: list[Way] = []
    most: list[Way] = []


class Case(msgspec.Struct):
    """What is the case when a field has a value."""

    field: str
    value: Annotated[str, msgspec.Meta(description='As JSON writes it: "true", or a word.')]
    words: Way


class Phrasing(msgspec.Struct):
    """How a function is asked for, and how its result is told."""

    ask: Annotated[list[Way], msgspec.Meta(min_length=LEAST, max_length=8)]
    say: Annotated[list[Way], msgspec.Meta(min_length=LEAST, max_length=6)]
    tell: Annotated[list[str], msgspec.Meta(min_length=1, max_length=6)]
    noun: Noun
    plural: Noun
    name: Way
    item: Way
    question: list[Way] = []
    modify: list[Added] = []
    omit: list[Added] = []
    pick: list[Superlative] = []
    when: list[Case] = []


class Worded(Record):
    """Wording that passed, as `learned.toml` has it."""

    phrases: Phrases
    entity: Entity
    says: dict[str, str]
    """Parameter -> how the phrases take a value of it to be said: "order {}", or as it is."""


async def worded(
    f: OwnFunction, book: PhraseBook, example: Mapping[str, Json] | None, teacher: Teacher
) -> Worded:
    """Have a model word a function.

    `book` is how it is worded without one; `example` is a call and what it gave, if there is one.
    Rejects  what the teacher rejects: no wording that passes the checks
    """

    def check(reply: Phrasing) -> None:
        if found := list(faults(f, reply)):
            raise ValueError("\n".join(f"- {fault}" for fault in found[:MOST_FAULTS]))

    reply = await teacher.ask(PROMPT, Phrasing, _slots(f, book, example), check=check)
    return taken(f, reply, book)


MOST_FAULTS = 12  # lines fed back at once


def _slots(
    f: OwnFunction, book: PhraseBook, example: Mapping[str, Json] | None
) -> dict[str, object]:
    d = f.definition
    shown = {"name": d.name, "description": d.description, "parameters": d.parameters}
    told = _tellable(f)
    return {
        "function": encode({**shown, **({"example": example} if example else {})}).decode(),
        "required": " ".join(f"{{{p}}}" for p in _required(f)) or "there is none",
        "optional": [
            f"{p.name} (yes or no)" if p.hint is bool else p.name
            for p in f.parameters
            if not p.required
        ],
        "said": [
            f'{name} as "{fill(way, {"": "…"})}"'
            for name, way in _says(f, book).items()
            if way != "{}"
        ],
        "fields": [
            f"{name or '{} (the value itself)'}{' (always)' if name in told else ''}"
            for name in f.schemas
        ],
        "many": f.listed,
        "plain": list(f.schemas) == [""],
        "least": LEAST,
    }


def _required(f: OwnFunction) -> list[str]:
    return [p.name for p in f.parameters if p.required]


def _tellable(f: OwnFunction) -> list[str]:
    """List the fields that an answer can tell: always there, and neither a list nor yes or no."""
    return [
        name
        for name, schema in f.schemas.items()
        if (not f.firm or name in f.firm) and kind_of(schema) not in ("array", "boolean")
    ]


def taken(f: OwnFunction, reply: Phrasing, book: PhraseBook) -> Worded:
    """Put a reply into the form of a phrase book; what it does not say stays as it was made."""
    phrases = Phrases(
        ask=tuple(reply.ask),
        wish=tuple(reply.ask),
        question=tuple(reply.question),
        say=tuple(reply.say),
        tell=tuple(reply.tell),
        omit={one.parameter: tuple(one.ways) for one in reply.omit if one.ways},
        modify={one.parameter: tuple(one.ways) for one in reply.modify if one.ways},
    )
    when: dict[str, dict[str, str]] = {}
    for case in reply.when:
        when.setdefault(case.field, {})[case.value] = case.words
    entity = msgspec.structs.replace(
        book.entities[f.name],
        noun=reply.noun,
        plural=reply.plural,
        name=reply.name,
        item=reply.item,
        pick={p.field: Picks(p.value, tuple(p.least), tuple(p.most)) for p in reply.pick},
        when={field: cases for field, cases in when.items() if field in f.schemas},
    )
    return Worded(phrases, entity, _says(f, book))


def _says(f: OwnFunction, book: PhraseBook) -> dict[str, str]:
    """Say how values read: an id with what it is of, days in their own ways, others as they are."""
    return {
        p.name: book.kinds[p.kind][0] if is_id(p.name) and p.kind in book.kinds else "{}"
        for p in f.parameters
        if p.kind != "Date" and p.hint is not dict
    }


# --- what is wrong with it ------------------------------------------------------------------------


def faults(f: OwnFunction, reply: Phrasing) -> Iterator[str]:
    """List what is wrong with a wording, in words for whoever wrote it."""
    required, named = _required(f), {p.name for p in f.parameters}
    for way in (*reply.ask, *reply.question):
        yield from _slot_faults(way, required, required)
    for one in reply.modify:
        if one.parameter not in named or one.parameter in required:
            yield f"modify: {one.parameter!r} is no optional parameter"
        switches = {p.name for p in f.parameters if p.hint is bool}
        slot = [] if one.parameter in switches else [one.parameter]
        for way in one.ways:
            yield from _slot_faults(way, slot, slot)
    for one in reply.omit:
        if one.parameter not in required:
            yield f"omit: {one.parameter!r} is no required parameter"
        rest = [name for name in required if name != one.parameter]
        for way in one.ways:
            yield from _slot_faults(way, rest, rest)
    asked = [w for one in (*reply.modify, *reply.omit) for w in one.ways]
    for way in (*reply.ask, *reply.question, *asked):
        yield from _said_faults(f, way)
    yield from _told_faults(f, reply, named)
    yield from _field_faults(f, reply)
    every = (*reply.ask, *reply.question, *asked, *reply.say, reply.name, reply.item)
    yield from (f'"{way[:60]}" is not one line of plain text' for way in every if not _plain(way))


def _plain(way: str) -> bool:
    return way.isprintable() and "`" not in way and way.count("{") == way.count("}")


def _slot_faults(way: str, needed: Collection[str], allowed: Collection[str]) -> Iterator[str]:
    slots = slots_of(way) if _plain(way) else ()
    if lost := [name for name in needed if name not in slots]:
        yield f'"{way}" lacks {" ".join("{" + name + "}" for name in lost)}'
    if odd := [name for name in slots if name not in allowed]:
        yield f'"{way}" has {{{odd[0]}}}, which it cannot have'


_TALK = re.compile(
    r"\b(?:functions?|tools?|API|endpoints?|database|quer(?:y|ies)|parameters?)\b", re.IGNORECASE
)


def _said_faults(f: OwnFunction, way: str) -> Iterator[str]:
    """List what a request must not say outside its slots."""
    bare = re.sub(r"\{[^}]*\}", " ", way)
    if hit := re.search(r"\d+", bare):
        yield f'"{way}" says {hit[0]}; only slots say values'
    if (hit := _TALK.search(bare)) and hit[0].lower() not in f.definition.description.lower():
        yield f'"{way}" talks of {hit[0]!r}; say what is wanted'
    if f.name in way and ("_" in f.name or not f.name.islower()):
        yield f'"{way}" says the name of the function'
    if way.rstrip()[-1:] in ".?!":
        yield f'"{way}" ends a sentence; leave the mark out'


def _told_faults(f: OwnFunction, reply: Phrasing, named: set[str]) -> Iterator[str]:
    able = _tellable(f)
    if unable := [name for name in reply.tell if name not in able]:
        yield f"tell: {unable[0]!r} is not among the fields that are always there"
    fields = {*f.schemas}
    for way in reply.say:
        if f.listed:
            yield from _slot_faults(way, ["items"], {"items", "count", *named})
        else:
            yield from _slot_faults(way, reply.tell, fields | named)
    yield from _slot_faults(reply.item, reply.tell if f.listed else [], fields)
    yield from _slot_faults(reply.name, [], fields)
    if not slots_of(reply.name) and "" not in fields:
        yield "name: it needs a slot that tells one from another"


def _field_faults(f: OwnFunction, reply: Phrasing) -> Iterator[str]:
    for one in reply.pick:
        schema = f.schemas.get(one.field)
        ranks = schema is not None and (
            kind_of(schema) in ("integer", "number") or schema.get("format") == "date"
        )
        if not ranks or is_id(one.field):
            yield f"pick: {one.field!r} is no number or day that things are ranked by"
        yield from _slot_faults(one.value, ["value"], ["value"])
        for way in (*one.least, *one.most):
            yield from _slot_faults(way, [], [])
            if way.lower().startswith("the "):
                yield f'pick: "{way}" follows "the"; leave that out'
    for case in reply.when:
        if case.field not in f.schemas:
            yield f"when: there is no field {case.field!r}"
        elif not _has(f.schemas[case.field], case.value):
            yield f"when: {case.field!r} cannot be {case.value!r}"
        yield from _slot_faults(case.words, [], [])


def _has(schema: Mapping[str, Json], value: str) -> bool:
    choices: Sequence[Json] = schema.get("enum") or ()
    return value in ("true", "false") if kind_of(dict(schema)) == "boolean" else value in choices
