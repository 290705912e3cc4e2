from __future__ import annotations

from collections.abc import Callable

from buttonup.tools.sources.scripted import Scripted
from buttonup.worlds.phrases import PhraseBook

Book = Callable[[Scripted], PhraseBook]


def get_bag(_state: object, bag_id: str) -> object:
    return {"bag_id": bag_id, "free": True, "looks": "black, folding", "straps": 2}


def test_yes_and_no_and_looks_are_told_as_people_do(book: Book) -> None:
    kit = Scripted("python:bags.py")
    kit.add(get_bag, "Get a bag.", {"bag_id": {"type": "string", "enum": ["B-1", "B-2"]}})
    said = book(kit).functions["get_bag"].say[0]
    assert said == "Bag {bag_id}: free: {free}, looks: {looks} and the straps are {straps}."
