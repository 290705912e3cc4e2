"""Nodes know what they need, and what they give."""

from __future__ import annotations

from buttonup.bottomup.truth_first.nodes import (
    CallNode,
    EachOf,
    Fed,
    Node,
    ReduceNode,
    Said,
    call_needs,
    items_of,
    parents,
    value_of,
)
from buttonup.worlds.catalogue import WORLDS

FIND = WORLDS["bike_hire"].functions["find_bikes"]
ROWS = [{"bike_id": "BK-1000"}, {"bike_id": "BK-2000"}]
LIST = CallNode(FIND, {"station_id": Said("ST-01")}, ({},), (ROWS,), "Bike", items=True)
PICK = ReduceNode("least", (0,), "price_per_day", ROWS[1], "Bike")


def test_a_node_needs_what_its_values_come_from() -> None:
    assert parents(LIST) == set()
    assert parents(PICK) == {0}


def test_a_call_rests_on_calls_through_conclusions() -> None:
    hire = CallNode(FIND, {"bike_id": Fed(1, "bike_id")}, ({},), ({},), "Hire", items=False)
    assert parents(hire) == {1}
    assert call_needs([LIST, PICK, hire], 2) == {0}


def test_values_come_from_the_user_a_node_or_each_item_in_turn() -> None:
    nodes: list[Node] = [LIST, PICK]
    assert value_of(nodes, Said(3)) == 3
    assert value_of(nodes, Fed(1, "bike_id")) == "BK-2000"
    assert [value_of(nodes, EachOf(0, "bike_id"), i) for i in range(2)] == ["BK-1000", "BK-2000"]


def test_a_number_is_no_object() -> None:
    assert items_of(ReduceNode("count", (0,), "", 2, "")) == []
