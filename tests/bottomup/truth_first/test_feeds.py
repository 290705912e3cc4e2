"""What can feed what follows from kinds, and from what is worded."""

from __future__ import annotations

from buttonup.bottomup.truth_first.feeds import gives, kinds, opaque, pointless, referable, wanted
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.phrases import phrase_book

WORLD = WORLDS["bike_hire"]
FUNCTIONS = WORLD.functions


def test_a_function_gives_an_object_or_a_list_of_them() -> None:
    assert gives(FUNCTIONS["find_bikes"]) == ("Bike", True)
    assert gives(FUNCTIONS["get_station"]) == ("Station", False)


def test_an_id_that_only_results_know_is_opaque() -> None:
    assert opaque(WORLD, FUNCTIONS["hire_bike"]) == {"bike_id"}
    assert opaque(WORLD, FUNCTIONS["find_bikes"]) == frozenset()


def test_only_worded_fields_can_be_referred_to() -> None:
    book = phrase_book("bike_hire")
    assert referable(WORLD, book, "Bike") == [("bike_id", "BikeId"), ("station_id", "StationId")]
    assert referable(WORLD, book, "Member") == [("home_station_id", "StationId")]


def test_reading_again_what_was_read_is_pointless_and_changing_it_is_not() -> None:
    assert pointless(FUNCTIONS["get_bike"], "Bike")
    assert not pointless(FUNCTIONS["hire_bike"], "Bike")


def test_a_loop_needs_a_function_that_gives_a_list() -> None:
    assert all(gives(f)[1] for f in wanted(WORLD, frozenset({"each"})))


def test_every_field_of_a_result_has_its_kind() -> None:
    assert kinds(WORLD)["Hire", "due"] == "Date"
