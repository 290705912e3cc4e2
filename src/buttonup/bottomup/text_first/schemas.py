"""JSON Schemas that a model wrote: mended where it is mechanical, judged, and looked into.

Only what describes JSON objects in place is allowed: a reference could reach out of the schema
(and a validator would fetch it), so there are none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import jsonschema_rs

from buttonup.model.schemas import checker
from buttonup.records import Function, Json, Schema, digest, encode, type_of

DEEPEST = 8  # levels of nesting; ours: real functions stay under five
LARGEST = 200  # schemas within one schema
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
REACHES_OUT = frozenset({"$ref", "$dynamicRef", "$recursiveRef", "$id", "$schema", "$anchor"})
TYPE_NAMES = {
    "str": "string",
    "text": "string",
    "date": "string",
    "int": "integer",
    "float": "number",
    "double": "number",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "none": "null",
}
WORDS_ONLY = frozenset({"description", "title", "examples", "example", "default", "$comment"})


def mend(schema: Schema, depth: int = 0) -> Schema:
    """Mend what needs no thought: type names, a missing "object", who is required.

    A bare map of properties becomes an object of them; `required` keeps only known properties,
    and a property's own `"required": true` moves to it; `str`, `int`, `dict` … get JSON's names.
    """
    if depth > DEEPEST:
        return schema
    if depth == 0 and schema and "properties" not in schema and _is_bare(schema):
        schema = {"type": "object", "properties": schema}
    mended = dict(schema)
    if isinstance(kind := schema.get("type"), str):
        mended["type"] = TYPE_NAMES.get(kind.lower(), kind)
    if depth == 0 and "type" not in mended:
        mended["type"] = "object"
    if isinstance(schema.get("items"), dict):
        mended["items"] = mend(schema["items"], depth + 1)
    if mended.get("type") == "object" or "properties" in schema:
        mended = _mend_object(mended, depth)
    return mended


def _is_bare(schema: Schema) -> bool:
    return all(isinstance(value, dict) and "type" in value for value in schema.values())


def _mend_object(schema: Schema, depth: int) -> Schema:
    properties = schema.get("properties", {})
    required = schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list | bool):
        return schema
    listed = required if isinstance(required, list) else []
    flagged = [
        n for n, p in properties.items() if isinstance(p, dict) and p.get("required") is True
    ]
    kept = {
        name: mend(_unflagged(p), depth + 1) if isinstance(p, dict) else p
        for name, p in properties.items()
    }
    wanted = [name for name in kept if name in listed or name in flagged]
    rest = {key: value for key, value in schema.items() if key not in {"properties", "required"}}
    return {**rest, "properties": kept, **({"required": wanted} if wanted else {})}


def _unflagged(schema: Schema) -> Schema:
    if isinstance(schema.get("required"), bool):
        return {key: value for key, value in schema.items() if key != "required"}
    return schema


def faults(schema: Schema, where: str) -> list[str]:
    """List what is wrong with a schema that must describe an object, in words."""
    if found := _outlandish(schema, where):
        return found
    if problem := _not_a_schema(schema):
        return [f"{where} is not a valid JSON Schema: {problem}"]
    if schema.get("type") != "object":
        return [f'{where} must have "type": "object"']
    return [
        fault for path, name, p in _properties(schema, where) for fault in _vague(path, name, p)
    ]


def _outlandish(schema: Json, where: str) -> list[str]:
    """Refuse what no checker should be made to walk or fetch."""
    level, seen = [schema], 0
    for _ in range(3 * DEEPEST):  # a property is three levels of JSON: schema, properties, name
        if bad := {key for part in level if isinstance(part, dict) for key in part} & REACHES_OUT:
            return [f"{where} uses {', '.join(sorted(bad))}; write the schema out in place"]
        level = [child for part in level for child in _children(part)]
        seen += len(level)
        if not level:
            return []
        if seen > LARGEST * 8:
            return [f"{where} is too large; keep to the fields that matter"]
    return [f"{where} is nested deeper than {DEEPEST} levels; make it flatter"]


def _children(part: Json) -> list[Json]:
    values = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return [value for value in values if isinstance(value, dict | list)]


def _not_a_schema(schema: Schema) -> str:
    try:
        jsonschema_rs.meta.validate(schema)
        checker(schema)
    except (jsonschema_rs.ValidationError, ValueError) as wrong:
        return str(wrong).splitlines()[0][:160]
    return ""


def _properties(schema: Schema, where: str) -> Iterator[tuple[str, str, Json]]:
    """Walk over all properties, those of nested objects and of array items included."""
    properties = schema.get("properties")
    for name, p in properties.items() if isinstance(properties, dict) else ():
        path = f"{where}.{name}"
        yield path, name, p
        if isinstance(p, dict):
            yield from _properties(p, path)
    if isinstance(items := schema.get("items"), dict):
        yield from _properties(items, f"{where}[]")


def _vague(path: str, name: str, schema: Json) -> list[str]:
    if not NAME.fullmatch(name):
        return [f"{path}: the name must be letters, digits and underscores"]
    if not isinstance(schema, dict):
        return [f"{path}: give it a type and a description"]
    found = []
    if not str(schema.get("description", "")).strip():
        found.append(f"{path} has no description")
    if not types(schema):
        found.append(f"{path} has no type")
    if schema.get("type") == "array" and not isinstance(schema.get("items"), dict):
        found.append(f'{path} is an array without "items"')
    return found


def types(schema: Schema) -> frozenset[str]:
    """Give the JSON types that a schema allows; none when it does not say."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return frozenset({kind})
    if isinstance(kind, list):
        return frozenset(k for k in kind if isinstance(k, str))
    branches = [b for key in ("anyOf", "oneOf") for b in _list(schema.get(key))]
    nested = [types(b) for b in branches if isinstance(b, dict)]
    values = [*_list(schema.get("enum")), *([schema["const"]] if "const" in schema else [])]
    return frozenset().union(*nested, map(type_of, values))


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def field_at(schema: Schema, path: str) -> Schema | None:
    """Find the schema of a field: `id`, `trip.id`, `trips[].id`, `trips[0].id`, `/trips/0/id`.

    A step by name into an array goes into its items; None when there is no such field.
    """
    steps = [step for step in re.split(r"[./\[\]]+", path) if step not in {"", "*", "$"}]
    if not steps:
        return None
    for step in steps:
        if step.isdigit():
            schema = _into_items(schema)
            continue
        while "properties" not in schema and isinstance(schema.get("items"), dict):
            schema = schema["items"]
        found = schema.get("properties", {}).get(step)
        if not isinstance(found, dict):
            return None
        schema = found
    return schema


def _into_items(schema: Schema) -> Schema:
    items = schema.get("items")
    return items if isinstance(items, dict) else {}


def fits(given: Schema, wanted: Schema) -> bool:
    """Tell whether a field's value can be an argument, as it is, as an item, or collected.

    A schema that names no type fits everything. An integer is a number; null is left aside.
    """
    gives, wants = types(given) - {"null"}, types(wanted) - {"null"}
    if not gives or not wants:
        return True
    if gives & wants or ("integer" in gives and "number" in wants):
        if "array" in gives & wants:
            return fits(_into_items(given), _into_items(wanted))
        return True
    if "array" in wants and "array" not in gives:  # one value from each item of an earlier list
        return fits(given, _into_items(wanted))
    return "array" in gives and fits(_into_items(given), wanted)


def signature(function: Function) -> str:
    """Address what a function takes and gives, its words aside: names, types, who is required."""
    return digest([_bones(function.parameters), _bones(function.responses)])


def _bones(schema: Json) -> Json:
    if not isinstance(schema, dict):
        return schema
    bones = {key: _bones(value) for key, value in schema.items() if key not in WORDS_ONLY}
    if isinstance(properties := schema.get("properties"), dict):
        bones["properties"] = {name: _bones(p) for name, p in properties.items()}
    if isinstance(required := bones.get("required"), list):
        bones["required"] = sorted(required, key=encode)
    return bones
