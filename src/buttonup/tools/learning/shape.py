"""The shape of results: a schema inferred from examples, and where in it the objects lie."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from buttonup.records import Json, Schema, type_of

DEEP = 3  # objects around the one that is meant, at most: {"data": {"page": {"items": [...]}}}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
_MORE = re.compile(r"(^|_)(has_more|more|next|next_page|next_cursor|cursor|next_token|next_url)$")
"""Fields that say that a list goes on."""


class Shape(NamedTuple):
    """What a result is: an object, a plain value, or a list of either, and where it lies in it."""

    gives: Literal["one", "list"]
    at: str
    """JSON pointer."""
    schema: Schema
    """Of the object, or of each of the list's items."""


def inferred(examples: Sequence[Json]) -> Schema:
    """Infer a schema that all examples fit: types, fields, which are always there, dates."""
    kinds: dict[str, list[Json]] = {}
    for example in examples:
        kinds.setdefault(type_of(example), []).append(example)
    if "integer" in kinds and "number" in kinds:
        kinds["number"] += kinds.pop("integer")
    schemas = [_of(kind, values) for kind, values in kinds.items()]
    plain = [s for s in schemas if s.keys() == {"type"}]
    if len(schemas) <= 1:
        return schemas[0] if schemas else {}
    if len(plain) >= len(schemas) - 1:  # one of them may have more to say: a string, or null
        merged = next((s for s in schemas if s not in plain), {})
        return {**merged, "type": [s["type"] for s in schemas]}
    return {"anyOf": schemas}


def _of(kind: str, values: Sequence[Json]) -> Schema:
    match kind:
        case "object":
            names = dict.fromkeys(name for value in values for name in value)
            return {
                "type": "object",
                "properties": {n: inferred([v[n] for v in values if n in v]) for n in names},
                "required": [n for n in names if all(n in v for v in values)],
            }
        case "array":
            items = [item for value in values for item in value]
            return {"type": "array", "items": inferred(items)} if items else {"type": "array"}
        case "string" if all(is_date(v) for v in values):
            return {"type": "string", "format": "date"}
        case "string" if all(_MOMENT.fullmatch(v) for v in values):
            return {"type": "string", "format": "date-time"}
    return {"type": kind}


def is_date(value: Json) -> bool:
    """Say whether a value is a day, written YYYY-MM-DD."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def resolved(schema: Schema, root: Schema | None = None, depth: int = 8) -> Schema:
    """Put references of one document in their place and merge `allOf`; what goes on ends as {}."""
    root = schema if root is None else root
    if depth == 0:
        return {}
    if isinstance(reference := schema.get("$ref"), str):
        found: Json = root
        for part in reference.split("/")[1:] if reference.startswith("#") else ():
            found = found.get(part) if isinstance(found, dict) else None
        beside = {k: v for k, v in schema.items() if k != "$ref"}
        schema = {**found, **beside} if isinstance(found, dict) and found is not root else beside
    merged: Schema = {k: v for k, v in schema.items() if k not in ("allOf", "properties", "items")}
    properties, required = Schema(), list(schema.get("required") or ())
    for joint in (s for s in schema.get("allOf") or () if isinstance(s, dict)):
        inner = resolved(joint, root, depth - 1)
        properties |= inner.get("properties", {})
        required += inner.get("required", [])
        merged = {**inner, **merged}
    properties |= schema.get("properties") or {}
    if properties:
        merged["properties"] = {
            n: resolved(s, root, depth - 1) for n, s in properties.items() if isinstance(s, dict)
        }
        merged["required"] = required
    if isinstance(schema.get("items"), dict):
        merged["items"] = resolved(schema["items"], root, depth - 1)
    for joined in ("anyOf", "oneOf"):
        if isinstance(options := schema.get(joined), list):
            real = [
                r
                for s in options
                if isinstance(s, dict) and (r := resolved(s, root, depth - 1)) != {"type": "null"}
            ]
            if len(real) == 1:  # a value, or null
                merged = {**real[0], **{k: v for k, v in merged.items() if k != joined}}
    return merged


def kind_of(schema: Schema) -> str:
    """Name the JSON type that a schema is mostly about; "" where it leaves that open."""
    said = schema.get("type")
    if isinstance(said, list):
        real = [t for t in said if t != "null"]
        return real[0] if len(real) == 1 else ""
    if isinstance(said, str):
        return said
    values = schema.get("enum")
    if isinstance(values, list) and values:
        kinds = {type_of(v) for v in values}
        return kinds.pop() if len(kinds) == 1 else ""
    return "object" if isinstance(schema.get("properties"), dict) else ""


def shape_of(responses: Schema, at: str = "", deep: int = DEEP) -> Shape | None:
    """Find the object or the list that a result is about; None where its schema does not tell.

    A list is meant where it is the only one, and beside it stand no objects: what else there is
    counts it or tells how it goes on. An object that holds nothing but another is looked through.
    """
    match kind_of(responses):
        case "array":
            items = responses.get("items")
            if not isinstance(items, dict) or kind_of(items) in ("", "array"):
                return None
            return Shape("list", at, items)
        case "object":
            return _in_object(responses, at, deep)
        case "":
            return None
    return Shape("one", at, responses)


def _in_object(responses: Schema, at: str, deep: int) -> Shape | None:
    properties: Schema = responses.get("properties") or {}
    kinds = {name: kind_of(s) for name, s in properties.items() if isinstance(s, dict)}
    lists = [n for n, k in kinds.items() if k == "array" and _of_objects(properties[n])]
    objects = [n for n, k in kinds.items() if k == "object"]
    plain = [n for n, k in kinds.items() if k not in ("array", "object", "")]
    about = lists[:1] if len(lists) == 1 and not objects and all(map(_counts, plain)) else []
    if not about and len(kinds) == len(objects) == 1:
        about = objects
    if about and deep:
        inner = shape_of(properties[about[0]], f"{at}/{_escaped(about[0])}", deep - 1)
        if inner is not None:
            return inner
    return Shape("one", at, responses) if properties else None


def _of_objects(schema: Schema) -> bool:
    items = schema.get("items")
    return isinstance(items, dict) and kind_of(items) == "object"


_COUNTS = re.compile(
    r"total|count|page|pages|per_page|limit|offset|size|ok|success|status|has_|more|next|prev|"
    r"cursor|token|href|url|self|kind|object|type|query"
)


def _counts(name: str) -> bool:
    """Say whether a field beside a list only says how long it is, or how it goes on."""
    return _COUNTS.search(name.lower()) is not None


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def reached(value: Json, pointer: str) -> Json:
    """Give what lies at a JSON pointer; None where there is nothing."""
    for part in pointer.split("/")[1:]:
        if isinstance(value, dict):
            value = value.get(part.replace("~1", "/").replace("~0", "~"))
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def goes_on(result: Json) -> bool:
    """Say whether a result says that its list goes on elsewhere."""
    if not isinstance(result, dict):
        return False
    return any(
        bool(value) and _MORE.search(_snake(name)) is not None
        for name, value in result.items()
        if not isinstance(value, list)
    ) or any(goes_on(value) for value in result.values() if isinstance(value, dict))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def fields_of(schema: Schema, prefix: str = "", deep: int = DEEP) -> Iterator[tuple[str, Schema]]:
    """Walk the schema of an object to its plain fields, through the objects that lie in it.

    A plain value is a field without a name.
    """
    if kind_of(schema) not in ("object", "array"):
        yield prefix.removesuffix("."), schema
        return
    for name, inner in (schema.get("properties") or {}).items():
        if not isinstance(inner, dict) or "." in name or "{" in name or "}" in name or not name:
            continue  # a template could not name it
        match kind_of(inner):
            case "object" if deep:
                yield from fields_of(inner, f"{prefix}{name}.", deep - 1)
            case "array":
                items = inner.get("items")
                if isinstance(items, dict) and kind_of(items) not in ("object", "array", ""):
                    yield f"{prefix}{name}", inner
            case "object" | "":
                pass
            case _:
                yield f"{prefix}{name}", inner


def field(row: Json, name: str) -> Json:
    """Give a field of an object; dots reach into the objects that lie in it; None for none."""
    if not name:
        return None if isinstance(row, dict | list) else row
    for part in name.split("."):
        row = row.get(part) if isinstance(row, dict) else None
    return row


def properties(schema: Schema) -> dict[str, Schema]:
    """Give the parameters of a function, references put in their place."""
    found = resolved(schema).get("properties") or {}
    return {name: s for name, s in found.items() if isinstance(s, dict)}
