from __future__ import annotations

from collections.abc import Callable

import pytest

from buttonup.records import Json
from buttonup.tools.learning.learned import Learned
from buttonup.tools.sources.scripted import Scripted

Learn = Callable[..., Learned]


def get_town(_state: Json, town: str) -> Json:
    return {"town": town, "people": 12}


def test_what_a_result_holds_is_inferred_where_nothing_declares_it(
    learned: Learn, shop: Scripted
) -> None:
    found = learned(shop)
    assert found.functions["list_products"].at == "/products"
    assert found.functions["create_order"].responses == ""  # as declared
    placed = found.responses("list_orders", {})["items"]["properties"]["placed"]
    assert placed == {"type": "string", "format": "date"}


@pytest.mark.parametrize(
    "declared", [{"type": "object"}, {"anyOf": [{"type": "object"}, {"type": "null"}]}]
)
def test_a_result_declared_as_just_a_dict_is_inferred_too(
    learned: Learn, declared: dict[str, Json]
) -> None:
    kit = Scripted("python:towns.py")
    kit.add(get_town, "Get a town.", {"town": {"type": "string", "enum": ["A", "B"]}}, declared)
    found = learned(kit)
    assert found.functions["get_town"].gives == "one"
    assert found.responses("get_town", declared)["properties"]["people"] == {"type": "integer"}
