from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.tools.door import misfit, unusable
from buttonup.tools.sources.openapi.document import Document, Node
from buttonup.tools.sources.openapi.schemas import MOST, Schemas, Side

Json = Any


def read(schema: Json, side: Side = "parameters", **named: Json) -> tuple[Json, list[str]]:
    root = {"openapi": "3.1.0", "components": {"schemas": named}}
    schemas = Schemas(Document("/api.json", {"/api.json": root}), side)
    return schemas.read(Node(schema, "/api.json")), list(schemas.doubts)


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.mark.parametrize(
    ("stated", "means"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        (
            {"type": "string", "enum": ["a"], "nullable": True},
            {"type": ["string", "null"], "enum": ["a", None]},
        ),
        (
            {"type": "integer", "minimum": 1, "exclusiveMinimum": True},
            {"type": "integer", "exclusiveMinimum": 1},
        ),
        (
            {"type": "integer", "minimum": 1, "exclusiveMinimum": False},
            {"type": "integer", "minimum": 1},
        ),
        ({"type": "number", "exclusiveMaximum": 3}, {"type": "number", "exclusiveMaximum": 3}),
        ({"type": "string", "example": "Ghent"}, {"type": "string", "examples": ["Ghent"]}),
        ({"type": "string", "enum": [1, 2.5, "x"]}, {"type": "string", "enum": ["1", "2.5", "x"]}),
        ({"type": "file"}, {"type": "string"}),
        ({"type": ["string", "null"]}, {"type": ["string", "null"]}),
        (
            {"title": "T", "xml": {}, "x-y": 1, "externalDocs": {}, "type": "string"},
            {"type": "string"},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
            {"anyOf": [{"type": "string"}, {"type": "null"}]},
        ),
        (
            {"additionalProperties": {"type": "integer"}},
            {"additionalProperties": {"type": "integer"}},
        ),
        (True, {}),
        (False, {"not": {}}),
    ],
)
def test_openapis_own_words_become_json_schemas(stated: Json, means: Json) -> None:
    assert read(stated)[0] == means


def test_references_are_written_out_with_what_stands_beside_them() -> None:
    pet = {"type": "object", "properties": {"tag": ref("Tag")}}
    schema, doubts = read({**ref("Pet"), "description": "Yours."}, Pet=pet, Tag={"type": "string"})
    tagged = {"type": "object", "properties": {"tag": {"type": "string"}}}
    assert schema == {**tagged, "description": "Yours."}
    assert doubts == []


def test_null_fits_what_is_referred_to_where_it_may() -> None:
    schema, _ = read({"allOf": [ref("Pet")], "nullable": True}, Pet={"type": "object"})
    assert schema == {"type": ["object", "null"]}
    choice, _ = read({"oneOf": [ref("Pet")], "nullable": True}, Pet={"type": "object"})
    assert misfit(None, choice) == ""


def test_what_the_other_side_alone_has_is_left_out() -> None:
    stated = {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "password": {"type": "string", "writeOnly": True},
            "name": {"type": "string"},
        },
        "required": ["id", "password", "name"],
    }
    sent, _ = read(stated, "parameters")
    given_back, _ = read(stated, "responses")
    assert (list(sent["properties"]), sent["required"]) == (
        ["password", "name"],
        ["password", "name"],
    )
    assert (list(given_back["properties"]), given_back["required"]) == (
        ["id", "name"],
        ["id", "name"],
    )


def test_what_another_part_requires_of_the_other_side_is_not_required() -> None:
    stated = {"allOf": [ref("Pet"), {"required": ["id"]}]}
    schema, _ = read(stated, Pet={"properties": {"id": {"readOnly": True}, "a": {}}})
    assert "required" not in schema


def test_a_schema_that_holds_itself_is_cut_where_it_comes_again() -> None:
    node = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": ref("Node")},
        },
        "required": ["name"],
    }
    schema, doubts = read(ref("Node"), Node=node)
    assert doubts == ["recursive"]
    assert schema["properties"]["children"]["items"] == {"type": "object"}
    assert misfit({"name": "a", "children": [{"name": "b", "children": []}]}, schema) == ""
    assert misfit({"children": []}, schema) != ""


def test_below_a_cut_exactly_one_of_is_any_of() -> None:
    node = {
        "oneOf": [{"properties": {"to": ref("Node")}}, {"properties": {"to": ref("Node"), "b": {}}}]
    }
    schema, _ = read(ref("Node"), Node=node)
    assert "oneOf" not in schema
    assert misfit({"to": {}}, schema) == ""


def test_what_is_larger_than_a_prompt_bears_is_cut_from_below() -> None:
    wide: Json = {"type": "string"}
    for _ in range(6):
        wide = {"type": "object", "properties": {f"p{i}": wide for i in range(6)}}
    schema, doubts = read(wide, "responses")
    assert doubts == ["cut:responses"]
    assert json.dumps(schema).count('"p0"') <= MOST
    assert set(schema["properties"]) == {f"p{i}" for i in range(6)}
    assert schema["properties"]["p0"]["type"] == "object"


def test_a_reference_that_leads_nowhere_lets_anything_fit_and_is_told() -> None:
    schema, doubts = read({"properties": {"a": ref("Nobody")}})
    assert schema == {"properties": {"a": {}}}
    assert doubts == ["unread_ref:#/components/schemas/Nobody"]


@pytest.mark.parametrize(
    ("stated", "doubt"),
    [
        ({"minLength": "3"}, "odd:minLength"),
        ({"type": "strnig"}, "odd:type"),
        ({"enum": []}, "odd:enum"),
        (["no schema"], "odd:schema"),
        ({"properties": {"a": "no schema"}}, "odd:schema"),
        ({"multipleOf": 0}, "odd:multipleOf"),
    ],
)
def test_what_is_odd_is_left_out_and_told(stated: Json, doubt: str) -> None:
    schema, doubts = read(stated)
    assert doubts == [doubt]
    assert unusable(schema) == ""


def test_booleans_of_older_drafts_are_no_reason_to_doubt() -> None:
    assert read({"type": "string", "required": True}) == ({"type": "string"}, [])


def test_a_discriminator_says_in_each_branch_which_it_is() -> None:
    cat = {
        "type": "object",
        "properties": {"kind": {"type": "string"}, "lives": {"type": "integer"}},
    }
    dog = {"type": "object", "properties": {"kind": {"type": "string"}}}
    told = {"propertyName": "kind", "mapping": {"feline": "#/components/schemas/Cat"}}
    stated = {"oneOf": [ref("Cat"), ref("Dog")], "discriminator": told}
    schema, _ = read(stated, Cat=cat, Dog=dog)
    kinds = [branch["properties"]["kind"]["const"] for branch in schema["oneOf"]]
    assert kinds == ["feline", "Dog"]
    assert misfit({"kind": "Dog"}, schema) == ""
    assert misfit({"kind": "Cow"}, schema) != ""


NAMES = st.sampled_from(["A", "B", "C"])
SCHEMAS = st.recursive(
    st.fixed_dictionaries({}, optional={"type": st.sampled_from(["string", "object", "odd", 3])})
    | NAMES.map(ref),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(st.sampled_from("xyz"), inner),
            "items": inner,
            "allOf": st.lists(inner),
            "oneOf": st.lists(inner, min_size=1),
            "not": inner,
            "nullable": st.booleans(),
            "required": st.lists(st.sampled_from("xyz")) | st.booleans(),
            "additionalProperties": inner | st.booleans(),
        },
    ),
    max_leaves=12,
)


@given(
    SCHEMAS,
    st.fixed_dictionaries({"A": SCHEMAS, "B": SCHEMAS, "C": SCHEMAS}),
    st.sampled_from(["parameters", "responses"]),
)
def test_whatever_is_stated_becomes_a_schema_that_stands_alone(
    stated: Json, named: Json, side: Side
) -> None:
    schema, _ = read(stated, side, **named)
    assert unusable(schema) == ""
    assert "$ref" not in json.dumps(schema)
