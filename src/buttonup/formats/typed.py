"""Schemas that name Python's types ("str, optional", "dict"), as older datasets have them."""

from __future__ import annotations

import re

from buttonup.records import Json, Schema

_JSON = {
    **dict.fromkeys(("str", "string", "text", "char"), "string"),
    **dict.fromkeys(("int", "integer", "long"), "integer"),
    **dict.fromkeys(("float", "number", "double"), "number"),
    **dict.fromkeys(("bool", "boolean"), "boolean"),
    **dict.fromkeys(("list", "array", "tuple", "set"), "array"),
    **dict.fromkeys(("dict", "object", "mapping"), "object"),
    "null": "null",
}
LONGEST = 200  # letters of a type; what is longer is none. Ours
_OPTIONAL = re.compile(r"^optional\[(.*)\]$|,?\s*\boptional\b", re.IGNORECASE)
_HEAD = re.compile(r"\s*(\w+)\s*(?:[\[(<].*)?$", re.DOTALL)


def is_optional(type_: Json) -> bool:
    """Say whether a type says of itself that its value may be left out."""
    return isinstance(type_, str) and len(type_) <= LONGEST and _OPTIONAL.search(type_) is not None


def in_json(schema: Json) -> Json:
    """Give a schema with its types as JSON Schema names them.

    A type that cannot be told ("Union[…]", "any") is left out, so that anything fits.
    """
    if isinstance(schema, list):
        return [in_json(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: _inner(key, value) for key, value in schema.items() if key != "type"}
    if "type" not in schema:
        return told
    known = _type(schema["type"])
    return told if known is None else {"type": known, **told}


def _inner(key: str, value: Json) -> Json:
    if key == "properties" and isinstance(value, dict):
        return {name: in_json(one) for name, one in value.items()}
    if key in ("items", "additionalProperties", "anyOf", "oneOf", "allOf"):
        return in_json(value)
    return value


def _type(found: Json) -> Json:
    if not isinstance(found, str):
        return found if isinstance(found, list) else None
    if len(found) > LONGEST:
        return None
    bare = _OPTIONAL.sub(lambda m: m[1] or "", found)
    head = _HEAD.match(bare)
    return _JSON.get(head[1].lower()) if head else None


def from_flat(parameters: Json) -> Schema:
    """Make the schema of parameters that are listed by name, each with its type.

    One that has a default, or says that it is optional, may be left out; a schema stays one.
    """
    if not isinstance(parameters, dict):
        return {"type": "object", "properties": {}}
    if isinstance(parameters.get("properties"), dict) or isinstance(parameters.get("type"), str):
        known = in_json(parameters)
        assert isinstance(known, dict)
        return {"properties": {}, **known}
    specs = {name: s if isinstance(s, dict) else {} for name, s in parameters.items()}
    return {
        "type": "object",
        "properties": {name: in_json(_bare(spec)) for name, spec in specs.items()},
        "required": [name for name, spec in specs.items() if _is_required(spec)],
    }


def _bare(spec: Schema) -> Schema:
    """Take off what speaks of the parameter, not of its value."""
    said = {k: v for k, v in spec.items() if not (k == "required" and isinstance(v, bool))}
    return {k: v for k, v in said.items() if not (k == "default" and v in ("", None))}


def _is_required(spec: Schema) -> bool:
    if isinstance(spec.get("required"), bool):
        return bool(spec["required"])
    return "default" not in spec and not is_optional(spec.get("type"))
