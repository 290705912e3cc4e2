"""The catalogue is the list of worlds: complete, and by their own names."""

from __future__ import annotations

from importlib.resources import files

from buttonup.worlds.catalogue import WORLDS


def test_there_are_at_least_eight_worlds() -> None:
    assert len(WORLDS) >= 8


def test_a_world_is_listed_under_its_own_name() -> None:
    assert all(name == world.name for name, world in WORLDS.items())


def test_every_phrase_book_that_ships_belongs_to_a_world() -> None:
    books = files("buttonup.worlds").joinpath("phrases", "en").iterdir()
    names = {book.name.removesuffix(".toml") for book in books}
    assert names == {*WORLDS, "grammar"}


def test_no_world_is_named_like_one_of_a_public_benchmark() -> None:
    taken = {"airline", "retail", "telecom", "travel", "trading", "weather", "movie", "messages"}
    assert taken.isdisjoint(WORLDS)
