from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import json
import math
import pathlib
import uuid
from collections import OrderedDict, deque
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pydantic", reason="the extra `tools` is not installed")

from buttonup.tools.sources.isolated.plain import TooLarge, as_json


class Colour(enum.Enum):
    RED = "red"


class Point(NamedTuple):
    x: int
    y: int


@dataclasses.dataclass
class Pet:
    name: str
    born: dt.date


class Struct(msgspec.Struct):
    price: decimal.Decimal
    within: Any = None


class Said:
    def __str__(self) -> str:
        return "3 metres"


def plain(value: Any) -> Any:
    return json.loads(as_json(value, 10_000))


@pytest.mark.parametrize(
    ("value", "json"),
    [
        (float("nan"), None),
        ([math.inf, -math.inf, 1.5], [None, None, 1.5]),
        (b"\x00\xff", "AP8="),
        ((1, 2), [1, 2]),
        (frozenset({3}), [3]),
        (deque([1]), [1]),
        (range(3), [0, 1, 2]),
        ({"a": 1}.keys(), ["a"]),
        ((n for n in (1, 2)), [1, 2]),
        ({1: "a", None: "b"}, {"1": "a", "None": "b"}),
        (OrderedDict(a=1), {"a": 1}),
        (MappingProxyType({"a": MappingProxyType({"b": 1})}), {"a": {"b": 1}}),
        (Point(1, 2), [1, 2]),
        (Pet("Rex", dt.date(2020, 1, 2)), {"name": "Rex", "born": "2020-01-02"}),
        (Struct(decimal.Decimal("1.10"), Struct(decimal.Decimal(2))),
         {"price": "1.10", "within": {"price": "2", "within": None}}),
        (Colour.RED, "red"),
        (dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC), "2026-01-02T03:04:00Z"),
        (dt.timedelta(minutes=90), "PT1H30M"),
        (pathlib.PurePosixPath("/a/b"), "/a/b"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (np.arange(3), [0, 1, 2]),
        (np.float64(1.5), 1.5),
        (Said(), "3 metres"),
        ("half \ud83d", "half ?"),
        (2**100, 2**100),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_has_one_plain_form_in_json_gets_it(value: Any, json: Any) -> None:
    assert plain(value) == json


@pytest.mark.parametrize("value", [object(), plain, {"a": [print, object()]}, int])
def test_what_has_none_is_refused_by_its_name(value: Any) -> None:
    with pytest.raises(TypeError, match="which is nothing in JSON"):
        plain(value)


def test_what_holds_itself_or_has_no_floor_is_refused() -> None:
    circle: list[Any] = []
    circle.append(circle)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (circle, deep):
        with pytest.raises(ValueError, match=r"Circular|depth"):
            plain(value)


def test_what_is_too_large_is_refused_with_its_size() -> None:
    with pytest.raises(TooLarge, match=r"12,002 bytes; 10,000 is the most"):
        plain("x" * 12_000)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(
        st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)  # fmt: skip


@given(JSON)
def test_json_is_given_back_as_it_is(value: Any) -> None:
    assert json.loads(as_json(value, 10**6)) == value
