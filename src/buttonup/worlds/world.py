"""A world: seeded state, and typed functions over it.

A function is plain Python with a docstring; its definition, its argument checks and the kinds that
the planner goes by are all read off its signature:

    @world.function(writes=True)
    def hire_bike(db: State, bike_id: BikeId, member_id: MemberId, days: Days = 1) -> Hire:
        '''Hire a bike for a member.

        bike_id: the bike to hire
        member_id: who hires it
        days: for how many days
        '''
"""

from __future__ import annotations

import functools
import inspect
import random
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from buttonup.records import Function, Json, Schema
from buttonup.worlds.kinds import choices_of, kind_of, plain, schema_of
from buttonup.worlds.state import Refused, Row, State

Known = Callable[[Any, random.Random], Json]
"""Draws a value that a user of the world would know, from its state."""

REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function, as the planner sees it."""

    name: str
    hint: Any
    kind: str | None
    default: Json = REQUIRED

    @property
    def required(self) -> bool:
        """True when it has no default."""
        return self.default is REQUIRED


@dataclass(frozen=True, slots=True)
class Field:
    """One leaf of a result: where it is, what kind, and which entity it belongs to."""

    path: tuple[str, ...]
    """Steps from the result's root; "*" stands for any item of a list."""
    kind: str
    entity: str
    """Name of the Row class that holds it."""


@dataclass(frozen=True, slots=True, eq=False)
class WorldFunction:
    """A function of a world: its definition, and the Python that runs it."""

    name: str
    world: str
    run: Callable[..., Any]
    writes: bool
    definition: Function
    parameters: tuple[Parameter, ...]
    fields: tuple[Field, ...]
    arguments: type[msgspec.Struct]
    """The class that checks the arguments."""

    def call(self, state: Any, arguments: Mapping[str, Json]) -> Json:
        """Run on a state. Errors are data: `{"error": "..."}`, never an exception."""
        try:
            checked = msgspec.convert(arguments, self.arguments)
            given = {name: getattr(checked, name) for name in checked.__struct_fields__}
            return msgspec.to_builtins(self.run(state, **given))
        except msgspec.ValidationError as wrong:
            return {"error": f"Invalid arguments: {wrong}."}
        except Refused as refusal:
            return {"error": str(refusal)}


class World:
    """A small executable simulation of one domain.

    `known` says which values a user would know to say: by kind ("StationId") or, where one
    parameter needs its own, by function and parameter ("find_bikes.max_price"). A kind that is
    absent is opaque: its values come from results only. Enumerations and booleans need no entry.
    """

    def __init__(
        self,
        name: str,
        title: str,
        seed: Callable[[random.Random], State],
        known: Mapping[str, Known],
    ) -> None:
        self.name = name
        self.title = title
        self.known = dict(known)
        self.functions: dict[str, WorldFunction] = {}
        self._seed = seed
        self.state = functools.lru_cache(maxsize=32)(self._state)

    def function(self, *, writes: bool = False) -> Callable[[Callable[..., Any]], WorldFunction]:
        """Add a Python function to the world; `writes` says whether it changes state."""

        def add(run: Callable[..., Any]) -> WorldFunction:
            made = _read(self.name, run, writes=writes)
            self.functions[made.name] = made
            return made

        return add

    def draw(self, function: WorldFunction, parameter: Parameter) -> Known | None:
        """Find how a user comes to a value for a parameter; None when it is opaque to users."""
        known = self.known.get(f"{function.name}.{parameter.name}")
        known = known or self.known.get(parameter.kind or "")
        if known is None and (choices := choices_of(parameter.hint)):
            others = tuple(c for c in choices if c != parameter.default)
            return lambda _state, rng: rng.choice(others)
        if known is None and plain(parameter.hint) is bool:
            return lambda _state, _rng: parameter.default is not True
        return known

    def _state(self, seed: int) -> State:
        return self._seed(random.Random(f"{self.name}:{seed}"))


def _read(world: str, run: Callable[..., Any], *, writes: bool) -> WorldFunction:
    hints = typing.get_type_hints(run, include_extras=True)
    signature = list(inspect.signature(run).parameters.values())[1:]
    parameters = tuple(
        Parameter(p.name, hints[p.name], kind_of(hints[p.name]), p.default) for p in signature
    )
    description, told = _docstring(run)
    arguments = _argument_class(run.__name__, parameters)
    name = run.__name__
    return WorldFunction(
        name=name,
        world=world,
        run=run,
        writes=writes,
        definition=Function(
            name=name,
            description=description,
            parameters=_parameters_schema(arguments, told),
            responses=schema_of(hints["return"]),
        ),
        parameters=parameters,
        fields=tuple(_fields(hints["return"], (), "")),
        arguments=arguments,
    )


def _docstring(run: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """Split a docstring into the description and what it tells of each parameter."""
    text, _, about = (inspect.getdoc(run) or "").partition("\n\n")
    lines = (line.partition(": ") for line in about.splitlines())
    told = {name: words[:1].upper() + words[1:] for name, _, words in lines if words}
    return " ".join(text.split()), told


def _argument_class(name: str, parameters: tuple[Parameter, ...]) -> type[msgspec.Struct]:
    fields: list[Any] = [
        (p.name, p.hint) if p.required else (p.name, p.hint, p.default) for p in parameters
    ]
    return msgspec.defstruct(name, fields, kw_only=True, forbid_unknown_fields=True)


def _parameters_schema(arguments: type[msgspec.Struct], told: dict[str, str]) -> Schema:
    """Give the schema as a caller is told it: an optional parameter is left out, not null."""
    schema = schema_of(arguments)
    for name, said in schema["properties"].items():
        if "anyOf" in said:
            said.update(next(s for s in said.pop("anyOf") if s != {"type": "null"}))
        if said.get("default", REQUIRED) is None:
            del said["default"]
        if name in told:
            said["description"] = told[name]
    return schema


def _fields(hint: Any, path: tuple[str, ...], entity: str) -> Iterator[Field]:
    """Walk a result type down to its leaves that have a kind."""
    bare = plain(hint)
    if isinstance(bare, type) and issubclass(bare, Row):
        hints = typing.get_type_hints(bare, include_extras=True)
        for name, inner in hints.items():
            yield from _fields(inner, (*path, name), bare.__name__)
    elif typing.get_origin(bare) is list:
        yield from _fields(typing.get_args(bare)[0], (*path, "*"), entity)
    elif kind := kind_of(hint):
        yield Field(path, kind, entity)
