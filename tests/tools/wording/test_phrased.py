from __future__ import annotations

from collections.abc import Callable

from buttonup.tools.sources.scripted import Scripted
from buttonup.worlds.phrases import PhraseBook
from buttonup.worlds.templates import slots_of

Book = Callable[[Scripted], PhraseBook]


def test_every_required_value_is_said_once(book: Book, shop: Scripted) -> None:
    functions = {tool.function.name: tool.function for tool in shop.tools}
    for name, phrases in book(shop).functions.items():
        required = functions[name].parameters["required"]
        for way in phrases.ask:
            assert sorted(slots_of(way)) == sorted(required), name
