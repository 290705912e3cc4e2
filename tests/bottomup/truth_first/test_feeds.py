"""What can feed what follows from kinds, and from what is worded."""

from __future__ import annotations

import pytest

from buttonup.bottomup.truth_first.feeds import MEETING, feeds, pointless
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.world import World

BIKES = feeds(WORLDS["bike_hire"])
FUNCTIONS = BIKES.world.functions

every_world = pytest.mark.parametrize("world", WORLDS.values(), ids=list(WORLDS))


def test_an_id_that_only_results_know_is_opaque() -> None:
    assert BIKES.opaque["hire_bike"] == {"bike_id"}
    assert BIKES.opaque["find_bikes"] == frozenset()


def test_only_what_a_user_knows_enough_for_comes_first() -> None:
    roots = {function.name for function in BIKES.roots}
    assert {"find_bikes", "get_member"} <= roots
    assert roots.isdisjoint({"hire_bike", "get_bike", "extend_hire"})


def test_only_worded_fields_can_be_referred_to_and_the_object_itself_first() -> None:
    assert BIKES.referable["Bike"] == (("bike_id", "BikeId"), ("station_id", "StationId"))
    assert BIKES.referable["Member"] == (("home_station_id", "StationId"),)


def test_a_value_goes_to_every_parameter_of_its_kind_that_can_be_said() -> None:
    takers = {(function.name, p.name) for function, p in BIKES.takers["BikeId"]}
    assert {("hire_bike", "bike_id"), ("get_bike", "bike_id")} <= takers
    assert "PageNumber" not in BIKES.takers


def test_reading_again_what_was_read_is_pointless_and_changing_it_is_not() -> None:
    assert pointless(FUNCTIONS["get_bike"], "Bike")
    assert not pointless(FUNCTIONS["hire_bike"], "Bike")


def test_every_field_of_a_result_has_its_kind_also_inside_another_object() -> None:
    assert BIKES.kinds["Hire", "due"] == "Date"
    assert BIKES.kinds["Repair", "bike.price_per_day"] == "Money"
    assert BIKES.rows["GroupHire", "hires"] == "Hire"
    fields = [field for function in BIKES.world.functions.values() for field in function.fields]
    assert {field.entity for field in fields} >= {"Bike", "Hire", "GroupHire"}


def test_a_user_may_change_their_mind_but_not_about_who_they_are() -> None:
    changed = {name: [p.name for p, _ in able] for name, able in BIKES.changeable.items()}
    assert changed["find_bikes"] == ["station_id"]
    assert changed["get_member"] == []
    assert "top_up" not in changed


def test_a_list_is_narrowed_by_the_conditions_that_have_words() -> None:
    narrowed = {name: [p.name for p, _ in able] for name, able in BIKES.narrowing.items()}
    assert "max_price" in narrowed["find_bikes"]
    assert "station_id" not in narrowed["find_bikes"]
    assert "get_bike" not in narrowed


def test_a_call_that_joins_takes_from_two_others() -> None:
    assert BIKES.joining == {"return_bike": {"hire_id", "station_id"}}


def test_lists_that_others_read_about_and_what_leads_to_another_world_are_known() -> None:
    assert "find_bikes" in BIKES.listing
    assert "get_bike" not in BIKES.listing
    assert BIKES.meeting == frozenset()
    assert "list_stays" in feeds(WORLDS["hotels"]).meeting


def test_one_of_several_is_picked_by_a_field_that_has_superlatives() -> None:
    picks = BIKES.book.entities["Bike"].pick
    assert {name for name, _ in BIKES.rankings["Bike"]} == picks.keys()
    assert ("price_per_day", "least") in BIKES.rankings["Bike"]


def test_it_is_worked_out_once() -> None:
    assert feeds(WORLDS["bike_hire"]) is BIKES


@every_world
def test_what_only_a_result_can_tell_is_told_by_a_result_of_that_world(world: World) -> None:
    lexicon = feeds(world)
    told = {kind for fields in lexicon.referable.values() for _, kind in fields}
    for name, opaque in lexicon.opaque.items():
        kinds = {world.functions[name].parameter(parameter).kind for parameter in opaque}
        assert kinds <= told, name


def test_tasks_lead_from_many_worlds_to_many_others() -> None:
    leaving, entered = set[str](), set[str]()
    for world in WORLDS.values():
        lexicon = feeds(world)
        if any(kind in MEETING for fields in lexicon.referable.values() for _, kind in fields):
            leaving.add(world.name)
        takers = [taker for kind in MEETING for taker in lexicon.takers.get(kind, ())]
        if any(not lexicon.opaque[function.name] for function, _ in takers):
            entered.add(world.name)
    assert len(leaving) >= len(WORLDS) / 2
    assert len(entered) >= len(WORLDS) / 2
