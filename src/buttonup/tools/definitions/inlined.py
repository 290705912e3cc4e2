"""Schemas without references: each `$ref` is replaced by what it refers to, in the same schema."""

from __future__ import annotations

from typing import Any

from buttonup.records import Schema

LARGEST = 5_000
"""Schemas in one, written out: what is shared can unfold without end. Ours; 50 is much."""

DEEPEST = 100
"""Schemas that may lie in each other: 12 is much, and Python itself gives up at some 300."""

KEPT = ("const", "enum", "default", "examples", "example")
"""Words of JSON Schema whose values are data, in which nothing is a reference or a title."""

LEFT_OUT = ("$defs", "definitions", "title", "discriminator")
TABLES = ("properties", "patternProperties", "dependentSchemas")


def inlined(schema: Schema) -> tuple[Schema, bool]:
    """Write a schema out without references and titles, and say whether it had to be cut.

    A schema that holds itself is cut where it comes again: there, anything fits.
    """
    writer = _Writer(schema)
    return writer.written(schema, ()), writer.cut


class _Writer:
    def __init__(self, root: Schema) -> None:
        self._root = root
        self._seen = self._depth = 0
        self.cut = False

    def written(self, schema: Any, inside: tuple[str, ...]) -> Any:
        """Write a schema that stands inside of what is referred to by `inside`."""
        if isinstance(schema, list):
            return [self.written(each, inside) for each in schema]
        if not isinstance(schema, dict):
            return schema
        self._seen += 1
        if self._seen > LARGEST or self._depth >= DEEPEST:
            self.cut = True
            return {}
        self._depth += 1
        try:
            return self._whole(schema, inside)
        finally:
            self._depth -= 1

    def _whole(self, schema: Schema, inside: tuple[str, ...]) -> Schema:
        if isinstance(ref := schema.get("$ref"), str):
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            there = self._there(ref)
            if ref in inside or there is None:
                self.cut = True
                return self._whole(beside, inside)
            return {**self.written(there, (*inside, ref)), **self._whole(beside, inside)}
        return {
            word: value if word in KEPT else self._inner(word, value, inside)
            for word, value in schema.items()
            if word not in LEFT_OUT
        }

    def _inner(self, word: str, value: Any, inside: tuple[str, ...]) -> Any:
        if word in TABLES and isinstance(value, dict):
            return {name: self.written(each, inside) for name, each in value.items()}
        return self.written(value, inside)

    def _there(self, ref: str) -> Any:
        """Look a local reference up (RFC 6901); None where it leads nowhere, or elsewhere."""
        if not ref.startswith("#"):
            return None
        at: Any = self._root
        for step in ref[1:].split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            at = at.get(key) if isinstance(at, dict) else None
        return at if isinstance(at, dict) else None
