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

import copy
import datetime as dt
import functools
import inspect
import random
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

import msgspec

from buttonup.once import lazily
from buttonup.records import Function, Json, Schema, Tools
from buttonup.worlds.kinds import choices_of, kind_of, many, plain, schema_of
from buttonup.worlds.phrases import PhraseBook, phrase_book
from buttonup.worlds.state import Page, Refused, Row, State

Known = Callable[[Any, random.Random], Json]
"""Draws a value that a user of the world would know, from its state."""

REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True)
class Parameter:
    """One parameter of a function, as the planner sees it."""

    name: str
    hint: Any
    kind: str | None
    default: Json = REQUIRED

    @lazily
    def required(self) -> bool:
        """True when it has no default."""
        return self.default is REQUIRED

    @lazily
    def many(self) -> bool:
        """True when it takes a list."""
        return many(self.hint)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the objects that a result holds."""

    entity: str
    """Name of the Row class of the object."""
    name: str
    """Dotted where a Row lies in a Row: "address.city"."""
    kind: str = ""
    """"" when it has none."""
    rows: str = ""
    """Name of the Row class of its items, where it is a list of objects."""


Gives = Literal["one", "list", "page"]


@dataclass(frozen=True, eq=False)
class WorldFunction:
    """A function of a world: its definition, and the Python that runs it.

    What is read off its signature is read when it is first asked for: most processes ask for a few
    functions, or for none.
    """

    name: str
    world: str
    run: Callable[..., Any]
    writes: bool

    @lazily
    def definition(self) -> Function:
        """The function as it is shown to who may call it."""
        description, told = _docstring(self.run)
        return Function(
            name=self.name,
            description=description,
            parameters=_parameters_schema(self.arguments, told),
            responses=schema_of(self._hints["return"]),
        )

    @lazily
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters, in their order."""
        hints, signature = self._hints, list(inspect.signature(self.run).parameters.values())[1:]
        return tuple(
            Parameter(p.name, hints[p.name], kind_of(hints[p.name]), p.default) for p in signature
        )

    @lazily
    def arguments(self) -> type[msgspec.Struct]:
        """The class that checks the arguments."""
        return _argument_class(self.name, self.parameters)

    @lazily
    def gives(self) -> Gives:
        """One object, a list of them, or a page of a list."""
        return _given(self._hints["return"])[0]

    @lazily
    def entity(self) -> str:
        """Name of the Row class of that object, or of the list's items."""
        return self._row.__name__

    @lazily
    def fields(self) -> tuple[Field, ...]:
        """The fields of that entity, and of those that lie in lists in it."""
        return tuple(dict.fromkeys(_fields(self._row, self.entity, "")))

    @lazily
    def ids(self) -> frozenset[str]:
        """The parameters that take an id, whatever it looks like; a world's ids look alike."""
        return frozenset()

    @lazily
    def days(self) -> tuple[str, ...]:
        """The parameters that take a date."""
        return tuple(p.name for p in self.parameters if p.kind == "Date" and not p.many)

    @lazily
    def _hints(self) -> dict[str, Any]:
        return typing.get_type_hints(self.run, include_extras=True)

    @lazily
    def _row(self) -> type[Row]:
        return _given(self._hints["return"])[1]

    def parameter(self, name: str) -> Parameter:
        """Give a parameter by its name."""
        return self._named[name]

    @lazily
    def _named(self) -> dict[str, Parameter]:
        return {p.name: p for p in self.parameters}

    def call(self, state: Any, arguments: Mapping[str, Json]) -> Json:
        """Run on a state. Errors are data: `{"error": "..."}`, never an exception."""
        try:
            checked = msgspec.convert(arguments, self.arguments)
            given = msgspec.structs.asdict(checked)
            for name in self.days:
                _exists(given[name])
            return msgspec.to_builtins(self.run(state, **given))
        except msgspec.ValidationError as wrong:
            return {"error": f"Invalid arguments: {wrong}."}
        except Refused as refusal:
            return {"error": str(refusal)}

    def rows(self, result: Json) -> list[dict[str, Json]]:
        """List the objects that a result gives, which tells of no error."""
        match self.gives:
            case "one":
                return [result]
            case "list":
                return list(result)
            case "page":
                return list(result["items"])

    def pointer(self, place: str, field: str) -> str:
        """Point to a field of an object in a result; `place` is "" where there is one object."""
        return f"/{place}/{field.replace('.', '/')}" if place else f"/{field.replace('.', '/')}"


class World:
    """A small executable simulation of one domain.

    `known` says which values a user would know to say: by kind ("StationId") or, where one
    parameter needs its own, by function and parameter ("find_bikes.max_price"). A kind that is
    absent is opaque: its values come from results only. Enumerations and booleans need no entry.
    """

    wording = ""
    """What its words are made of, where nobody wrote them: see `CompositionalTask.wording`."""

    def __init__(
        self,
        name: str,
        title: str,
        seed: Callable[[random.Random, dt.date], State],
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
            made = WorldFunction(run.__name__, self.name, run, writes)
            self.functions[made.name] = made
            return made

        return add

    @property
    def book(self) -> PhraseBook:
        """How it is said in words."""
        return phrase_book(self.name)

    def ran_at(self, names: Collection[str]) -> Tools | None:  # noqa: ARG002 - of others
        """Say where calls run, for the functions that a conversation is shown; None: here."""
        return None

    def only(self, names: Iterable[str]) -> Self:
        """Give the same world with some of its functions; its states are shared."""
        twin = copy.copy(self)
        twin.functions = {name: self.functions[name] for name in names}
        return twin

    def draw(self, function: WorldFunction, parameter: Parameter) -> Known | None:
        """Find how a user comes to a value for a parameter; None when it is opaque to users."""
        known = self.known.get(f"{function.name}.{parameter.name}")
        known = known or self.known.get(parameter.kind or "")
        if known is None and (choices := choices_of(parameter.hint)):
            others = tuple(c for c in choices if c != parameter.default)
            known = lambda _state, rng: rng.choice(others)  # noqa: E731 - it is wrapped below
        if known is not None and parameter.many:
            return _several(known)
        if known is None and plain(parameter.hint) is bool:
            return lambda _state, _rng: parameter.default is not True
        return known

    def _state(self, seed: int) -> State:
        return self._seed(random.Random(f"{self.name}:{seed}"), clock(seed))


def clock(seed: int) -> dt.date:
    """Give the day it is in every world of a seed, so that two worlds can meet in one task."""
    return dt.date(2026, 2, 1) + dt.timedelta(days=random.Random(f"clock:{seed}").randrange(300))


def _several(known: Known) -> Known:
    """Draw two or three different values where a list is taken; fewer where there are not more."""

    def draw(state: Any, rng: random.Random) -> Json:
        wanted, drawn = rng.choice((2, 2, 3)), list[Json]()
        for _ in range(3 * wanted):
            value = msgspec.to_builtins(known(state, rng))
            if value not in drawn and len(drawn) < wanted:
                drawn.append(value)
        return drawn

    return draw


def _exists(day: str | None) -> None:
    """Refuse a date that is written well and is none, such as 2026-02-30."""
    try:
        dt.date.fromisoformat(day or "2026-01-01")
    except ValueError as wrong:
        raise Refused(f"There is no day {day}.") from wrong


def _docstring(run: Callable[..., Any]) -> tuple[str, dict[str, str]]:
    """Split a docstring into the description and what it tells of each parameter."""
    text, _, about = (inspect.getdoc(run) or "").rpartition("\n\n")
    lines = [line.partition(": ") for line in about.splitlines()]
    if not text or not all(words for _, _, words in lines):
        text, lines = inspect.getdoc(run) or "", []
    told = {name: words[:1].upper() + words[1:] for name, _, words in lines}
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


def _given(hint: Any) -> tuple[Gives, type[Row]]:
    """Say what a return type gives: one object, a list, or a page; and of which Row class."""
    bare = plain(hint)
    if typing.get_origin(bare) is Page:
        return "page", typing.get_args(bare)[0]
    if typing.get_origin(bare) is list:
        return "list", typing.get_args(bare)[0]
    return "one", bare


def _fields(row: type[Row], entity: str, prefix: str) -> Iterator[Field]:
    """Walk a Row class down to its leaves, through the Rows that lie in it."""
    for name, hint in typing.get_type_hints(row, include_extras=True).items():
        at, bare = f"{prefix}{name}", plain(hint)
        if _is_row(bare):
            yield from _fields(bare, entity, f"{at}.")
        elif many(hint) and _is_row(item := plain(typing.get_args(bare)[0])):
            yield Field(entity, at, rows=item.__name__)
            yield from _fields(item, item.__name__, "")
        else:
            yield Field(entity, at, kind_of(hint) or "")


def _is_row(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Row)
