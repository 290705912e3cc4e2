from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from buttonup.bottomup.text_first import schemas
from buttonup.records import Function

TEXT = {"type": "string", "description": "d"}
NUMBER = {"type": "integer", "description": "d"}
TRIPS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "count": NUMBER,
        "trips": {
            "type": "array",
            "description": "d",
            "items": {
                "type": "object",
                "properties": {
                    "id": TEXT,
                    "stops": {"type": "array", "description": "d", "items": TEXT},
                },
            },
        },
    },
}


@pytest.mark.parametrize(
    "path", ["trips[].id", "trips[0].id", "trips.id", "/trips/0/id", "$.trips[*].id"]
)
def test_a_nested_field_is_found_however_its_path_is_written(path: str) -> None:
    assert schemas.field_at(TRIPS, path) == TEXT


@pytest.mark.parametrize("path", ["id", "trips[].name", "count.id", "", "trips.id.more", "[]"])
def test_a_field_that_is_not_there_is_not_found(path: str) -> None:
    assert schemas.field_at(TRIPS, path) is None


@pytest.mark.parametrize(
    ("given_", "wanted", "fit"),
    [
        ({"type": "string"}, {"type": "string"}, True),
        ({"type": "integer"}, {"type": "number"}, True),
        ({"type": "number"}, {"type": "integer"}, False),
        ({"type": "integer"}, {"type": "string"}, False),
        ({"type": ["string", "null"]}, {"enum": ["a", "b"]}, True),
        ({"enum": [1, 2]}, {"type": "string"}, False),
        ({"type": "array", "items": TEXT}, {"type": "string"}, True),
        ({"type": "string"}, {"type": "array", "items": TEXT}, True),
        ({"type": "array", "items": TEXT}, {"type": "array", "items": NUMBER}, False),
        ({"type": "integer"}, {"type": "array", "items": TEXT}, False),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"type": "string"}, True),
        ({}, {"type": "string"}, True),
    ],
)
def test_a_field_fits_a_parameter_by_its_type(given_: Any, wanted: Any, fit: bool) -> None:
    assert schemas.fits(given_, wanted) is fit


def test_mechanical_slips_are_mended() -> None:
    slips = {
        "properties": {
            "city": {"type": "str", "description": "d", "required": True},
            "days": {"type": "Int", "description": "d", "required": False},
        },
        "required": ["nobody"],
    }
    mended = schemas.mend(slips)
    assert mended == {
        "type": "object",
        "properties": {
            "city": {"type": "string", "description": "d"},
            "days": {"type": "integer", "description": "d"},
        },
        "required": ["city"],
    }
    assert schemas.mend({"city": {"type": "string"}}) == {
        "type": "object",
        "properties": {"city": {"type": "string"}},
    }
    assert schemas.mend({}) == {"type": "object", "properties": {}}


def deep(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = TEXT
    for _ in range(levels):
        schema = {"type": "object", "description": "d", "properties": {"a": schema}}
    return schema


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "array", "items": TEXT}, 'must have "type": "object"'),
        ({"type": "object", "properties": {"a": {"type": "text!"}}}, "not a valid JSON Schema"),
        ({"type": "object", "properties": []}, "not a valid JSON Schema"),
        ({"type": "object", "properties": {"a": {**TEXT, "pattern": "("}}}, "not a valid"),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, "f.a has no description"),
        ({"type": "object", "properties": {"a": {"description": "d"}}}, "f.a has no type"),
        ({"type": "object", "properties": {"a b": TEXT}}, "letters, digits"),
        (
            {"type": "object", "properties": {"a": {"type": "array", "description": "d"}}},
            "items",
        ),
        ({"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:1/"}}}, "$ref"),
        (deep(40), "nested deeper"),
        (deep(20_000), "nested deeper"),
        ({"type": "object", "properties": {f"p{n}": TEXT for n in range(2000)}}, "too large"),
    ],
)
def test_a_schema_that_would_not_do_is_named_for_what_is_wrong(schema: Any, says: str) -> None:
    assert says in "; ".join(schemas.faults(schema, "f"))


def test_a_sound_schema_has_no_fault() -> None:
    assert schemas.faults(TRIPS, "f") == []
    assert schemas.faults(deep(8), "f") == []
    assert schemas.faults({"type": "object", "properties": {}}, "f") == []


def test_a_signature_ignores_words_and_order() -> None:
    def function(parameters: dict[str, Any]) -> Function:
        return Function(name="f", description="d", parameters=parameters, responses=TRIPS)

    one = {"type": "object", "properties": {"a": TEXT, "title": NUMBER}, "required": ["a", "title"]}
    same = {
        "type": "object",
        "title": "T",
        "properties": {"title": {"type": "integer"}, "a": {"type": "string", "description": "x"}},
        "required": ["title", "a"],
    }
    other = {**one, "required": ["a"]}
    assert schemas.signature(function(one)) == schemas.signature(function(same))
    assert schemas.signature(function(one)) != schemas.signature(function(other))


KEYS = ["type", "properties", "required", "items", "description", "enum", "anyOf", "a", "title"]
WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["string", "object", "array", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=25,
)


@example({"a": {"required": [None, None]}}, "a")
@given(st.dictionaries(st.sampled_from(KEYS), WILD, max_size=6), st.sampled_from(["a", "a.a", "0"]))
def test_no_schema_breaks_the_checks_and_a_faultless_one_compiles(schema: Any, path: str) -> None:
    mended = schemas.mend(schema)
    assert schemas.mend(mended) == mended
    if schemas.faults(mended, "f") == []:
        jsonschema_rs.validator_for(mended)
        schemas.field_at(mended, path)
        schemas.signature(Function(name="f", description="", parameters=mended))
