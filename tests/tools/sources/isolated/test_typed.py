from __future__ import annotations

import collections.abc
import datetime as dt
import decimal
import enum
import pathlib
import uuid
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, Optional, TypedDict

import msgspec
import pytest

pytest.importorskip("pydantic", reason="the extra `tools` is not installed")

import pydantic

from buttonup.tools.sources.isolated.typed import Unfit, made, teach_pydantic, typed, with_default

teach_pydantic()


class Kind(enum.Enum):
    CAT = "cat"
    DOG = "dog"


class Box(TypedDict):
    width: int
    height: NotRequired[int]


@dataclass
class Pet:
    name: str
    kind: Kind = Kind.CAT


class Point(NamedTuple):
    x: int
    y: int = 0


class Tree(msgspec.Struct):
    value: int
    parts: list[Tree] = []


class Order(pydantic.BaseModel):  # type: ignore[misc] # an extra
    item: str = pydantic.Field(description="what is ordered", min_length=1)
    inner: Order | None = None


STRING, INTEGER = {"type": "string"}, {"type": "integer"}


@pytest.mark.parametrize(
    ("hint", "schema", "given", "value"),
    [
        (int, INTEGER, 3, 3),
        (float, {"type": "number"}, 3, 3.0),
        (bool, {"type": "boolean"}, True, True),
        (str, STRING, "a", "a"),
        (None, {"type": "null"}, None, None),
        (Any, {}, [1], [1]),
        (Literal["a", 1], {"enum": ["a", 1]}, 1, 1),
        (Kind, {"enum": ["cat", "dog"], "type": "string"}, "dog", Kind.DOG),
        (Optional[int], {"anyOf": [INTEGER, {"type": "null"}]}, None, None),  # noqa: UP045
        (int | list[str], {"anyOf": [INTEGER, {"type": "array", "items": STRING}]}, ["a"], ["a"]),
        (dt.date | str,
         {"anyOf": [{"type": "string", "format": "date"}, STRING]}, "soon", "soon"),
        (tuple[int, ...], {"type": "array", "items": INTEGER}, [1, 2], (1, 2)),
        (tuple[int, str],
         {"type": "array", "prefixItems": [INTEGER, STRING], "minItems": 2, "maxItems": 2},
         [1, "a"], (1, "a")),
        (set[str], {"type": "array", "items": STRING, "uniqueItems": True}, ["a"], {"a"}),
        (dict[str, int], {"type": "object", "additionalProperties": INTEGER}, {"a": 1}, {"a": 1}),
        (collections.abc.Sequence[int], {"type": "array", "items": INTEGER}, [1], [1]),
        (dt.datetime, {"type": "string", "format": "date-time"},
         "2026-01-02T03:04:05Z", dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)),
        (uuid.UUID, {"type": "string", "format": "uuid"}, str(uuid.UUID(int=1)), uuid.UUID(int=1)),
        (pathlib.Path, {"type": "string", "format": "path"}, "a/b", pathlib.Path("a/b")),
        (Annotated[int, pydantic.Field(ge=1, le=5, description="stars")],
         {"type": "integer", "minimum": 1, "maximum": 5, "description": "stars"}, 4, 4),
        (Box, {"type": "object", "properties": {"width": INTEGER, "height": INTEGER},
               "required": ["width"]}, {"width": 2}, {"width": 2}),
        (Pet, {"type": "object", "required": ["name"], "properties": {
            "name": STRING, "kind": {"enum": ["cat", "dog"], "type": "string", "default": "cat"},
        }}, {"name": "Rex", "kind": "dog"}, Pet("Rex", Kind.DOG)),
        (list[Point], {"type": "array", "items": {"type": "array", "minItems": 1, "maxItems": 2,
            "prefixItems": [INTEGER, {"type": "integer", "default": 0}]}},
         [[1, 2]], [Point(1, 2)]),
    ],
    ids=str,
)  # fmt: skip
def test_a_type_becomes_a_schema_and_json_a_value_of_it(
    hint: Any, schema: Any, given: Any, value: Any
) -> None:
    shown, adapter, doubt = typed(hint, "validation")
    shown.pop("description", None) if hint is Pet else None
    assert (shown, doubt) == (schema, "")
    assert made("it", given, adapter) == value


def test_a_decimal_may_be_given_as_a_number_and_comes_back_as_text() -> None:
    shown, adapter, _ = typed(decimal.Decimal, "validation")
    assert {branch["type"] for branch in shown["anyOf"]} == {"number", "string"}
    assert made("it", "1.10", adapter) == decimal.Decimal("1.10")
    assert typed(decimal.Decimal, "serialization")[0]["type"] == "string"


def test_a_struct_of_msgspec_is_taken_wherever_it_stands() -> None:
    shown, adapter, _ = typed(dict[str, list[Tree]], "validation")
    tree = shown["additionalProperties"]["items"]
    assert tree["properties"]["value"] == INTEGER
    got = made("it", {"a": [{"value": 1, "parts": [{"value": 2}]}]}, adapter)
    assert got == {"a": [Tree(1, [Tree(2)])]}
    with pytest.raises(Unfit, match=r"it\.a\.0: .*Expected `int`"):
        made("it", {"a": [{"value": "x"}]}, adapter)


def test_a_model_that_holds_itself_is_shown_once_and_doubted() -> None:
    shown, adapter, doubt = typed(Order, "validation")
    assert doubt == "recursive"
    assert shown["properties"]["item"] == {
        "type": "string",
        "minLength": 1,
        "description": "what is ordered",
    }
    assert made("it", {"item": "a", "inner": {"item": "b"}}, adapter).inner.item == "b"


@pytest.mark.parametrize("hint", [collections.abc.Callable[[int], int], type("Own", (), {}), 3])
def test_a_type_that_json_has_not_is_doubted(hint: Any) -> None:
    shown, adapter, doubt = typed(hint, "validation")
    assert (shown, doubt) == ({}, "not_json")
    with pytest.raises(Unfit, match="no JSON can be a value of its type"):
        made("it", 1, adapter)


def test_of_a_union_the_members_that_json_has_are_enough() -> None:
    own = type("Own", (), {})
    shown, adapter, doubt = typed(own | str | None, "validation")
    assert (shown, doubt) == ({"anyOf": [STRING, {"type": "null"}]}, "")
    assert made("it", "a", adapter) == "a"
    assert typed(own | None, "validation")[0] == {"type": "null"}
    assert typed(own | type("Other", (), {}), "validation")[2] == "not_json"


def test_a_value_that_does_not_fit_is_told_with_its_place() -> None:
    _, adapter, _ = typed(list[dt.date], "validation")
    with pytest.raises(Unfit, match=r"^Invalid arguments: days\.1: Input should be a valid date"):
        made("days", ["2026-01-02", "soon"], adapter)


@pytest.mark.parametrize(
    ("hint", "default", "shown"),
    [
        (int, 3, {"default": 3}),
        (Kind, Kind.DOG, {"default": "dog"}),
        (dt.date, dt.date(2026, 1, 2), {"default": "2026-01-02"}),
        (int, None, {}),
        (int | None, None, {"default": None}),
        (Any, object(), {}),
    ],
)
def test_a_default_is_told_where_it_could_be_given_as_well(
    hint: Any, default: Any, shown: Any
) -> None:
    _, adapter, _ = typed(hint, "validation")
    assert with_default({}, adapter, default) == shown
