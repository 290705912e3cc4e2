"""Kinds and schemas are read off types."""

from __future__ import annotations

from typing import Literal

from buttonup.worlds.kinds import Date, Money, choices_of, kind_of, plain, schema_of
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
