"""Parts of an `allOf` put together into one schema, as far as that says the same.

A model reads one object more easily than five that hold at once. What cannot be put together stays
in an `allOf`. One thing is taken as it is meant and not as it stands: a part that forbids further
properties forbids those of the other parts too, and then nothing fits; that part's word is dropped.
Source: JSON Schema 2020-12, Core, 10.2.1.1 ("allOf").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from buttonup.records import Json, Schema

WORDS = {"description", "default", "examples", "format"}  # the later one is nearer to its use


def merged(parts: Sequence[Schema]) -> Schema:
    """Give one schema that asks for what all parts ask for."""
    whole: Schema = {}
    apart: list[Schema] = []
    closes = [p.get("additionalProperties") is False for p in parts if "properties" in p]
    for part in parts:
        for key, value in part.items():
            if key == "additionalProperties" and value is False and not all(closes):
                continue
            if key not in whole or key in WORDS or whole[key] == value:
                whole[key] = value
            elif key == "allOf":
                whole[key] = [*whole[key], *value]
            elif (both := _both(key, whole[key], value)) is not None:
                whole[key] = both
            else:
                apart.append({key: value})
    return {**whole, "allOf": [*whole.get("allOf", ()), *apart]} if apart else whole


def _both(key: str, one: Json, other: Json) -> Json | None:
    """Give what says both; None where no one word does."""
    rule = RULES.get(key)
    try:
        return rule(one, other) if rule else None
    except TypeError:  # such as a minimum that is a word
        return None


def _properties(one: Schema, other: Schema) -> Schema:
    shared = {k: merged([one[k], other[k]]) for k in one.keys() & other.keys()}
    return {**one, **other, **shared}


def _types(one: Json, other: Json) -> Json | None:
    first, second = ([t] if isinstance(t, str) else t for t in (one, other))
    both = [t for t in first if t in second or (t == "integer" and "number" in second)]
    both += [t for t in second if t == "integer" and "number" in first and t not in both]
    return both[0] if len(both) == 1 else both or None


def _common(one: list[Json], other: list[Json]) -> list[Json] | None:
    return [value for value in one if value in other] or None


RULES: dict[str, Callable[[Json, Json], Json | None]] = {
    "properties": _properties,
    "required": lambda one, other: [*one, *(name for name in other if name not in one)],
    "type": _types,
    "enum": _common,
    "items": lambda one, other: merged([one, other]),
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}
"""Keyword -> how two of it become one."""
