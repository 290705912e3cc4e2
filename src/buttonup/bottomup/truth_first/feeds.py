"""What can feed what in a world: worked out once, from kinds and from what is worded."""

from __future__ import annotations

import functools

from buttonup.worlds.phrases import Entity, PhraseBook, phrase_book
from buttonup.worlds.world import Field, World, WorldFunction


@functools.cache
def opaque(world: World, function: WorldFunction) -> frozenset[str]:
    """Name the required parameters that only a result can fill."""
    return frozenset(
        p.name for p in function.parameters if p.required and world.draw(function, p) is None
    )


@functools.cache
def kinds(world: World) -> dict[tuple[str, str], str]:
    """(entity, field) -> kind, over all results of a world."""
    return {(f.entity, f.name): f.kind for f in _fields(world) if f.kind}


@functools.cache
def rows(world: World) -> dict[tuple[str, str], str]:
    """(entity, field) -> entity of the objects that are listed there."""
    return {(f.entity, f.name): f.rows for f in _fields(world) if f.rows}


def _fields(world: World) -> list[Field]:
    return [field for function in world.functions.values() for field in function.fields]


def referable(world: World, book: PhraseBook, entity: str) -> list[tuple[str, str]]:
    """List the fields of an entity that a request can refer to, with their kinds."""
    told: Entity = book.entities[entity]
    names = [*([told.id] if told.id else []), *told.refs]
    return [(n, kinds(world)[entity, n]) for n in names if (entity, n) in kinds(world)]


def pointless(function: WorldFunction, entity: str) -> bool:
    """Say whether a call would only read again what its feeder gave already."""
    return not function.writes and function.entity == entity


@functools.cache
def wanted(world: World, ops: frozenset[str]) -> tuple[WorldFunction, ...]:
    """List the functions fit for a place, by the kinds of places that it feeds."""
    functions = tuple(world.functions.values())
    if "each" in ops:  # only reading is asked for item by item; nobody hires every bike
        functions = tuple(f for f in functions if f.gives != "one")
    if ops & {"call", "each"}:
        return tuple(f for f in functions if _leads_on(world, f))
    return tuple(f for f in functions if _comparable(world, f)) if ops else functions


def _leads_on(world: World, function: WorldFunction) -> bool:
    """Say whether some other function can use what this one gives."""
    entity = function.entity
    given = {kind for _, kind in referable(world, phrase_book(world.name), entity)}
    return any(
        p.kind in given and not pointless(other, entity)
        for other in world.functions.values()
        if other is not function
        for p in other.parameters
    )


def _comparable(world: World, function: WorldFunction) -> bool:
    entity = phrase_book(world.name).entities[function.entity]
    return not function.writes and bool(entity.pick or entity.measures)
