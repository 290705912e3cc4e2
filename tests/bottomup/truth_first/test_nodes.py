"""Nodes know what they need, and what they give."""

from __future__ import annotations

from dataclasses import replace

import pytest

from buttonup.bottomup.truth_first.nodes import (
    AllOf,
    Binding,
    CallNode,
    CheckNode,
    EachOf,
    Fed,
    Guard,
    NextPage,
    Node,
    Plan,
    ReduceNode,
    Said,
    at,
    call_needs,
    moved,
    rows_of,
    value_of,
)
from buttonup.records import Json
from buttonup.tools.door import failed
from buttonup.worlds.catalogue import WORLDS

BIKES = WORLDS["bike_hire"]
FIND, GET, HIRE, STATIONS = (
    BIKES.functions[name] for name in ("find_bikes", "get_bike", "hire_bike", "find_stations")
)
ROWS = [{"bike_id": "BK-1000"}, {"bike_id": "BK-2000"}]
REST = [{"bike_id": "BK-3000"}]


def page(rows: list[dict[str, Json]], following: int | None) -> Json:
    return {"items": rows, "total": 3, "next_page": following}


LIST = CallNode(
    FIND,
    {"station_id": Said("ST-01"), "page": NextPage(0)},
    ({"station_id": "ST-01"}, {"station_id": "ST-01", "page": 2}),
    (page(ROWS, 2), page(REST, None)),
)
PICK = ReduceNode("least", (0,), "price_per_day", ROWS[1], "Bike")
CHECK = CheckNode(1, "price_per_day", "over", 20, holds=False)


def call(function: str, result: Json, guard: Guard | None = None, **bindings: Binding) -> CallNode:
    results = () if result is None else (result,)
    return CallNode(BIKES.functions[function], bindings, ({},), results, guard)


def test_a_node_needs_what_its_values_come_from_and_the_condition_it_hangs_on() -> None:
    assert LIST.needs == frozenset(), "a next page needs no other node"
    assert PICK.needs == {0}
    assert CHECK.needs == {1}
    assert call("hire_bike", {}, Guard(2, wanted=True), bike_id=Fed(1, "bike_id")).needs == {1, 2}


def test_a_call_rests_on_calls_through_conclusions_and_conditions() -> None:
    hire = call("hire_bike", {}, Guard(2, wanted=True), bike_id=Fed(1, "bike_id"))
    assert call_needs([LIST, PICK, CHECK, hire], 3) == {0}


def test_all_pages_of_a_list_are_one_list() -> None:
    assert LIST.items
    assert [row["bike_id"] for row in LIST.objects] == ["BK-1000", "BK-2000", "BK-3000"]


@pytest.mark.parametrize(
    ("function", "result", "count"),
    [(GET, {"bike_id": "BK-1"}, 1), (STATIONS, [{}, {}, {}], 3), (FIND, page(ROWS, None), 2)],
)
def test_a_result_gives_one_object_a_list_of_them_or_a_page(
    function: object, result: Json, count: int
) -> None:
    assert len(rows_of(function, result)) == count  # type: ignore[arg-type]
    assert rows_of(function, {"error": "Full."}) == []  # type: ignore[arg-type]


def test_values_come_from_the_user_a_node_each_item_in_turn_or_all_of_them() -> None:
    nodes: list[Node] = [LIST, PICK]
    assert value_of(nodes, Said(3)) == 3
    assert value_of(nodes, Fed(1, "bike_id")) == "BK-2000"
    assert [value_of(nodes, EachOf(0, "bike_id"), i) for i in (0, 2)] == ["BK-1000", "BK-3000"]
    assert value_of(nodes, AllOf(0, "bike_id")) == ["BK-1000", "BK-2000", "BK-3000"]


def test_a_field_is_found_inside_an_object_that_lies_in_another() -> None:
    assert at({"bike": {"model": "Volt"}}, "bike.model") == "Volt"
    assert at({"a.b": 1}, "a.b") == 1


def test_a_number_and_a_condition_are_no_objects() -> None:
    assert ReduceNode("count", (0,), "", 2, "").objects == ()
    assert CHECK.objects == ()


def test_a_call_that_its_condition_holds_back_is_told_from_one_that_failed() -> None:
    held = call("hire_bike", None, Guard(2, wanted=True))
    wrong = call("hire_bike", {"error": "It is out on hire."})
    assert (held.held_back, held.failed) == (True, False)
    assert (wrong.held_back, wrong.failed) == (False, True)
    assert failed({"error": "x"})
    assert not failed([{"error": "x"}])


def test_what_is_renumbered_refers_to_the_same_nodes() -> None:
    to = {0: 5, 1: 3, 2: 4}
    every = call(
        "hire_bike", {}, Guard(2, wanted=False), a=Said(1), b=Fed(1, "x"), c=EachOf(0, "x"),
        d=AllOf(0, "x"),
    )  # fmt: skip
    turned = moved(every, to)
    assert isinstance(turned, CallNode)
    assert turned.needs == {3, 4, 5}
    assert turned.bindings["a"] == Said(1)
    assert turned.guard == Guard(4, wanted=False)
    assert moved(PICK, to).needs == {5}
    assert moved(CHECK, to).needs == {3}
    page_turned = moved(LIST, to)
    assert isinstance(page_turned, CallNode)
    assert page_turned.bindings["page"] == NextPage(5)


def test_a_plan_knows_its_edges_and_what_the_user_is_after() -> None:
    hire = call("hire_bike", {}, bike_id=Fed(1, "bike_id"))
    plan = Plan((BIKES,), 0, "plain", (LIST, PICK, hire), ("request",), (0, 0, 0), {})
    assert plan.edges == ((0, 1), (1, 2))
    assert plan.sinks == {2}
    assert replace(plan, nodes=(LIST, PICK), turn_of=(0, 0)).sinks == {1}
