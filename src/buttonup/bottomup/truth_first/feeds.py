"""What can feed what in a world: worked out once, from kinds and from what is worded."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from buttonup.worlds.phrases import Entity, PhraseBook
from buttonup.worlds.world import Known, Parameter, World, WorldFunction

MEETING = frozenset({"City", "Country", "Date"})
"""Kinds through which a task goes from one world to another."""

WRITING = 2.0  # how much likelier a call that changes something is drawn; ours
LEADING = 4.0  # how much likelier a call is drawn that the plan would like to make; ours

Taker = tuple[WorldFunction, Parameter]
"""A function, and the parameter of it that a value can be fed to."""

Use = tuple[WorldFunction, str, str]
"""A function, its parameter, and the field of an object that feeds it."""

Joint = tuple[WorldFunction, str, str, tuple[tuple[str, str], ...]]
"""The use of one object, and the parameters and fields in which another can go with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Feeds:
    """What can feed what in one world."""

    world: World
    book: PhraseBook
    kinds: Mapping[tuple[str, str], str]
    """(entity, field) -> kind."""
    rows: Mapping[tuple[str, str], str]
    """(entity, field) -> entity of the objects that are listed there."""
    referable: Mapping[str, tuple[tuple[str, str], ...]]
    """Entity -> the fields that a request can refer to, with their kinds."""
    rankings: Mapping[str, tuple[tuple[str, Literal["least", "most"]], ...]]
    """Entity -> the fields that one of several can be picked by, from either end."""
    draws: Mapping[tuple[str, str], Known | None]
    """(function, parameter) -> how a user comes to a value; None when only a result can tell it."""
    opaque: Mapping[str, frozenset[str]]
    """Function -> the required parameters that only a result can fill."""
    roots: tuple[WorldFunction, ...]
    """The functions that a user knows enough for."""
    takers: Mapping[str, tuple[Taker, ...]]
    """Kind -> who takes a value of it, where a request can say so."""
    entries: Mapping[str, tuple[Taker, ...]]
    """The same for the functions that a user knows enough for: a way in from another world."""
    uses: Mapping[str, tuple[Use, ...]]
    """Entity -> the sensible calls that one object of it is enough for."""
    asked: Mapping[str, tuple[tuple[Parameter, Known | None], ...]]
    """Function -> the parameters that a request has words for, with their draws."""
    changeable: Mapping[str, tuple[tuple[Parameter, Known], ...]]
    """Function that only reads -> what it needs that a user may change their mind about."""
    narrowing: Mapping[str, tuple[tuple[Parameter, Known], ...]]
    """Function that reads a list -> the conditions that a user can add to it."""
    joining: Mapping[str, frozenset[str]]
    """Function -> the parameters, two at least, that results can fill and that it may need."""
    listing: frozenset[str]
    """The functions that give a list whose items another reads about one by one."""
    meeting: frozenset[str]
    """The functions that give something through which a task can go to another world."""


@functools.cache
def feeds(world: World) -> Feeds:
    """Work out what can feed what in a world."""
    book, functions = world.book, tuple(world.functions.values())
    fields = [field for function in functions for field in function.fields]
    kinds = {(f.entity, f.name): f.kind for f in fields if f.kind}
    draws = {(f.name, p.name): world.draw(f, p) for f in functions for p in f.parameters}
    opaque = {
        f.name: frozenset(
            p.name for p in f.parameters if p.required and draws[f.name, p.name] is None
        )
        for f in functions
    }
    referable = {name: tuple(_referable(name, book, kinds)) for name in book.entities}
    takers = _takers(functions, book)
    asked = {
        f.name: tuple(
            (p, draws[f.name, p.name])
            for p in f.parameters
            if p.required or p.name in book.functions[f.name].modify
        )
        for f in functions
    }
    uses = {
        entity: tuple(
            (f, p.name, field)
            for field, kind in fields
            for f, p in takers.get(kind, ())
            if opaque[f.name] <= {p.name} and not pointless(f, entity)
        )
        for entity, fields in referable.items()
    }
    looped = {
        entity
        for entity, used in uses.items()
        if any(not f.writes and not f.parameter(name).many for f, name, _ in used)
    }
    return Feeds(
        world=world,
        book=book,
        kinds=kinds,
        rows={(f.entity, f.name): f.rows for f in fields if f.rows},
        referable=referable,
        rankings={name: tuple(_rankings(told)) for name, told in book.entities.items()},
        draws=draws,
        opaque=opaque,
        roots=tuple(f for f in functions if not opaque[f.name]),
        takers=takers,
        entries={
            kind: tuple((f, p) for f, p in taken if not opaque[f.name])
            for kind, taken in takers.items()
        },
        uses=uses,
        asked=asked,
        changeable={
            f.name: tuple(
                (p, draw)
                for p, draw in asked[f.name]
                if draw and p.required and p.kind not in book.own
            )
            for f in functions
            if not f.writes
        },
        narrowing={
            f.name: tuple((p, draw) for p, draw in asked[f.name] if draw and not p.required)
            for f in functions
            if not f.writes and f.gives != "one"
        },
        joining=_joining(functions, takers, referable, opaque),
        listing=frozenset(f.name for f in functions if f.gives != "one" and f.entity in looped),
        meeting=frozenset(
            f.name
            for f in functions
            if any(kind in MEETING for _, kind in referable.get(f.entity, ()))
        ),
    )


@functools.cache
def joint(first: Feeds, entity: str, second: Feeds, other: str) -> tuple[Joint, ...]:
    """List the sensible calls that take one object of each of two entities, and need no more."""
    found: list[Joint] = []
    for field, kind in first.referable[entity]:
        for function, parameter in first.takers.get(kind, ()):
            if pointless(function, entity) or pointless(function, other):
                continue
            links = tuple(
                (p.name, also)
                for also, its_kind in second.referable[other]
                for p in function.parameters
                if p.kind == its_kind
                and p is not parameter
                and first.opaque[function.name] <= {parameter.name, p.name}
            )
            if links:
                found.append((function, parameter.name, field, links))
    return tuple(found)


def _referable(
    entity: str, book: PhraseBook, kinds: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, str]]:
    told = book.entities[entity]
    for name in (*([told.id] if told.id else []), *told.refs):
        if kind := kinds.get((entity, name)):
            yield name, kind


def _rankings(told: Entity) -> Iterator[tuple[str, Literal["least", "most"]]]:
    for name, picks in told.pick.items():
        if picks.least:
            yield name, "least"
        if picks.most:
            yield name, "most"


def _takers(
    functions: tuple[WorldFunction, ...], book: PhraseBook
) -> Mapping[str, tuple[Taker, ...]]:
    found: defaultdict[str, list[Taker]] = defaultdict(list)
    for f in functions:
        for p in f.parameters:
            if p.kind and (p.required or p.name in book.functions[f.name].modify):
                found[p.kind].append((f, p))
    return {kind: tuple(takers) for kind, takers in found.items()}


def _joining(
    functions: tuple[WorldFunction, ...],
    takers: Mapping[str, tuple[Taker, ...]],
    referable: Mapping[str, tuple[tuple[str, str], ...]],
    opaque: Mapping[str, frozenset[str]],
) -> Mapping[str, frozenset[str]]:
    given = {kind for f in functions if not f.writes for _, kind in referable.get(f.entity, ())}
    fed = {
        f.name: frozenset(p.name for kind in given for g, p in takers.get(kind, ()) if g is f)
        for f in functions
    }
    return {name: names for name, names in fed.items() if len(names) > 1 and opaque[name] <= names}


@functools.cache
def steps_to(world: World, target: str) -> Mapping[str, int]:
    """Say how many calls a function of a world is away from a target, by what can feed what.

    A function that does not lead there is not in it.
    """
    lexicon = feeds(world)
    away, near = {target: 0}, [world.functions[target]]
    while near:
        found: list[WorldFunction] = []
        for function in near:
            wanted = {
                p.kind
                for p in function.parameters
                if not lexicon.opaque[function.name] or p.name in lexicon.opaque[function.name]
            }
            for other in world.functions.values():
                given = {kind for _, kind in lexicon.referable[other.entity]}
                if other.name not in away and wanted & given:
                    away[other.name] = away[function.name] + 1
                    found.append(other)
        near = found
    return away


@functools.cache
def leanings(world: World, target: str) -> Mapping[str, float]:
    """Say how likely each call is that leads to a target, beside 1 for any that only reads."""
    away = steps_to(world, target)
    return {
        name: LEADING / (1 + steps) * (WRITING if world.functions[name].writes else 1.0)
        for name, steps in away.items()
    }


def pointless(function: WorldFunction, entity: str) -> bool:
    """Say whether a call would only read again what its feeder gave already."""
    return not function.writes and function.entity == entity
