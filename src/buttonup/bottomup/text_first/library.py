"""The function library: near-same functions of different tasks become one function.

Reviewers of BUTTON found the same function many times over, under near-same names; a student then
learns names, not functions. Here a later task uses the function that an earlier one brought, and
two different functions never share a name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

import msgspec

from buttonup.alike.embed import Embedder, Vectors
from buttonup.bottomup.text_first import schemas
from buttonup.bottomup.text_first.equip import Equipped
from buttonup.bottomup.text_first.names import canonical
from buttonup.errors import Reject
from buttonup.records import Function, Record, Schema

READING = frozenset("check fetch find get list lookup query read retrieve search show".split())
"""Verbs that mean the same of a function; any others tell two functions apart."""


class LibraryKnobs(Record):
    """When two functions that take and give the same are one."""

    threshold: float = 0.75
    """Cosine of name and description from which they are one. Ours: on a public list of 4,000
    functions, pairs above it say the same, save for opposite actions, which their verbs show."""
    same_name: float = 0.3
    """The same, for two of one name. Ours: only a name as empty as "search" means two things."""


@dataclass(slots=True)
class Library:
    """Every function so far, found by its name or by what it takes and gives."""

    embedder: Embedder
    knobs: LibraryKnobs
    names: set[str] = field(default_factory=set)
    shelves: dict[str, list[tuple[Function, Vectors]]] = field(default_factory=dict)
    """Signature -> the functions that have it."""

    def place(
        self, function: Function, taken: set[str], used: Collection[str] = ()
    ) -> tuple[Function, bool]:
        """Give the library's own function for this one, and whether it was there before.

        `taken` are the library's functions that the task has already: what the teacher told
        apart within one task stays apart.
        """
        shelf = self.shelves.setdefault(schemas.signature(function), [])
        vector = self.embedder([told(function)])[0]
        alike = [
            (self._score(function, vector, other, at), other)
            for other, at in shelf
            if other.name not in taken
        ]
        best = max(alike, key=lambda pair: pair[0], default=(-1.0, function))
        if best[0] >= 0:
            return best[1], True
        for other, at in self.shelf_of_name(function.name):
            close = self._score(function, vector, other, at) >= 0
            if close and other.name not in taken and serves(other, function, used):
                return other, True
        name = next((n for n in _free_names(function) if n not in self.names), "")
        if not name:
            raise Reject("name_taken", f"{function.name}: {function.description}")
        new = msgspec.structs.replace(function, name=name)
        self.names.add(name)
        shelf.append((new, vector))
        return new, False

    def shelf_of_name(self, name: str) -> list[tuple[Function, Vectors]]:
        """List the library's functions of a name, with their vectors: one, or none."""
        shelves = self.shelves.values()
        return [(f, at) for shelf in shelves for f, at in shelf if f.name == name]

    def _score(self, function: Function, vector: Vectors, other: Function, at: Vectors) -> float:
        """Give how far two functions are over the threshold to be one; below 0 they are two."""
        if _verb(function) != _verb(other):
            return -1.0
        same_name = other.name == function.name
        wanted = self.knobs.same_name if same_name else self.knobs.threshold
        return float(vector @ at) - wanted


def library(
    embedder: Embedder, knobs: LibraryKnobs
) -> Callable[[], Callable[[Equipped], list[Equipped]]]:
    """Start a pass that lets each task use the functions that earlier tasks brought.

    `reused` of a task names the functions that were there before it.
    Rejects  "name_taken" when no distinct name can be made for a function
    Units    memory grows with the number of different functions
    """

    def start() -> Callable[[Equipped], list[Equipped]]:
        shelves = Library(embedder, knobs)

        def place(item: Equipped) -> list[Equipped]:
            return [_placed(item, shelves)]

        return place

    return start


def serves(other: Function, function: Function, used: Collection[str]) -> bool:
    """Tell whether one function can stand in for another of its name.

    It takes every argument that the other takes and requires no further one, and it gives each
    field (`used`: paths in the responses) that a later call needs.
    """
    takes, gives = (f.parameters.get("properties", {}) for f in (other, function))
    same = all(name in takes and schemas.fits(p, takes[name]) for name, p in gives.items())
    fields = [(schemas.field_at(f.responses, path)) for path in used for f in (other, function)]
    found = all(field is not None for field in fields)
    return same and found and set(other.parameters.get("required", ())) <= gives.keys()


def told(function: Function) -> str:
    """Give a function's name and description as plain words, to compare by."""
    return f"{function.name.replace('_', ' ')}: {function.description}"


def _placed(item: Equipped, shelves: Library) -> Equipped:
    now: dict[str, Function] = {}
    reused: list[str] = []
    for function in (f for row in item.functions for f in row):
        if function.name not in now:
            taken = {f.name for f in now.values()}
            used = {link.field for link in item.links if link.source == function.name}
            now[function.name], was_there = shelves.place(function, taken, used)
            reused += [now[function.name].name] if was_there else []
    return Equipped(
        task=item.task,
        functions=tuple(tuple(now[f.name] for f in row) for row in item.functions),
        links=tuple(
            msgspec.structs.replace(
                link, function=now[link.function].name, source=now[link.source].name
            )
            for link in item.links
        ),
        reused=tuple(reused),
    )


def _verb(function: Function) -> str:
    verb = function.name.split("_", 1)[0]
    return "get" if verb in READING else verb


def _free_names(function: Function) -> Iterator[str]:
    """Give names for a function: its own, then told apart by a parameter or by what it gives.

    `search_recipes` becomes `search_recipes_by_course`, `order_cake` `order_cake_with_inscription`,
    as a person who finds the name taken would do it.
    """
    yield function.name
    own = set(function.name.split("_"))
    link = "by" if _verb(function) == "get" else "with"
    fields = [*function.parameters.get("properties", {}), *_top(function.responses)]
    telling = [
        f for f in dict.fromkeys(map(canonical, fields)) if f and not own & set(f.split("_"))
    ]
    for name in telling:
        yield f"{function.name}_{link}_{name}"[:64]
    for name in telling:
        for other in telling:
            yield f"{function.name}_{link}_{name}_and_{other}"[:64]


def _top(schema: Schema) -> list[str]:
    properties = schema.get("properties")
    return list(properties) if isinstance(properties, dict) else []
