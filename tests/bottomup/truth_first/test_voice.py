"""Templates have slots, in an order that the dice can rely on."""

from __future__ import annotations

from buttonup.bottomup.truth_first.nodes import CallNode
from buttonup.bottomup.truth_first.voice import kind_of, slots_of
from buttonup.worlds.catalogue import WORLDS


def test_slots_are_found_once_each_in_their_order() -> None:
    assert slots_of("from {b} to {a} and {b}") == ("b", "a")
    assert slots_of("nothing") == ()


def test_a_parameter_has_a_kind_or_none() -> None:
    find = WORLDS["bike_hire"].functions["find_bikes"]
    node = CallNode(find, {}, (), (), "Bike", items=True)
    assert kind_of(node, "station_id") == "StationId"
    assert kind_of(node, "bike_type") == ""
