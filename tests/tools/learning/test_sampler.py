from __future__ import annotations

from collections.abc import Callable

from buttonup.records import Json
from buttonup.tools.learning.learned import Learned
from buttonup.tools.source import late
from buttonup.tools.sources.scripted import Scripted

Learn = Callable[..., Learned]


def test_nothing_that_may_write_is_called(learned: Learn, shop: Scripted) -> None:
    before = shop.state
    found = learned(shop)
    assert {name for name, _ in shop.calls}.isdisjoint({"cancel_order", "create_order"})
    assert shop.state == before
    assert found.functions["cancel_order"].writes
    assert found.functions["cancel_order"].because == "nothing says that it only reads"


def test_what_a_source_declares_goes_before_a_name(learned: Learn, shop: Scripted) -> None:
    def get_lost(state: Json) -> Json:
        state["orders"].clear()
        return {}

    shop.add(get_lost, "Get lost.", {}, writes=True)
    assert learned(shop).functions["get_lost"].writes
    assert "get_lost" not in {name for name, _ in shop.calls}


def test_learning_keeps_to_the_calls_it_may_make(learned: Learn, shop: Scripted) -> None:
    found = learned(shop, each=2, calls=5)
    assert sum(known.called for known in found.functions.values()) == 5
    shop.calls.clear()
    learned(shop, each=0)
    assert shop.calls == []


def test_a_function_that_answers_otherwise_each_time_is_noted(learned: Learn) -> None:
    kit = Scripted("python:clock.py", {"ticks": 0})

    def get_ticks(state: Json) -> Json:
        state["ticks"] += 1
        return {"ticks": state["ticks"], "id": kit.resets * 100 + state["ticks"]}

    kit.add(get_ticks, "Get the ticks.", {}, writes=False)
    assert not learned(kit).functions["get_ticks"].steady


def test_a_function_that_hangs_is_called_twice_and_said_to_hang(learned: Learn) -> None:
    kit = Scripted("python:slow.py")

    def get_report(_state: Json, page: int) -> Json:
        return late(10) if page else {}

    pages = {"page": {"type": "integer", "enum": list(range(1, 50))}}
    kit.add(get_report, "Get a page of the report.", pages, {"type": "string"}, writes=False)
    found = learned(kit).functions["get_report"]
    assert len(kit.calls) == found.called == 2
    assert "hangs" in found.doubts
