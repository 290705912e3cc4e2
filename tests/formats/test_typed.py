from __future__ import annotations

from typing import Any

import pytest

from buttonup.formats.typed import from_flat, in_json


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("str", "string"),
        ("int, optional", "integer"),
        ("Optional[float]", "number"),
        ("List[str]", "array"),
        ("Dict[str, int]", "object"),
        ("dict", "object"),
        ("boolean", "boolean"),
        ("Union[int, str]", None),
        ("any", None),
        ("\x00", None),
        (5, None),
    ],
)
def test_a_type_in_pythons_words_is_told_in_those_of_json_schema(said: Any, meant: str) -> None:
    assert in_json({"type": said}) == ({"type": meant} if meant else {})


def test_types_are_told_at_every_depth_and_a_parameter_may_be_called_type() -> None:
    inner = {"type": "dict", "properties": {"type": {"type": "str"}}}
    assert in_json({"type": "list", "items": inner}) == {
        "type": "array",
        "items": {"type": "object", "properties": {"type": {"type": "string"}}},
    }
    assert from_flat({"type": {"type": "str"}})["properties"] == {"type": {"type": "string"}}


def test_a_parameter_with_a_default_or_said_to_be_optional_may_be_left_out() -> None:
    flat = {
        "a": {"type": "str"},
        "b": {"type": "int, optional"},
        "c": {"type": "int", "default": 3},
        "d": {"type": "int", "required": False},
        "e": {"type": "int", "default": "", "required": True},
    }
    schema = from_flat(flat)
    assert schema["required"] == ["a", "e"]
    assert schema["properties"]["e"] == {"type": "integer"}


def test_what_is_no_list_of_parameters_asks_for_nothing() -> None:
    assert from_flat(None) == {"type": "object", "properties": {}}
    assert from_flat({"x": "str"})["properties"] == {"x": {}}
