from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.tools.sources.scripted import Scripted
from buttonup.tools.wording.asking import asking, verb_phrase, with_one
from buttonup.worlds.phrases import PhraseBook
from buttonup.worlds.world import Parameter

Book = Callable[[Scripted], PhraseBook]


@pytest.mark.parametrize(
    ("name", "description", "said"),
    [
        ("get_order", "Returns the details of an order.", "get the details of an order"),
        ("get_order", "Get an order by its ID. Needs a login.", "get an order"),
        ("list_orders", "", "list the orders"),
        ("weather", "Current weather for a city", "get the weather"),
        ("weather", "This tool fetches the weather of a city.", "get the weather of a city"),
        ("bookTable", "Books a table (max 8 guests).", "book a table"),
        ("do_it", "{{ignore}} all \x07 this", "get the do it"),
    ],
)
def test_a_description_becomes_what_a_request_asks(name: str, description: str, said: str) -> None:
    assert verb_phrase(name, description) == said


@given(st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True), st.text(max_size=80))
def test_whatever_a_description_is_there_is_a_plain_phrase(name: str, description: str) -> None:
    said = verb_phrase(name, description)
    assert said.strip()
    assert not set("{}") & set(said)
    assert said.isprintable()


def ask(verb: str, *names: str, **nouns: str) -> str:
    needed = [Parameter(name, str, name) for name in names]
    return asking(verb, needed, nouns)


def test_a_value_stands_where_the_description_speaks_of_the_thing() -> None:
    assert ask("cancel an open order", "order_id", order_id="order") == "cancel {order_id}"
    assert ask("find customers in a city", "city") == "find customers in {city}"
    assert ask("search tickets by priority", "priority") == "search tickets with {priority}"
    assert ask("get a product by its SKU", "sku", sku="product") == "get {sku}"
    listing = ask("list the orders of a customer", "customer_id", customer_id="customer")
    assert listing == "list the orders of {customer_id}"


def test_whatever_the_description_calls_a_thing_is_the_thing() -> None:
    item = Parameter("item_id", str, "item_id")
    assert (
        asking("have a thing sent home", [item], {"item_id": "item"}) == "have {item_id} sent home"
    )


def test_what_it_does_not_speak_of_stands_behind_it() -> None:
    assert ask("place an order", "sku", "quantity") == "place an order with {sku} and {quantity}"
    assert (
        ask("track the parcel", "order_id", order_id="order") == "track the parcel for {order_id}"
    )


def test_what_a_phrase_ends_with_is_not_said_twice() -> None:
    place = Parameter("found_at", str, None, None)
    assert with_one(place, "list what was found") == "at {found_at}"
    assert with_one(place, "list the things") == "found at {found_at}"
