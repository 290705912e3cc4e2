from __future__ import annotations

from typing import Any

import pytest

from buttonup.gates.said import said
from buttonup.gates.schemas import NOTHING, offer
from buttonup.records import Function


def shown(**properties: Any) -> Function:
    return Function("f", "", {"properties": properties, "$defs": {"unit": {"enum": ["C", "F"]}}})


@pytest.mark.parametrize(
    ("schema", "pointer", "values"),
    [
        ({"default": 5}, "/a", (5,)),
        ({"const": "x"}, "/a", ("x",)),
        ({"enum": ["x", "y"]}, "/a", ("x", "y")),
        ({"items": {"enum": ["x"]}}, "/a/0", ("x",)),
        ({"properties": {"b": {"default": 1}}}, "/a/b", (1,)),
        ({"anyOf": [{"type": "null"}, {"enum": ["x"]}]}, "/a", ("x",)),
        ({"$ref": "#/$defs/unit"}, "/a", ("C", "F")),
        ({"additionalProperties": {"const": 2}}, "/a/anything", (2,)),
        ({"$ref": "#"}, "/a", ()),
        ({"enum": "not a list"}, "/a", ()),
    ],
)
def test_a_schema_offers_its_defaults_and_enumerations(
    schema: dict[str, Any], pointer: str, values: tuple[Any, ...]
) -> None:
    assert offer(shown(a=schema), pointer).values == values


def test_a_description_offers_its_words_but_not_its_examples() -> None:
    unit = {"description": "The unit: Celsius or Fahrenheit, e.g. Kelvin"}
    described = offer(shown(a=unit), "/a").described
    assert described.has(said("celsius"))
    assert not described.has(said("kelvin"))


def test_an_unknown_function_offers_nothing() -> None:
    assert offer(None, "/a") is NOTHING
