from __future__ import annotations

from typing import Any

import pytest

from buttonup.records import Function
from buttonup.tools.definitions.doubts import MEND, SEEN, doubts_again, doubts_of, kind_of

GOOD = {"type": "string", "description": "What animal."}
COUNT = {"type": "object", "properties": {"count": {"type": "integer"}}}


def function(
    description: str = "Finds pets for sale.", responses: Any = COUNT, **properties: Any
) -> Function:
    parameters = {"type": "object", "properties": properties or {"kind": GOOD}}
    return Function(
        name="find_pets", description=description, parameters=parameters, responses=responses
    )


def test_a_definition_that_tells_all_has_no_doubt() -> None:
    assert doubts_of(function()) == ()


@pytest.mark.parametrize(
    ("description", "doubt"),
    [
        ("", "no_description"),
        ("  \n", "no_description"),
        ("find_pets", "only_its_name"),
        ("Find the pets.", "only_its_name"),
        ("findPets", "only_its_name"),
    ],
)
def test_a_description_that_says_nothing_is_doubted(description: str, doubt: str) -> None:
    assert doubts_of(function(description)) == (doubt,)


def test_a_parameter_without_type_or_words_is_doubted_by_its_name() -> None:
    doubts = doubts_of(function(kind={"description": "What."}, limit={"type": "integer"}, on={}))
    assert doubts == ("untyped:kind", "undescribed:limit", "untyped:on", "undescribed:on")
    enum = {"enum": ["cat"], "description": "What."}
    assert doubts_of(function(kind=enum, other={"anyOf": [GOOD], "description": "x"})) == ()


@pytest.mark.parametrize(
    ("responses", "doubts"),
    [
        ({}, ("no_responses",)),
        ({"description": "Pets."}, ("no_responses",)),
        ({"type": "object"}, ("vague_responses",)),
        ({"type": "object", "additionalProperties": True}, ("vague_responses",)),
        ({"type": "array"}, ("vague_responses",)),
        ({"type": "array", "items": {}}, ("vague_responses",)),
        ({"type": "array", "items": {"type": "string"}}, ()),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, ()),
        ({"anyOf": [COUNT, {"type": "object"}]}, ("vague_responses",)),
        ({"anyOf": [COUNT, {"type": "null"}]}, ()),
        ({"type": "null"}, ()),
    ],
)
def test_what_is_not_told_of_results_is_doubted(responses: Any, doubts: tuple[str, ...]) -> None:
    assert doubts_of(function(responses=responses)) == doubts


def test_better_words_take_away_their_doubts_and_leave_the_sources_own() -> None:
    before = ("no_description", "left_out:more")
    assert doubts_again(function(), before) == ("left_out:more",)


def test_every_kind_of_doubt_says_how_to_mend_it() -> None:
    assert MEND.keys() >= SEEN
    assert kind_of("untyped:kind") == "untyped"
