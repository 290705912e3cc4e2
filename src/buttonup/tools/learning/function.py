"""A user's function as the planner sees it, and the kinds of what it takes and gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

from buttonup.once import lazily
from buttonup.records import Function, Json, Schema
from buttonup.tools.learning.learned import Learned, LearnedFunction
from buttonup.tools.learning.names import is_id, qualified, thing
from buttonup.tools.learning.ordinary import said_parts
from buttonup.tools.learning.shape import field as field_of
from buttonup.tools.learning.shape import (
    fields_of,
    goes_on,
    kind_of,
    properties,
    reached,
    resolved,
    shape_of,
)
from buttonup.tools.source import Tool
from buttonup.worlds.world import REQUIRED, Field, Gives, Parameter, WorldFunction

_HINTS: Mapping[str, Any] = {"string": str, "integer": int, "number": float, "boolean": bool}


@dataclass(frozen=True, eq=False)
class OwnFunction(WorldFunction):
    """A function of a user."""

    shown: Function
    listed: bool
    """Whether a result is a list, or lies about one."""
    kinds: Kinds
    at: str
    """JSON pointer of the object or list that a result is about."""
    responses: Schema
    schemas: Mapping[str, Schema]
    """Of each field of that object, or of the list's items."""
    firm: frozenset[str]
    """Those that every object has; none where its schema names none."""
    really: bool
    """Whether calls are made; False for a write that is simulated."""

    @lazily
    def definition(self) -> Function:
        """The function as its source defines it."""
        return self.shown

    @lazily
    def parameters(self) -> tuple[Parameter, ...]:
        """Those that can be said in words, in their order."""
        return tuple(_parameters(self.shown, self.kinds))

    @lazily
    def gives(self) -> Gives:
        """One object or a list: pages are not turned."""
        return "list" if self.listed else "one"

    @lazily
    def entity(self) -> str:
        """The function's own name: each gives objects of its own."""
        return self.name

    @lazily
    def fields(self) -> tuple[Field, ...]:
        """The fields of those objects."""
        kind = self.kinds.of_field
        return tuple(Field(self.name, at, kind(self.name, at, s)) for at, s in self.schemas.items())

    @lazily
    def ids(self) -> frozenset[str]:
        """The parameters that take an id, whatever it looks like."""
        return frozenset(p.name for p in self.parameters if is_id(p.name) and not p.many)

    def call(self, state: Any, arguments: Mapping[str, Json]) -> Json:
        """Ask what it answers. Raises Wanted where that is not known yet."""
        answer: Json = state.answer(self, dict(arguments))
        return answer

    def rows(self, result: Json) -> list[dict[str, Json]]:
        """List the objects of a result, each with all its fields; none of a list that goes on."""
        lies = reached(result, self.at)
        if self.gives == "one":
            return [] if lies is None or isinstance(lies, list) else [self._whole(lies)]
        return [] if not isinstance(lies, list) or goes_on(result) else list(map(self._whole, lies))

    def _whole(self, row: Json) -> dict[str, Json]:
        known = row if isinstance(row, dict) else {"": row}
        names = (f.name for f in self.fields)
        return {**known, **{n: None for n in names if field_of(row, n) is None}}

    def pointer(self, place: str, field: str) -> str:
        """Point to a field of an object in a result; `place` is "" where there is one object."""
        parts = (place, *field.split(".")) if field else (place,)
        return "/".join((self.at, *(part for part in parts if part)))


def allows(name: str, allowed: Sequence[str]) -> bool:
    """Say whether a write may really be made."""
    return any(fnmatchcase(name, pattern) for pattern in allowed)


def plannable(tool: Tool, known: LearnedFunction) -> bool:
    """Say whether plans can call a function: its result is known, and its arguments can be said."""
    if not known.gives or not (tool.runs or known.writes) or _HOPELESS.intersection(known.doubts):
        return False
    schemas = properties(tool.function.parameters)
    required = tool.function.parameters.get("required") or ()
    return all(name in schemas and _hint(schemas[name]) is not None for name in required)


def callable_at_all(tool: Tool, known: LearnedFunction, allowed: Sequence[str]) -> bool:
    """Say whether a call of a function can be answered: really, or by simulating a write."""
    if not _HOPELESS.isdisjoint(known.doubts):
        return False
    if tool.runs and (not known.writes or allows(tool.function.name, allowed)):
        return True
    return known.writes and bool(known.gives)


_HOPELESS = frozenset({"always_fails", "hangs"})


def _hint(schema: Schema) -> Any:
    """Give the Python type of a parameter that can be said in words; None for one that cannot."""
    if kind_of(schema) == "object":
        return dict if said_parts(schema) else None
    if kind_of(schema) != "array":
        return _HINTS.get(kind_of(schema))
    items = schema.get("items")
    inner = _HINTS.get(kind_of(items)) if isinstance(items, dict) else None
    return list[inner] if inner in (str, int, float) else None  # type: ignore[valid-type]


def own_function(
    tool: Tool,
    known: LearnedFunction,
    learned: Learned,
    kinds: Kinds,
    allowed: Sequence[str],
) -> OwnFunction:
    """Put together what the planner goes by."""
    name = tool.function.name
    responses = resolved(learned.responses(name, tool.function.responses))
    row = _row(responses, known)
    return OwnFunction(
        name=name,
        world="own",
        run=_no_run,
        writes=known.writes,
        shown=tool.function,
        listed=known.gives == "list",
        kinds=kinds,
        at=known.at,
        responses=responses,
        schemas=dict(fields_of(row)),
        firm=frozenset(_firm(row)),
        really=tool.runs and (not known.writes or allows(name, allowed)),
    )


def _no_run(*_: Any) -> Any:
    raise AssertionError("a user's function does not run here")


def _row(responses: Schema, known: LearnedFunction) -> Schema:
    """Give the schema of the object, or of a list's items, that was learned to be meant."""
    shape = shape_of(responses)
    if shape is not None and (shape.gives, shape.at) == (known.gives, known.at):
        return shape.schema
    schema: Json = responses
    for part in known.at.split("/")[1:]:
        schema = (schema.get("properties") or {}).get(part) if isinstance(schema, dict) else None
    if known.gives == "list":
        schema = schema.get("items") if isinstance(schema, dict) else None
    return schema if isinstance(schema, dict) else {}


def _firm(row: Schema, prefix: str = "") -> Iterator[str]:
    """Name the fields that an object always has, and with a value."""
    inner = row.get("properties") or {}
    for name in (n for n in row.get("required") or () if isinstance(inner.get(n), dict)):
        if kind_of(inner[name]) == "object":
            yield from _firm(inner[name], f"{prefix}{name}.")
        elif not isinstance(inner[name].get("type"), list):
            yield f"{prefix}{name}"


def _parameters(function: Function, kinds: Kinds) -> Iterator[Parameter]:
    required = function.parameters.get("required") or ()
    for name, schema in properties(function.parameters).items():
        if (hint := _hint(schema)) is not None:
            default = REQUIRED if name in required else schema.get("default")
            yield Parameter(name, hint, kinds.of_parameter(function.name, name, schema), default)


class Kinds:
    """The kinds of fields and parameters: those that feed each other have one."""

    def __init__(self, tools: Sequence[Tool], learned: Learned) -> None:
        self.fed = frozenset(feed.field for feed in learned.feeds)
        """Fields that feed a parameter."""
        self._parent: dict[str, str] = {}
        for feed in learned.feeds:
            self._join(f"field {feed.field}", f"parameter {feed.parameter}")
        self._names: dict[str, str] = {}
        members: defaultdict[str, list[str]] = defaultdict(list)
        for tool in tools:
            for p in properties(tool.function.parameters):
                node = f"parameter {tool.function.name}.{p}"
                if node in self._parent:
                    words = qualified(p, thing(tool.function.name))
                    members[self._root(node)].append("_".join(words))
        for root, names in members.items():
            best = max(sorted(set(names)), key=names.count)
            taken = set(self._names.values())
            self._names[root] = best if best not in taken else f"{best}_{len(taken)}"

    def _root(self, node: str) -> str:
        while (up := self._parent.setdefault(node, node)) != node:
            node = up
        return node

    def _join(self, one: str, other: str) -> None:
        self._parent[self._root(one)] = self._root(other)

    def of_parameter(self, function: str, name: str, schema: Schema) -> str:
        """Name a parameter's kind."""
        node = f"parameter {function}.{name}"
        inner = schema.get("items", {}) if kind_of(schema) == "array" else schema
        if node in self._parent:
            return self._names.get(self._root(node), name)
        return _moment(inner) or f"{function}.{name}"

    def of_field(self, function: str, name: str, schema: Schema) -> str:
        """Name a field's kind; "" where it has none."""
        node = f"field {function}.{name}"
        if node in self._parent:
            return self._names.get(self._root(node), "")
        return _moment(schema)


def _moment(schema: Schema) -> Literal["Date", ""]:
    return "Date" if schema.get("format") == "date" else ""
