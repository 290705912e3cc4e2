from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

from buttonup.tools.learning.learn import learn
from buttonup.tools.learning.sampler import Learning
from buttonup.tools.proposals.trying import Tried, Trying, summed
from buttonup.tools.sources.scripted import Scripted


def trying(kit: Scripted, calls: int = 50) -> Trying:
    today = dt.date(2026, 11, 25)
    return Trying(kit, asyncio.run(learn(kit, seed=0, today=today, knobs=Learning())), calls)


def test_a_field_gives_the_values_that_it_was_met_with(shop: Scripted) -> None:
    met = asyncio.run(trying(shop).met("list_products.sku"))
    assert set(met) == set(shop.state["products"])


def test_calls_with_a_value_are_told_apart_by_what_they_give(shop: Scripted) -> None:
    async def tried(*values: Any) -> list[Tried]:
        outcome = await trying_of.tried("find_customers", "city", values)
        return [outcome[n] for n in sorted(outcome)]

    trying_of = trying(shop)
    ghent, atlantis = asyncio.run(tried("Ghent", "Atlantis"))
    assert (ghent.passed, atlantis.nothing) == (1, 1)


def test_the_same_call_is_made_once(shop: Scripted) -> None:
    of = trying(shop)
    shop.calls.clear()
    for _ in range(3):
        asyncio.run(of.called("get_product", {"sku": "LMP-101"}))
    assert len(shop.calls) == 1


def test_what_writes_is_never_tried(shop: Scripted) -> None:
    of = trying(shop)
    assert asyncio.run(of.tried("cancel_order", "reason", ["late"])) == {}
    assert asyncio.run(of.results("cancel_order")) == []


def test_outcomes_add_up_and_say_so_in_words() -> None:
    assert str(summed([])) == "not tried"
    told = str(summed([Tried(failed=1, error="no such thing"), Tried(nothing=1)]))
    assert told == "0 of 2 calls with it gave something (no such thing)"
