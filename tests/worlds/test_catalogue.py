"""The catalogue is the list of worlds: complete, and by their own names."""

from __future__ import annotations

from importlib.resources import files

from buttonup.worlds.catalogue import AREAS, WORLDS, area_of


def test_there_are_at_least_forty_worlds_in_eight_areas_of_four_and_more() -> None:
    assert len(WORLDS) >= 40
    assert len(AREAS) >= 8
    assert all(len(worlds) >= 4 for worlds in AREAS.values())


def test_a_world_lies_in_one_area_and_one_that_is_not_listed_in_its_own() -> None:
    for area, worlds in AREAS.items():
        assert {area_of(world.name) for world in worlds} == {area}
    assert sum(map(len, AREAS.values())) == len(WORLDS)
    assert area_of("tea_shop") == "tea_shop"


def test_every_module_of_a_world_is_listed() -> None:
    modules = {file.name.removesuffix(".py") for file in files("buttonup.worlds").iterdir()}
    told = modules & {
        name for name in modules
        if files("buttonup.worlds").joinpath("phrases", "en", f"{name}.toml").is_file()
    }  # fmt: skip
    assert told == set(WORLDS)


def test_a_world_is_listed_under_its_own_name() -> None:
    assert all(name == world.name for name, world in WORLDS.items())


def test_every_phrase_book_that_ships_belongs_to_a_world() -> None:
    books = files("buttonup.worlds").joinpath("phrases", "en").iterdir()
    names = {book.name.removesuffix(".toml") for book in books}
    assert names == {*WORLDS, "grammar"}


def test_no_world_is_named_like_one_of_a_public_benchmark() -> None:
    taken = {"airline", "retail", "telecom", "travel", "trading", "weather", "movie", "messages"}
    assert taken.isdisjoint(WORLDS)
