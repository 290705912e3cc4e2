from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.tools.sources.openapi.merged import merged

Json = Any


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (
            [
                {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
                {"properties": {"b": {}}, "required": ["b", "a"]},
            ],
            {
                "type": "object",
                "properties": {"a": {"type": "string"}, "b": {}},
                "required": ["a", "b"],
            },
        ),
        (
            [{"minimum": 1, "maximum": 9}, {"minimum": 3, "maximum": 5}],
            {"minimum": 3, "maximum": 5},
        ),
        ([{"type": ["string", "null"]}, {"type": "string"}], {"type": "string"}),
        ([{"type": "number"}, {"type": "integer"}], {"type": "integer"}),
        ([{"enum": ["a", "b"]}, {"enum": ["b", "c"]}], {"enum": ["b"]}),
        ([{"description": "far"}, {"description": "near"}], {"description": "near"}),
        ([{"pattern": "a"}, {"pattern": "b"}], {"pattern": "a", "allOf": [{"pattern": "b"}]}),
        (
            [{"type": "string"}, {"type": "object"}],
            {"type": "string", "allOf": [{"type": "object"}]},
        ),
        (
            [{"properties": {"a": {"minimum": 1}}}, {"properties": {"a": {"maximum": 2}}}],
            {"properties": {"a": {"minimum": 1, "maximum": 2}}},
        ),
    ],
)
def test_parts_become_one(parts: list[Json], whole: Json) -> None:
    assert merged(parts) == whole


def test_a_part_that_is_closed_does_not_close_out_the_others() -> None:
    closed = {"properties": {"a": {}}, "additionalProperties": False}
    assert "additionalProperties" not in merged([closed, {"properties": {"b": {}}}])
    assert merged([closed, {"required": ["a"]}])["additionalProperties"] is False


VALUES = st.sampled_from(
    [None, True, 0, 1, 2.5, 7, "", "a", "bb", [], [1], {}, {"a": 1}, {"a": "x"}]
)
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "number", "object", ["string", "null"]]),
        "minimum": st.integers(0, 3),
        "maximum": st.integers(0, 3),
        "minLength": st.integers(0, 2),
        "enum": st.lists(VALUES, min_size=1, max_size=4),
        "required": st.lists(st.sampled_from("ab"), unique=True),
        "properties": st.dictionaries(
            st.sampled_from("ab"), st.sampled_from([{}, {"type": "string"}, {"minimum": 1}])
        ),
        "pattern": st.sampled_from(["a", "b"]),
    },
)


@given(st.lists(PARTS, min_size=1, max_size=3), VALUES)
def test_what_is_put_together_says_what_its_parts_say(parts: list[Json], value: Json) -> None:
    one, all_of = merged(parts), {"allOf": parts}
    assert jsonschema_rs.is_valid(one, value) == jsonschema_rs.is_valid(all_of, value)
