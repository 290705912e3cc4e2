"""What a schema itself offers for a place in the arguments: defaults, enumerations, words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from buttonup.gates.said import Said
from buttonup.once import once
from buttonup.records import Function, Json, Schema

_EXAMPLE = re.compile(
    r"\b(?:e\.?g\.?|for example|for instance|such as|like|examples?)\b", re.IGNORECASE
)
_DEPTH = 32  # references followed and levels walked; deeper offers nothing


@dataclass(frozen=True, slots=True)
class Offer:
    """The values that a schema names for one place."""

    values: tuple[Json, ...]
    described: Said
    """The words of its description, up to the first example: examples are not for copying."""


NOTHING = Offer((), Said(""))


def offer(function: Function | None, pointer: str) -> Offer:
    """Give what a function's parameters offer at a JSON pointer of the arguments."""
    if function is None or not function.parameters:
        return NOTHING
    path = tuple("*" if part.isdigit() else part for part in pointer.split("/")[1:])
    try:
        return _offer(_encoded(function), path)
    except (ValueError, OverflowError, RecursionError):
        return NOTHING


@once(4096)
def _encoded(function: Function) -> bytes:
    return msgspec.json.encode(function.parameters)


@lru_cache(maxsize=8192)
def _offer(encoded: bytes, path: tuple[str, ...]) -> Offer:
    root = msgspec.json.decode(encoded)
    places = list(_at(root, root, path, _DEPTH))
    values: list[Json] = []
    for place in places:
        values += [place[key] for key in ("default", "const") if key in place]
        values += place["enum"] if isinstance(place.get("enum"), list) else []
    described = " | ".join(_EXAMPLE.split(str(p.get("description", "")))[0] for p in places)
    return Offer(tuple(values), Said(described))


def _at(root: Json, schema: Json, path: tuple[str, ...], depth: int) -> Iterator[Schema]:
    """Walk to the schemas of a place, through references, alternatives and lists."""
    if not isinstance(schema, dict) or depth == 0:
        return
    reference = schema.get("$ref")
    if isinstance(reference, str) and reference.startswith("#"):
        yield from _at(root, _resolved(root, reference), path, depth - 1)
    for joined in ("anyOf", "oneOf", "allOf"):
        for option in schema[joined] if isinstance(schema.get(joined), list) else ():
            yield from _at(root, option, path, depth - 1)
    if not path:
        yield schema
        return
    inner = schema.get("items") if path[0] == "*" else None
    properties = schema.get("properties")
    if inner is None and isinstance(properties, dict):
        inner = properties.get(path[0])
    if inner is None:
        inner = schema.get("additionalProperties")
    yield from _at(root, inner, path[1:], depth - 1)


def _resolved(root: Json, reference: str) -> Json:
    for part in reference.split("/")[1:]:
        root = root.get(part) if isinstance(root, dict) else None
    return root
