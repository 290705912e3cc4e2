"""Kinds and schemas are read off types."""

from __future__ import annotations

from typing import Annotated, Literal

from buttonup.worlds.kinds import Date, Kind, Money, choices_of, kind_of, many, plain, schema_of
from buttonup.worlds.state import Row


class Book(Row):
    title: str
    due: Date


class Shelf(Row):
    title: str
    books: list[Book]


def test_an_optional_type_has_the_kind_of_the_type() -> None:
    assert kind_of(Money | None) == kind_of(Money) == "Money"
    assert kind_of(str) is None


def test_choices_are_the_values_of_a_literal() -> None:
    assert choices_of(Literal["a", "b"] | None) == ("a", "b")
    assert choices_of(str) == ()
    assert plain(Money | None) is float


def test_a_schema_has_no_references_and_keeps_a_property_called_title() -> None:
    schema = schema_of(list[Shelf])
    assert "$ref" not in str(schema)
    assert schema["items"]["properties"]["title"] == {"type": "string"}
    assert schema["items"]["properties"]["books"]["items"]["properties"]["due"]["pattern"]
    assert "title" not in schema["items"]


ToyId = Annotated[str, Kind("ToyId")]


def test_a_list_has_the_kind_of_its_items_and_is_known_to_be_one() -> None:
    assert kind_of(list[ToyId]) == "ToyId"
    assert kind_of(Annotated[list[ToyId], Kind("Toys")]) == "Toys"
    assert many(list[ToyId])
    assert many(list[str] | None)
    assert not many(ToyId)


def test_choices_of_a_list_are_those_of_its_items() -> None:
    assert choices_of(list[Literal["a", "b"]]) == ("a", "b")


def test_an_enumeration_of_words_is_said_to_be_of_words() -> None:
    assert schema_of(Literal["a", "b"]) == {"type": "string", "enum": ["a", "b"]}
    assert "type" not in schema_of(Literal[1, 2])
