from __future__ import annotations

from typing import Annotated, Any, Literal

import jsonschema_rs
import msgspec
import pytest

from buttonup.model.schemas import checker, schema_of, strict


class Leg(msgspec.Struct):
    """One leg of a trip."""

    title: str
    nights: Annotated[int, msgspec.Meta(ge=1, description="At least one.")]


class Trip(msgspec.Struct):
    """A trip."""

    legs: list[Leg]
    mode: Literal["train", "coach"]
    back: Leg | None


class Definition(msgspec.Struct):
    """A function."""

    properties: str
    parameters: dict[str, Any]
    responses: dict[str, Any] = {}


def test_references_are_resolved_and_what_is_said_of_a_field_is_kept() -> None:
    leg = schema_of(Trip)["properties"]["legs"]["items"]
    assert leg["properties"]["nights"] == {
        "type": "integer",
        "minimum": 1,
        "description": "At least one.",
    }
    assert leg["description"] == "One leg of a trip."
    assert "$ref" not in str(schema_of(Trip))


def test_a_field_called_title_or_properties_is_a_field() -> None:
    assert schema_of(Trip)["properties"]["legs"]["items"]["required"] == ["title", "nights"]
    assert schema_of(Definition)["properties"].keys() == {"properties", "parameters", "responses"}


class Tagged(msgspec.Struct, tag=True):
    """One of several kinds."""

    discriminator: str


class Other(msgspec.Struct, tag=True):
    """Another kind."""

    number: int


class Either(msgspec.Struct):
    """One kind or the other."""

    kind: Tagged | Other


def test_a_field_called_discriminator_is_a_field_and_the_word_itself_is_left_out() -> None:
    kinds = schema_of(Either)["properties"]["kind"]
    assert kinds.keys() == {"anyOf"}
    assert kinds["anyOf"][0]["properties"]["discriminator"] == {"type": "string"}


def test_unknown_fields_are_refused_but_a_free_form_object_stays_free() -> None:
    fits = jsonschema_rs.validator_for(schema_of(Definition)).is_valid
    assert fits({"properties": "x", "parameters": {"type": "object", "anything": [1]}})
    assert not fits({"properties": "x", "parameters": {}, "surprise": 1})


def test_a_closed_schema_with_all_fields_required_suits_strict_endpoints() -> None:
    assert strict(schema_of(Trip))


@pytest.mark.parametrize(
    "schema",
    [
        schema_of(Definition),
        {},
        {"type": "string"},
        {"type": "object"},
        {"type": "object", "properties": {"a": {}}, "additionalProperties": False},
        {"anyOf": [schema_of(Trip), {"type": "null"}]},
        {"type": "object", "properties": {}, "additionalProperties": False, "$defs": {}},
    ],
)
def test_a_schema_that_leaves_something_free_does_not(schema: dict[str, Any]) -> None:
    assert not strict(schema)


def test_equal_schemas_are_compiled_once_and_nothing_is_fetched_for_one() -> None:
    schema = {"type": "integer"}
    assert checker(schema) is checker(dict(schema))
    with pytest.raises(ValueError, match="remote"):
        checker({"$ref": "http://127.0.0.1:9/remote.json"})
