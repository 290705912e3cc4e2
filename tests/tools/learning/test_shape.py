from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.records import Json, Schema
from buttonup.tools.door import misfit
from buttonup.tools.learning.shape import (
    field,
    fields_of,
    goes_on,
    inferred,
    kind_of,
    reached,
    resolved,
    shape_of,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=9)
    | st.floats(allow_nan=False, allow_infinity=False, width=32),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(JSON, min_size=1, max_size=5))
def test_every_example_fits_the_schema_inferred_from_all(examples: list[Json]) -> None:
    schema = inferred(examples)
    assert [misfit(example, schema) for example in examples] == [""] * len(examples)


def test_a_field_that_is_not_always_there_is_not_required() -> None:
    schema = inferred([{"id": 1, "note": "x"}, {"id": 2}])
    assert schema["required"] == ["id"]


def test_days_are_told_from_other_texts() -> None:
    assert inferred(["2026-11-25", "2026-02-28"]) == {"type": "string", "format": "date"}
    assert inferred(["2026-11-25", "2026-02-30"]) == {"type": "string"}


ROW: Schema = {"type": "object", "properties": {"id": {"type": "integer"}}, "required": ["id"]}


@pytest.mark.parametrize(
    ("result", "gives", "at"),
    [
        ([{"id": 1}], "list", ""),
        ({"items": [{"id": 1}], "total": 1}, "list", "/items"),
        ({"data": {"items": [{"id": 1}]}}, "list", "/data/items"),
        ({"id": 1, "name": "x"}, "one", ""),
        ({"order": {"id": 1, "name": "x"}}, "one", "/order"),
        ({"order": {"id": 1}, "items": [{"sku": "A"}]}, "one", ""),
        ({"id": 1, "lines": [{"sku": "A"}]}, "one", ""),
        (21.5, "one", ""),
        (["a", "b"], "list", ""),
    ],
)
def test_what_a_result_is_about_is_found_in_it(result: Json, gives: str, at: str) -> None:
    shape = shape_of(inferred([result]))
    assert shape is not None
    assert (shape.gives, shape.at) == (gives, at)


def test_of_an_empty_list_nobody_knows_what_it_is_about() -> None:
    assert shape_of(inferred([[]])) is None


def test_references_and_parts_are_put_in_their_place() -> None:
    schema = {
        "allOf": [{"$ref": "#/$defs/Base"}, {"properties": {"b": {"type": "string"}}}],
        "$defs": {"Base": {"type": "object", "properties": {"a": ROW}, "required": ["a"]}},
    }
    assert [name for name, _ in fields_of(resolved(schema))] == ["a.id", "b"]


def test_a_schema_that_holds_itself_ends() -> None:
    schema: dict[str, Any] = {"properties": {"next": {"$ref": "#"}, "id": {"type": "integer"}}}
    assert dict(fields_of(resolved(schema)))["id"] == {"type": "integer"}


def test_a_value_or_null_is_that_value() -> None:
    assert kind_of(resolved({"anyOf": [{"type": "integer"}, {"type": "null"}]})) == "integer"
    assert kind_of({"type": ["string", "null"]}) == "string"


@pytest.mark.parametrize(
    "result",
    [
        {"items": [], "next": "abc"},
        {"items": [], "has_more": True},
        {"items": [], "page": {"nextCursor": "x"}},
    ],
)
def test_a_list_that_goes_on_says_so(result: Json) -> None:
    assert goes_on(result)


@pytest.mark.parametrize(
    "result", [{"items": [], "next": None}, {"items": [], "has_more": False}, [], {"total": 9}]
)
def test_a_list_that_is_whole_does_not(result: Json) -> None:
    assert not goes_on(result)


def test_pointers_reach_and_miss() -> None:
    value = {"a": [{"b/c": 1}]}
    assert reached(value, "/a/0/b~1c") == 1
    assert reached(value, "/a/7/b~1c") is None
    assert field({"customer": {"id": 4}}, "customer.id") == 4
    assert field("plain", "") == "plain"
