from __future__ import annotations

from collections.abc import Callable

from buttonup.tools.sources.scripted import Scripted
from buttonup.worlds.phrases import PhraseBook

Book = Callable[[Scripted], PhraseBook]


def test_things_are_called_by_their_names(book: Book, shop: Scripted) -> None:
    entities = book(shop).entities
    assert entities["list_products"].name == "{name} ({sku})"
    assert entities["list_orders"].name == "order {order_id}"
    assert entities["list_orders"].refs["customer_id"] == ("the customer of {it}",)
    assert "price" in entities["list_products"].pick
    assert "customer_id" not in entities["list_orders"].measures
