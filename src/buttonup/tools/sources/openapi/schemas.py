"""JSON Schemas of a description: OpenAPI's own words put into JSON Schema's, references resolved.

A tool's schema stands alone, as no chat API looks anything up. Where a schema holds itself, or is
larger than a prompt can bear, it is cut: below the cut anything goes, so that whatever was right
stays right, and a doubt says so.
Sources: OpenAPI 3.0.4, 3.1.1 and Swagger 2.0, "Schema Object"; JSON Schema 2020-12.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from buttonup.records import Json, Schema, encode
from buttonup.tools.sources.openapi.document import HOPS, Document, Node
from buttonup.tools.sources.openapi.merged import merged

Side = Literal["parameters", "responses"]
"""What a schema is for: what is sent, or what comes back."""

DEEPEST = 12  # levels that a schema may have; ours, few descriptions have more than six
MOST = 500  # subschemas that it may have: some 20 KB, more than a prompt bears. Ours
LONGEST_EXAMPLE = 200  # bytes

TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}
MEANT = {"file": "string", "float": "number", "double": "number", "int": "integer",
         "long": "integer", "bool": "boolean", "date": "string", "datetime": "string"}  # fmt: skip
"""What stands for a type and is none: `file` is Swagger 2's, the others are found in the wild."""

Within = tuple[str, ...]
"""The references that led to where one is: one of these again is a cycle."""
_Fits = Callable[[Json], bool]


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_words(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


KEPT: dict[str, _Fits] = {
    "description": lambda v: isinstance(v, str) and v != "",
    "format": lambda v: isinstance(v, str),
    "pattern": lambda v: isinstance(v, str),
    "default": lambda _: True,
    "const": lambda _: True,
    "enum": lambda v: isinstance(v, list) and v != [],
    "required": _is_words,
    "uniqueItems": lambda v: isinstance(v, bool),
    "multipleOf": lambda v: _is_number(v) and v > 0,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_count),
    **dict.fromkeys(("minProperties", "maxProperties", "minContains", "maxContains"), _is_count),
}
"""Words of JSON Schema without schemas in them, and what their values have to be."""
INNER = {"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"}
LISTS = {"anyOf", "oneOf", "prefixItems"}
MAPS = {"properties", "patternProperties"}
EXACT = ("not", "if", "then", "else", "contains")
"""Words below which a cut would make wrong what was right."""


class Schemas:
    """Reads the schemas that one operation has for one side; `doubts` tells what was doubtful."""

    def __init__(self, document: Document, side: Side) -> None:
        self.doubts: dict[str, None] = {}
        self.side: Side = side
        self._document = document
        self._deepest = self._cuts = 0

    def read(self, node: Node) -> Schema:
        """Give the schema that stands at a node, on its own."""
        try:
            self._deepest = self._bearable(node)
            return self._read(node, 0, ())
        except RecursionError:
            self.doubt(f"cut:{self.side}")
            return {}

    def _bearable(self, node: Node) -> int:
        """Say how many levels of a schema there is room for."""
        level: list[tuple[Node, Within]] = [(node, ())]
        room = MOST
        for depth in range(DEEPEST + 1):
            wider = [child for at, within in level for child in self._below(at, within)]
            room -= len(wider)
            if not wider or room < 0:
                return depth
            level = wider
        return DEEPEST

    def _below(self, node: Node, within: Within) -> Iterator[tuple[Node, Within]]:
        """Give the subschemas one level further down, each with the references that led there."""
        if node["$ref"].text:
            address = self._document.address(node.file, node["$ref"].text)
            found = self._document.find(node.file, node["$ref"].text)
            if found and address not in within:
                yield from self._below(found, (*within, address))
        for part in node["allOf"]:
            yield from self._below(part, within)
        for key, value in node.items():
            if key in INNER:
                yield value, within
            elif key in LISTS:
                yield from ((branch, within) for branch in value)
            elif key in MAPS:
                yield from ((inner, within) for _, inner in value.items())

    def doubt(self, words: str) -> None:
        """Note a doubt, once."""
        self.doubts[words] = None

    def _read(self, node: Node, depth: int, within: Within) -> Schema:
        if isinstance(node.value, bool):
            return {} if node.value else {"not": {}}
        if not isinstance(node.value, dict):
            self.doubt("odd:schema")
            return {}
        if depth > self._deepest:
            self.doubt(f"cut:{self.side}")
            return self._cut(node)
        parts = [self._referred(node, depth, within)] if node["$ref"].text else []
        parts += [self._read(part, depth, within) for part in node["allOf"]]
        own = self._own(node, depth, within)
        schema = merged([*parts, own]) if parts else own
        if "required" in schema:
            gone = self._gone(node, HOPS)
            needed = dict.fromkeys(name for name in schema["required"] if name not in gone)
            schema["required"] = list(needed)
        if schema.get("required") == []:
            del schema["required"]
        return _nullable(schema) if _may_be_null(node) else schema

    def _referred(self, node: Node, depth: int, within: Within) -> Schema:
        reference = node["$ref"].text
        address = self._document.address(node.file, reference)
        found = self._document.find(node.file, reference)
        if found is None:
            self.doubt(f"unread_ref:{reference}")
            return {}
        if address in within:
            self.doubt("recursive")
            return self._cut(found)
        return self._read(found, depth, (*within, address))

    def _cut(self, node: Node) -> Schema:
        """Give what still stands where a schema is cut: its type and what it is."""
        self._cuts += 1
        kind = node["type"].text
        said = {"description": node["description"].text} if node["description"].text else {}
        return {**({"type": kind} if kind in TYPES and not _may_be_null(node) else {}), **said}

    def _own(self, node: Node, depth: int, within: Within) -> Schema:
        """Read the words of one schema object but `$ref` and `allOf`."""
        schema: Schema = {}
        for key, value in node.items():
            cuts = self._cuts
            schema |= self._word(key, value, depth, within)
            if key in EXACT and self._cuts > cuts:
                schema = {k: v for k, v in schema.items() if k not in EXACT}
        typed = _typed(node, self.doubt)
        schema = {**typed, **schema, **typed}
        _bound(schema, node)
        self._named(schema, node)
        return schema | _examples(node) if self.side == "parameters" else schema

    def _word(self, key: str, value: Node, depth: int, within: Within) -> Schema:
        """Read one word of a schema object; {} where it is none, or says nothing to a model."""
        if key in KEPT:
            if KEPT[key](value.value):
                return {key: value.value}
            if not (value.value == "" or isinstance(value.value, bool)):  # drafts 3 and 4
                self.doubt(f"odd:{key}")
        elif key == "additionalProperties" and isinstance(value.value, bool):
            return {key: value.value}
        elif key in INNER and isinstance(value.value, dict | bool):
            return {key: self._read(value, depth + 1, within)}
        elif key in LISTS and isinstance(value.value, list) and value.value:
            cuts = self._cuts
            branches = [self._read(branch, depth + 1, within) for branch in value]
            loose = key == "oneOf" and self._cuts > cuts  # cut branches may all fit at once
            return {"anyOf" if loose else key: branches}
        elif key in MAPS:
            inner = {name: at for name, at in value.items() if not self._elsewhere(at)}
            return {key: {name: self._read(at, depth + 1, within) for name, at in inner.items()}}
        return {}

    def _gone(self, node: Node, hops: int) -> set[str]:
        """Name the properties of an object that belong to the other side alone."""
        there = self._document.follow(node)
        if there is None or hops == 0:
            return set()
        parts = [*there["allOf"], *(node["allOf"] if there is not node else ())]
        own = {name for name, inner in there["properties"].items() if self._elsewhere(inner)}
        return own.union(*(self._gone(part, hops - 1) for part in parts))

    def _elsewhere(self, node: Node) -> bool:
        """Say whether a property belongs to the other side alone."""
        word = "readOnly" if self.side == "parameters" else "writeOnly"
        there = self._document.follow(node)
        return True in (node[word].value, there[word].value if there else None)

    def _named(self, schema: Schema, node: Node) -> None:
        """Say in each branch which it is, where a property tells them apart."""
        told = node["discriminator"]["propertyName"].text
        word = next((w for w in ("oneOf", "anyOf") if isinstance(node[w].value, list)), "")
        if not told or not word:
            return
        places = {
            self._document.address(
                ref.file, ref.text if "/" in ref.text else f"#/components/schemas/{ref.text}"
            ): name
            for name, ref in node["discriminator"]["mapping"].items()
        }
        branches = schema.get(word) or schema.get("anyOf") or []
        for at, branch in enumerate(node[word]):
            if not (reference := branch["$ref"].text):
                continue
            address = self._document.address(branch.file, reference)
            name = places.get(address, reference.rpartition("/")[2])
            given = branches[at].get("properties", {}).get(told, {})
            if "enum" not in given and "const" not in given:
                said = {"properties": {told: {"const": name}}}
                branches[at] = merged([branches[at], said])


def _typed(node: Node, doubt: Callable[[str], None]) -> Schema:
    """Read `type`, and words that are meant as one."""
    stated = node["type"].value
    if stated is None:
        return {}
    given = stated if isinstance(stated, list) else [stated]
    names = [MEANT.get(str(t).lower(), str(t).lower()) for t in given]
    kinds = list(dict.fromkeys(name for name in names if name in TYPES))
    if kinds != given:
        doubt("odd:type")
    if kinds == ["string"]:
        return {"type": "string", **_worded(node["enum"].value)}
    return {"type": kinds[0] if len(kinds) == 1 else kinds} if kinds else {}


def _worded(values: Json) -> Schema:
    """Write the values of an enum as text, as they go over the wire: `1` is written for "1"."""
    if not isinstance(values, list) or all(isinstance(v, str | None) for v in values):
        return {}
    return {"enum": [v if isinstance(v, str | None) else encode(v).decode() for v in values]}


def _bound(schema: Schema, node: Node) -> None:
    """Put the bounds of OpenAPI 3.0 and before, where `exclusive` is yes or no, into numbers."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if node[exclusive].value is True and bound in schema:
            schema[exclusive] = schema.pop(bound)


def _may_be_null(node: Node) -> bool:
    return True in (node["nullable"].value, node["x-nullable"].value)


def _nullable(schema: Schema) -> Schema:
    """Let null fit too."""
    kinds = schema.get("type")
    if kinds is None:
        if not schema.keys() - {"description", "default", "examples"}:
            return schema
        return {"anyOf": [schema, {"type": "null"}]}
    several = [kinds] if isinstance(kinds, str) else kinds
    typed = {**schema, "type": several if "null" in several else [*several, "null"]}
    if "enum" in schema and None not in schema["enum"]:
        typed["enum"] = [*schema["enum"], None]
    return typed


def _examples(node: Node) -> Schema:
    several = node["examples"].value
    given = several if isinstance(several, list) else [node["example"].value]
    small = [v for v in given if v is not None and len(encode(v)) <= LONGEST_EXAMPLE]
    return {"examples": small} if small else {}
