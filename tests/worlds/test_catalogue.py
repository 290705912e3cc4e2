"""The catalogue is the list of worlds: complete, and by their own names."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files

import pytest

from buttonup.worlds.catalogue import AREAS, WORLDS, area_of


def test_there_are_at_least_forty_worlds_in_eight_areas_of_four_and_more() -> None:
    assert len(WORLDS) >= 40
    assert len(AREAS) >= 8
    assert all(len(worlds) >= 4 for worlds in AREAS.values())


def test_a_world_lies_in_one_area_and_one_that_is_not_listed_in_its_own() -> None:
    for area, names in AREAS.items():
        assert {area_of(name) for name in names} == {area}
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


@pytest.mark.parametrize("name", ["tea_shop", "catalogue", "names", "../world", ""])
def test_what_is_not_listed_is_no_world_whatever_its_name(name: str) -> None:
    assert name not in WORLDS
    with pytest.raises(KeyError):
        WORLDS[name]


def test_a_world_is_loaded_when_it_is_asked_for_and_no_other() -> None:
    told = """
import sys
from buttonup.worlds.catalogue import WORLDS
assert "library" in WORLDS
loaded = lambda: {name for name in WORLDS if f"buttonup.worlds.{name}" in sys.modules}
assert loaded() == set(), loaded()
assert WORLDS["library"] is WORLDS["library"]
assert loaded() == {"library"}, loaded()
"""
    subprocess.run([sys.executable, "-c", told], check=True)


def test_every_phrase_book_that_ships_belongs_to_a_world() -> None:
    books = files("buttonup.worlds").joinpath("phrases", "en").iterdir()
    names = {book.name.removesuffix(".toml") for book in books}
    assert names == {*WORLDS, "grammar"}


def test_no_world_is_named_like_one_of_a_public_benchmark() -> None:
    taken = {"airline", "retail", "telecom", "travel", "trading", "weather", "movie", "messages"}
    assert taken.isdisjoint(WORLDS)
