from __future__ import annotations

from collections.abc import Callable

import pytest

from buttonup.records import Json
from buttonup.tools.learning.learned import Learned
from buttonup.tools.sources.scripted import Scripted

Learn = Callable[..., Learned]
TEXT = {"type": "string"}


def test_the_values_are_those_that_exist(learned: Learn, shop: Scripted) -> None:
    found = learned(shop).functions
    assert set(found["get_order"].parameters["order_id"].values) <= set(shop.state["orders"])
    assert set(found["create_order"].parameters["customer_id"].values) == set(
        shop.state["customers"]
    )


def get_town(_state: Json, town: str) -> Json:
    return {"town": town, "people": 12}


def test_what_cannot_be_planned_with_for_its_result_says_so(learned: Learn) -> None:
    kit = Scripted("python:towns.py")
    kit.add(get_town, "Add a town.", {"town": TEXT}, {"type": "object"}, writes=True)
    found = learned(kit).functions["get_town"]
    assert (found.gives, "no_responses" in found.doubts) == ("", True)


@pytest.mark.parametrize(
    ("gives", "doubt"),
    [
        (lambda _state: {"error": "out of order"}, "always_fails"),
        (lambda _state: {"items": []}, "always_empty"),
    ],
)
def test_a_function_that_never_gives_anything_is_doubted(
    learned: Learn, gives: Callable[..., Json], doubt: str
) -> None:
    kit = Scripted("python:x.py")
    gives.__name__ = "get_it"
    kit.add(gives, "Get it.", {})
    assert doubt in learned(kit).functions["get_it"].doubts
