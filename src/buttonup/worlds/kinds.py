"""Kinds: what a value *is*, beyond its JSON type.

A parameter of kind `BikeId` can be fed by any result field of kind `BikeId`; that is all the
planner needs to know which call can follow which. Kinds shared by several worlds live here, a
world's own beside its functions.
"""

from __future__ import annotations

import types
import typing
from dataclasses import dataclass
from typing import Annotated, Any, Union

import msgspec
from msgspec import Meta

from buttonup.records import Schema


@dataclass(frozen=True, slots=True)
class Kind:
    """Marks a type with its kind: `BikeId = Annotated[str, Kind("BikeId"), Meta(...)]`."""

    name: str


Date = Annotated[
    str,
    Kind("Date"),
    Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", description="Date as YYYY-MM-DD."),
]
Time = Annotated[
    str, Kind("Time"), Meta(pattern=r"^\d{2}:\d{2}$", description="Time of day as HH:MM, 24 hours.")
]
Money = Annotated[float, Kind("Money"), Meta(description="Amount in euros.")]
City = Annotated[str, Kind("City"), Meta(description="Name of a city, like Lisbon.")]
Country = Annotated[str, Kind("Country"), Meta(description="Name of a country, like Portugal.")]
PersonName = Annotated[str, Kind("PersonName"), Meta(description="First and last name.")]
Email = Annotated[str, Kind("Email"), Meta(description="E-mail address.")]
Phone = Annotated[str, Kind("Phone"), Meta(description="Telephone number.")]
Weekday = Annotated[
    typing.Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    Kind("Weekday"),
]
Count = Annotated[int, Kind("Count")]
"""How many of something. Nothing is fed by it; it is a kind so that it can be said and compared."""


def kind_of(hint: Any) -> str | None:
    """Name the kind of a type; None when it has none. `X | None` and `list[X]` have X's kind."""
    for part in _parts(hint):
        for mark in getattr(part, "__metadata__", ()):
            if isinstance(mark, Kind):
                return mark.name
    if many(hint):
        return kind_of(typing.get_args(plain(hint))[0])
    return None


def many(hint: Any) -> bool:
    """Say whether a type is a list."""
    return typing.get_origin(plain(hint)) is list


def plain(hint: Any) -> Any:
    """Strip annotations and `| None` from a type."""
    part = next(p for p in _parts(hint) if p is not type(None))
    return typing.get_args(part)[0] if hasattr(part, "__metadata__") else part


def choices_of(hint: Any) -> tuple[Any, ...]:
    """List the values of a `Literal` type, or of a list of them; () for any other."""
    bare = plain(typing.get_args(plain(hint))[0]) if many(hint) else plain(hint)
    return typing.get_args(bare) if typing.get_origin(bare) is typing.Literal else ()


def schema_of(hint: Any) -> Schema:
    """Give the JSON Schema of a type, with every reference resolved in place."""
    (schema,), defined = msgspec.json.schema_components((hint,), ref_template="{name}")
    resolved: Schema = _resolved(schema, defined)
    return resolved


def _parts(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (Union, types.UnionType):
        return typing.get_args(hint)
    return (hint,)


def _resolved(schema: Any, defined: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_resolved(s, defined) for s in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved({**defined[schema["$ref"]], **_without(schema, "$ref")}, defined)
    kept = {k: _resolved(v, defined) for k, v in _without(schema, "title").items()}
    words = all(isinstance(choice, str) for choice in kept.get("enum", (0,)))
    return {"type": "string", **kept} if words else kept


def _without(schema: dict[str, Any], key: str) -> dict[str, Any]:
    # A property may itself be called "title": there its value is a schema, not a string.
    return {k: v for k, v in schema.items() if k != key or not isinstance(v, str)}
