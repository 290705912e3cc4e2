"""Schemas for a server that holds a weak model to them word by word: what could go on ends.

A small model that may write on does so, in circles, until its reply is cut off. And llama.cpp ties
a model to the `properties` of an object, but not to what is only `required`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import structs

from buttonup.model.door import Model, Reply, Request
from buttonup.records import Schema

LONGEST = 1200  # characters; of the answers in our own samples, 99 in 100 are shorter
MOST = 16  # items; three times the calls of the fullest turn in our own samples
ONE, SEVERAL = ("items", "additionalProperties"), ("anyOf", "allOf")
"""Where schemas stand such that a value that fits a narrower one fits the whole (not so: `not`)."""
ELSEWHERE = ("$ref", "$dynamicRef", "$recursiveRef", "unevaluated")
"""Words by which a part has a say in places of its schema that are not seen from it."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A model that is asked by narrowed schemas."""

    model: Model

    async def __call__(self, request: Request, /) -> Reply:
        """Answer within a schema that is no wider than the request's."""
        if request.schema is None:
            return await self.model(request)
        return await self.model(structs.replace(request, schema=narrowed(request.schema)))


def narrowed(schema: Schema) -> Schema:
    """Bound texts and lists that have no bound, and name what is required in `properties`.

    Whatever fits the narrowed schema fits the given one. One with references stays as it is.
    """
    text = msgspec.json.encode(schema).decode()
    if any(f'"{word}' in text for word in ELSEWHERE):
        return schema
    made: Schema = _narrowed(schema)
    return made


def _narrowed(schema: Any) -> Any:
    if not isinstance(schema, dict):
        return schema  # True or False
    inner = {key: _narrowed(schema[key]) for key in ONE if key in schema}
    inner |= {key: [_narrowed(s) for s in schema[key]] for key in SEVERAL if key in schema}
    if properties := {**_required(schema), **schema.get("properties", {})}:
        inner["properties"] = {name: _narrowed(s) for name, s in properties.items()}
    return {**schema, **inner, **_bounds(schema)}


def _required(schema: Schema) -> Schema:
    """Give the properties that are required and have no schema of their own, with theirs."""
    others = schema.get("additionalProperties", {})
    if others is False:
        return {}  # no object fits
    return {name: {} if others is True else others for name in schema.get("required", ())}


def _bounds(schema: Schema) -> Schema:
    """Give the bounds that are missing. What is listed word by word needs none."""
    if "enum" in schema or "const" in schema:
        return {}
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    bounds = {}
    if "string" in kinds and "maxLength" not in schema:
        bounds["maxLength"] = max(LONGEST, schema.get("minLength", 0))
    if "array" in kinds and "maxItems" not in schema:
        bounds["maxItems"] = max(MOST, schema.get("minItems", 0))
    return bounds
