"""A draft grows only by calls that work and bring something new."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from buttonup.bottomup.truth_first.draft import COHERENT, PAGES, Draft
from buttonup.bottomup.truth_first.feeds import feeds
from buttonup.bottomup.truth_first.nodes import (
    CallNode,
    CheckNode,
    Fed,
    Guard,
    NextPage,
    Plan,
    ReduceNode,
    Said,
)
from buttonup.bottomup.truth_first.shapes import Planning
from buttonup.records import Json
from buttonup.worlds.catalogue import WORLDS

Plans = Callable[..., list[Plan]]

BIKES = WORLDS["bike_hire"]
CALLS = BIKES.functions
STATE = BIKES.state(0)
BIKE = next(bike for bike in STATE.bikes if bike.available)
MEMBER = next(iter(STATE.members)).member_id


@pytest.fixture
def draft() -> Draft:
    return Draft(BIKES, tuple(WORLDS.values()), 0, random.Random(0), Planning(optional=0))


def hire(bike: str = BIKE.bike_id) -> dict[str, Said]:
    return {"bike_id": Said(bike), "member_id": Said(MEMBER), "days": Said(2)}


def calls(plan: Plan) -> list[CallNode]:
    return [node for node in plan.nodes if isinstance(node, CallNode)]


def test_a_call_that_the_world_refuses_or_that_finds_nothing_leaves_no_trace(draft: Draft) -> None:
    assert not draft.run(CALLS["hire_bike"], {**hire("BK-0000")})
    assert not draft.run(CALLS["find_stations"], {"district": Said("Atlantis")})
    assert (draft.nodes, draft.turn_of, draft.calls, draft.used) == ([], [], 0, set())


def test_a_call_is_not_made_a_second_time(draft: Draft) -> None:
    assert draft.run(CALLS["get_member"], {"member_id": Said(MEMBER)})
    assert not draft.run(CALLS["get_member"], {"member_id": Said(MEMBER)})
    assert draft.calls == 1


def test_a_value_that_was_said_is_not_fed_back(draft: Draft) -> None:
    draft.run(CALLS["get_station"], {"station_id": Said(BIKE.station_id)})
    back = {"station_id": Fed(0, "station_id")}
    assert not draft.run(CALLS["find_bikes"], {**back})


def test_conclusions_that_led_to_nothing_are_taken_off(draft: Draft) -> None:
    draft.run(CALLS["get_station"], {"station_id": Said(BIKE.station_id)})
    draft.add(ReduceNode("count", (0,), "", 2, ""))
    assert draft.undone(1) is False
    assert len(draft.nodes) == len(draft.turn_of) == 1


def test_a_call_under_a_condition_that_fails_is_planned_but_never_made(draft: Draft) -> None:
    draft.run(CALLS["get_station"], {"station_id": Said(BIKE.station_id)})
    draft.add(CheckNode(0, "free_docks", "over", 900, holds=False))
    assert draft.run(CALLS["hire_bike"], {**hire()}, Guard(1, wanted=True))
    held = draft.nodes[2]
    assert isinstance(held, CallNode)
    assert held.held_back
    assert draft.session.changes() == {}
    assert draft.run(CALLS["hire_bike"], {**hire()}, Guard(1, wanted=False)) is False, "twice"
    assert draft.calls == 1


def test_what_a_later_call_may_use_is_surely_there(draft: Draft) -> None:
    draft.run(CALLS["get_station"], {"station_id": Said(BIKE.station_id)})
    draft.add(CheckNode(0, "free_docks", "over", 900, holds=False))
    draft.run(CALLS["hire_bike"], {**hire()}, Guard(1, wanted=True))
    assert [draft.can_feed(i) for i in range(3)] == [True, False, False]


def test_what_comes_first_moves_everything_else_on(draft: Draft) -> None:
    draft.run(CALLS["get_station"], {"station_id": Said(BIKE.station_id)})
    draft.add(CheckNode(0, "free_docks", "over", 900, holds=False))
    draft.turn_of[:] = [1, 1]
    wrong = CallNode(CALLS["get_station"], {}, ({},), ({"error": "No."},))
    draft.put_first(wrong)
    assert draft.nodes[0] is wrong
    assert draft.nodes[2].needs == {1}
    assert draft.turn_of == [0, 1, 1]


def test_a_call_at_the_end_can_be_made_to_fail_after_all(draft: Draft) -> None:
    draft.run(CALLS["hire_bike"], {**hire()})
    draft.fail(0, {"error": "Out of order."})
    node = draft.nodes[0]
    assert isinstance(node, CallNode)
    assert node.results == ({"error": "Out of order."},)
    assert node.arguments[0]["bike_id"] == BIKE.bike_id


# --- what comes of it, over many plans ----------------------------------------------------------


def test_no_call_of_a_plain_plan_is_an_error_or_comes_back_empty(plans: Plans) -> None:
    for plan in plans(400):
        for node in calls(plan):
            for result in node.results:
                empty = result == [] or (isinstance(result, dict) and result.get("items") == [])
                assert not empty
                assert "error" not in result


def test_no_call_is_made_twice(plans: Plans) -> None:
    for plan in plans(400):
        made = [(n.function.name, str(a)) for n in calls(plan) for a in n.arguments]
        assert len(made) == len(set(made))


def test_a_person_gives_one_number_of_their_own_however_often_it_is_used(plans: Plans) -> None:
    shared = 0
    for plan in plans(400):
        said: dict[str, list[Json]] = {}
        for node in calls(plan):
            own = feeds(next(w for w in plan.worlds if w.name == node.function.world)).book.own
            for parameter in node.function.parameters:
                if parameter.kind in own and isinstance(node.bindings.get(parameter.name), Said):
                    said.setdefault(parameter.kind or "", []).append(
                        node.arguments[0][parameter.name]
                    )
        assert all(len(set(values)) == 1 for values in said.values())
        shared += any(len(values) > 1 for values in said.values())
    assert shared > 20


def test_a_request_is_mostly_about_one_place_one_day_and_one_time(plans: Plans) -> None:
    one = other = 0
    for plan in plans(600, shape="parallel"):
        said: dict[str, list[Json]] = {}
        for node in calls(plan):
            for name, binding in node.bindings.items():
                kind = node.function.parameter(name).kind or ""
                if isinstance(binding, Said) and kind in COHERENT:
                    said.setdefault(kind, []).append(str(binding.value))
        one += sum(len(set(values)) == 1 for values in said.values() if len(values) > 1)
        other += sum(len(set(values)) > 1 for values in said.values())
    assert one > 20
    assert other > 0


def test_a_long_list_is_read_page_by_page_to_its_end(plans: Plans) -> None:
    turned = 0
    for plan in plans(600):
        for node in calls(plan):
            if node.function.gives != "page" or node.held_back or node.each:
                continue
            assert node.results[-1]["next_page"] is None
            if node.each:
                continue
            pages = [a.get("page", 1) for a in node.arguments]
            assert pages == list(range(1, len(pages) + 1))
            assert len(pages) <= PAGES
            assert len(node.objects) == node.results[0]["total"]
            assert isinstance(node.bindings.get("page"), NextPage) == (len(pages) > 1)
            turned += len(pages) > 1
    assert turned
