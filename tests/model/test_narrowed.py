from __future__ import annotations

import asyncio
from typing import Any

import jsonschema_rs
from hypothesis import given
from hypothesis import strategies as st

from buttonup.model.door import Request
from buttonup.model.narrowed import LONGEST, MOST, Narrowed, narrowed
from buttonup.model.schemas import schema_of
from buttonup.model.scripted import Scripted
from buttonup.topdown.assistant_agent import Move

NAMES = st.sampled_from(["a", "b"])
KINDS = ["string", "array", "object", "integer", "null"]
LENGTHS = st.sampled_from([0, 1, MOST, MOST + 1])


def words(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas of all words that narrowing touches, and of some in whose way it must not get."""
    some = st.lists(inner, min_size=1, max_size=2)
    optional = {
        "type": st.sampled_from(KINDS) | st.lists(st.sampled_from(KINDS), min_size=1, unique=True),
        "properties": st.dictionaries(NAMES, inner, max_size=2),
        "required": st.lists(NAMES, unique=True),
        "additionalProperties": inner,
        "patternProperties": st.dictionaries(NAMES, inner, max_size=1),
        "unevaluatedProperties": inner,
        "items": inner,
        "anyOf": some,
        "allOf": some,
        "oneOf": some,
        "not": inner,
        "$ref": st.sampled_from(["#", "#/properties/a", "#/items"]),
        "enum": st.just(["x", "x" * (LONGEST + 1), {"a": 1}, []]),
        "maxItems": LENGTHS,
        "minItems": LENGTHS,
        "minLength": st.sampled_from([1, LONGEST + 1]),
        "maxLength": st.just(LONGEST + 1),
    }
    return st.fixed_dictionaries({}, optional=optional)


SCHEMAS = words(st.recursive(st.booleans() | words(st.booleans()), words, max_leaves=3))
LEAVES = st.sampled_from([1, None, "", "x", "x" * LONGEST, "x" * (LONGEST + 1)])
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.dictionaries(NAMES, inner, max_size=2)
        | st.builds(lambda value, times: [value] * times, inner, LENGTHS)
    ),
    max_leaves=4,
)


def fits(value: Any, schema: Any) -> bool | None:
    """Say whether a value fits; None where the schema is none, such as one that refers nowhere."""
    try:
        return jsonschema_rs.validator_for(schema, offline=True).is_valid(value)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError):
        return None


@given(SCHEMAS, VALUES)
def test_what_fits_the_narrowed_schema_fits_the_given_one(schema: Any, value: Any) -> None:
    assert fits(value, narrowed(schema)) in (False, None) or fits(value, schema)


@given(SCHEMAS)
def test_narrowing_twice_is_narrowing_once(schema: Any) -> None:
    assert narrowed(narrowed(schema)) == narrowed(schema)


def test_texts_and_lists_of_a_reply_have_an_end_and_what_is_usual_still_fits() -> None:
    usual = {"thought": "x" * LONGEST, "calls": [{"name": "f", "arguments": {}}] * MOST}
    endless = [
        {"thought": "x" * (LONGEST + 1)},
        {"thought": "", "calls": [{"name": "f", "arguments": {}}] * (MOST + 1)},
        {"thought": "", "calls": [{"name": "x" * (LONGEST + 1), "arguments": {}}]},
    ]
    given_, made = schema_of(Move), narrowed(schema_of(Move))
    assert fits(usual, made)
    assert [(fits(value, given_), fits(value, made)) for value in endless] == [(True, False)] * 3


def test_what_is_required_has_a_place_among_the_properties() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a", "z"]}
    assert narrowed(schema)["properties"] == {"a": {"type": "null"}, "z": {}}
    typed = {**schema, "additionalProperties": {"type": "string"}}
    assert narrowed(typed)["properties"]["z"] == {"type": "string", "maxLength": LONGEST}


def test_a_model_is_asked_by_the_narrowed_schema_and_as_it_is_where_there_is_none() -> None:
    inner = Scripted(lambda _: "{}")
    free = Request(model="m", messages=())
    bound = Request(model="m", messages=(), schema={"type": "string"})

    async def ask() -> None:
        for request in (free, bound):
            await Narrowed(inner)(request)

    asyncio.run(ask())
    assert [r.schema for r in inner.asked] == [None, {"type": "string", "maxLength": LONGEST}]
