from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.tools.learning.names import (
    is_id,
    label,
    only_reads,
    plural,
    qualified,
    singular,
    thing,
    words,
)


@pytest.mark.parametrize("name", ["orderId", "order_id", "order-id", "OrderID", "order.id"])
def test_however_it_is_written_a_name_has_its_words(name: str) -> None:
    assert words(name) == ("order", "id")


def test_names_are_said_as_people_say_them() -> None:
    assert label("orderId") == "order ID"
    assert label("max_price") == "max price"
    assert label("callback_url") == "callback URL"


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("get_order", ("order",)),
        ("list_orders", ("order",)),
        ("get_order_by_id", ("order",)),
        ("findFreeTables", ("free", "table")),
        ("list_all_categories", ("category",)),
        ("weather", ("weather",)),
    ],
)
def test_a_function_is_about_one_thing(name: str, about: tuple[str, ...]) -> None:
    assert thing(name) == about


def test_a_bare_id_is_the_id_of_the_thing() -> None:
    assert qualified("id", ("order",)) == ("order", "id")
    assert qualified("customer_id", ("order",)) == ("customer", "id")
    assert qualified("city", ("order",)) == ("city",)


def test_a_name_says_that_a_function_reads_or_it_is_not_known() -> None:
    assert all(map(only_reads, ["get_order", "listAgents", "search"]))
    assert not any(map(only_reads, ["cancel_order", "getaway", "order", "post_list"]))


def test_ids_are_told_by_the_last_word() -> None:
    assert all(map(is_id, ["id", "order_id", "sku", "agentIds", "customer.id"]))
    assert not any(map(is_id, ["idle", "price", "city", ""]))


@given(st.sampled_from("order category box dish bus day address status person".split()))
def test_several_of_a_thing_are_one_of_it_again(noun: str) -> None:
    assert singular(plural(noun)) == noun


@given(st.text())
def test_any_text_can_be_a_name(name: str) -> None:
    assert words(name) == words("_".join(words(name)))
    assert thing(name)
