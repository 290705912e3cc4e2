from __future__ import annotations

import asyncio
import datetime as dt

from buttonup.records import Json
from buttonup.tools.learning.function import Kinds, OwnFunction, allows, own_function, plannable
from buttonup.tools.learning.learn import learn
from buttonup.tools.learning.learned import Feed, Learned
from buttonup.tools.learning.sampler import Learning
from buttonup.tools.sources.scripted import Scripted


def known_of(kit: Scripted) -> Learned:
    today = dt.date(2026, 11, 25)
    return asyncio.run(learn(kit, seed=0, today=today, knobs=Learning()))


def functions(kit: Scripted, allowed: tuple[str, ...] = ()) -> dict[str, OwnFunction]:
    known = known_of(kit)
    kinds = Kinds(kit.tools, known)
    return {
        t.function.name: own_function(t, known.functions[t.function.name], known, kinds, allowed)
        for t in kit.tools
    }


def test_what_feeds_each_other_has_one_kind(shop: Scripted) -> None:
    made = functions(shop)
    kind = made["get_order"].parameter("order_id").kind
    assert kind == "order_id"
    assert [f.kind for f in made["list_orders"].fields if f.name == "order_id"] == [kind]
    assert made["cancel_order"].parameter("reason").kind == "cancel_order.reason"


def test_a_feed_that_the_user_takes_out_is_no_kind(shop: Scripted) -> None:
    known = known_of(shop)
    without = Learned(functions=known.functions)
    assert Kinds(shop.tools, without).of_field("list_orders", "order_id", {}) == ""


def test_two_kinds_do_not_share_a_name() -> None:
    kit = Scripted("python:x.py")

    def get_a(_state: Json, name: str) -> Json:
        return {"name": name}

    def find_a(_state: Json, name: str) -> Json:
        return {"name": name}

    text = {"name": {"type": "string"}}
    kit.add(get_a, "Get.", text)
    kit.add(find_a, "Find.", text)
    feeds = (Feed("x.y", "get_a.name", 1.0), Feed("u.v", "find_a.name", 1.0))
    kinds = Kinds(kit.tools, Learned(feeds=feeds))
    assert kinds.of_parameter("get_a", "name", {}) != kinds.of_parameter("find_a", "name", {})


def test_rows_lie_where_they_were_found_and_have_every_field(shop: Scripted) -> None:
    listing = functions(shop)["list_products"]
    rows = listing.rows({"products": [{"sku": "A", "name": "B"}], "count": 1})
    assert rows == [{"sku": "A", "name": "B", "category": None, "price": None, "stock": None}]
    assert listing.pointer("0", "sku") == "/products/0/sku"


def test_nothing_is_planned_with_a_list_that_goes_on(shop: Scripted) -> None:
    listing = functions(shop)["list_products"]
    assert listing.rows({"products": [{"sku": "A"}], "count": 1, "next": "x"}) == []


def test_a_plain_value_is_a_row_of_its_own(desk: Scripted) -> None:
    counting = functions(desk)["countOpenTickets"]
    assert counting.rows(2) == [{"": 2}]
    assert counting.pointer("", "") == ""
    assert functions(desk)["getAgent"].rows({"agent": None}) == []


def test_a_write_runs_where_a_pattern_allows_it(shop: Scripted) -> None:
    assert not functions(shop)["cancel_order"].really
    assert functions(shop, ("cancel_*",))["cancel_order"].really
    assert not functions(shop, ("cancel_*",))["create_order"].really
    assert allows("anything", ("*",))


def test_what_cannot_be_said_in_words_is_not_planned(shop: Scripted) -> None:
    def find_parcels(_state: Json, box: Json) -> Json:
        return {"id": box["size"]}

    shop.add(find_parcels, "Find parcels.", {"box": {"type": "object", "examples": [{"size": 1}]}})
    known = known_of(shop)
    ok = {t.function.name: plannable(t, known.functions[t.function.name]) for t in shop.tools}
    assert not ok["find_parcels"]
    assert ok["get_order"]
