"""JSON Schemas: of a reply, read off the class that parses it; and of others, compiled safely."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import jsonschema_rs
import msgspec

from buttonup.records import Schema

STRICT_WORDS = frozenset(
    "type properties required additionalProperties items enum const anyOf description"
    " minimum maximum multipleOf minItems maxItems pattern".split()
)
"""What OpenAI's strict structured outputs understand. Source: their guide to supported schemas."""


@functools.cache
def schema_of(want: type[Any]) -> Schema:
    """Give the schema of a reply class: references resolved, unknown fields refused.

    A free-form object (`dict[str, Any]`, such as a schema inside a reply) stays free.
    Raises  RecursionError for a class that holds itself
    """
    (root,), defined = msgspec.json.schema_components((want,), ref_template="{name}")
    closed = {name: _closed(schema) for name, schema in defined.items()}
    schema: Schema = _resolved(root, closed)
    return schema


def checker(schema: Schema) -> jsonschema_rs.Validator:
    """Compile a schema, once for equal schemas. Schemas are hostile text: nothing is fetched.

    Raises  jsonschema_rs.ValidationError for what is no schema, or refers elsewhere; ValueError,
            OverflowError or RecursionError for what cannot even be written as JSON
    """
    return _compiled(msgspec.json.encode(schema))


@functools.lru_cache(maxsize=8192)
def _compiled(schema: bytes) -> jsonschema_rs.Validator:
    return jsonschema_rs.validator_for(msgspec.json.decode(schema), offline=True)


def strict(schema: Schema) -> bool:
    """Say whether an endpoint that enforces schemas strictly can take this one."""
    return schema.get("type") == "object" and _strict(schema)


def _strict(schema: Any) -> bool:
    if not isinstance(schema, dict) or not schema.keys() <= STRICT_WORDS:
        return False
    named = schema.get("properties", {})
    inner = [*named.values(), *schema.get("anyOf", ())]
    inner += [schema["items"]] if "items" in schema else []
    if schema.get("type") == "object":
        closed = schema.get("additionalProperties") is False
        if not closed or set(schema.get("required", ())) != named.keys():
            return False
    return all(_strict(s) for s in inner)


def _closed(schema: Schema) -> Schema:
    named = "properties" in schema
    return {**schema, "additionalProperties": False} if named else schema


def _resolved(schema: Any, defined: Mapping[str, Any]) -> Any:
    """Put each definition where it is referred to; leave out what says nothing to a model."""
    if isinstance(schema, list):
        return [_resolved(s, defined) for s in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("$ref"), str):
        beside = {k: v for k, v in schema.items() if k != "$ref"}
        return _resolved({**defined[schema["$ref"]], **beside}, defined)
    return {
        key: _resolved(value, defined) for key, value in schema.items() if not _idle(key, value)
    }


def _idle(key: str, value: Any) -> bool:
    """Say whether a word of a schema (and not a field of that name) tells a model nothing."""
    if key == "title":
        return isinstance(value, str)
    return key == "discriminator" and "propertyName" in value
