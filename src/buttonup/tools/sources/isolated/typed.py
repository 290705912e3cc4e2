"""Python types as JSON Schema, and JSON as values of those types: pydantic does both."""

from __future__ import annotations

import sys
import typing
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from pydantic import PydanticSchemaGenerationError, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import core_schema, to_jsonable_python

from buttonup.records import Json, Schema
from buttonup.tools.definitions.inlined import inlined

Adapter = Any
"""A `pydantic.TypeAdapter`; None for a type of which no JSON can be a value."""

FAULTS = 3  # told of one argument: a union has one for each of its members


class Unfit(ValueError):  # noqa: N818 - of a model's arguments, not of the program
    """Arguments of which no values of the function's types can be made."""


def typed(hint: Any, mode: Literal["validation", "serialization"]) -> tuple[Schema, Adapter, str]:
    """Give a type's schema, what makes values of it, and a doubt: "not_json", "recursive", "".

    Of a union, the members that JSON has are enough: `Locale | str` is shown as a string.
    """
    try:
        adapter: Adapter = TypeAdapter(hint)
        schema, cut = inlined(adapter.json_schema(mode=mode))
    except (PydanticUserError, PydanticSchemaGenerationError, RecursionError):
        kept = [one for one in _members(hint) if typed(one, mode)[1] is not None]
        return typed(Union[tuple(kept)], mode) if kept else ({}, None, "not_json")  # noqa: UP007
    return schema, adapter, "recursive" if cut else ""


def _members(hint: Any) -> tuple[Any, ...]:
    """List the members of a union; none where it is no union."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else ()


def made(name: str, value: Json, adapter: Adapter) -> Any:
    """Make a value of a type from JSON. Raises Unfit, in words, where that cannot be done."""
    if adapter is None:
        raise Unfit(f"Invalid arguments: {name}: no JSON can be a value of its type")
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        words = (f"{'.'.join(map(str, (name, *e['loc'])))}: {e['msg']}" for e in found[:FAULTS])
        raise Unfit(f"Invalid arguments: {'; '.join(words)}") from error


def with_default(schema: Schema, adapter: Adapter, default: Any) -> Schema:
    """Add the default to a schema, where it is JSON and a value that could be given as well."""
    try:
        plain = to_jsonable_python(default)
        adapter.validate_python(plain)
    except Exception:  # noqa: BLE001 - it is still a default, only one that cannot be told
        return schema
    return {**schema, "default": plain}


# --- types that pydantic does not know of itself --------------------------------------------------


def teach_pydantic() -> None:
    """Have pydantic take msgspec's structs, and `typing.TypedDict` before Python 3.12."""
    struct: Any = msgspec.Struct
    struct.__get_pydantic_core_schema__ = classmethod(_struct_core)
    struct.__get_pydantic_json_schema__ = classmethod(_struct_json)
    if sys.version_info < (3, 12):  # it refuses those of `typing`, which lack what we do not need
        one: Any = typing.TypedDict("one", {})
        type(one).__module__ = "typing_extensions"


def _struct_core(_of: Any, source: Any, _handler: Any) -> Any:
    return core_schema.no_info_plain_validator_function(lambda value: _struct(value, source))


def _struct(value: Any, of: Any) -> Any:
    try:
        return msgspec.convert(value, of)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error


def _struct_json(of: Any, _core: Any, _handler: Any) -> Schema:
    return inlined(msgspec.json.schema(of))[0]
