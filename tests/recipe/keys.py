"""Every key of a recipe, for tests that go through all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from buttonup.recipe import Recipe
from buttonup.records import Record


def keys(table: Record, before: str = "") -> Iterator[tuple[str, Any]]:
    """List every key of a recipe, dotted, with its value."""
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if isinstance(value, Record):
            yield from keys(value, f"{name}.")
        else:
            yield f"{before}{name}", value


KEYS = dict(keys(Recipe()))
