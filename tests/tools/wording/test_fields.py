from __future__ import annotations

from collections.abc import Callable

from buttonup.tools.sources.scripted import Scripted
from buttonup.worlds.phrases import PhraseBook
from buttonup.worlds.templates import slots_of

Book = Callable[[Scripted], PhraseBook]


def test_the_answer_tells_what_the_facts_are(book: Book, shop: Scripted) -> None:
    for name, phrases in book(shop).functions.items():
        for way in phrases.say:
            told = set(slots_of(way)) - {"count", "items"}
            assert not told or set(phrases.tell) == told, name


def list_bags(_state: object) -> object:
    return [
        {
            "bag_id": "B-1",
            "name": "Satchel",
            "seen_at": "2026-11-02T10:00:00Z",
            "straps": 2,
            "zips": 1,
        }
    ]


def test_of_each_of_several_its_name_and_id_are_told_and_little_more(book: Book) -> None:
    kit = Scripted("python:bags.py")
    kit.add(list_bags, "List the bags.", {})
    assert book(kit).functions["list_bags"].tell == ("name", "bag_id", "straps", "zips")
