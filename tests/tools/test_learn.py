from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from buttonup.records import Json, digest
from buttonup.tools.learn import Learning, learn
from buttonup.tools.learned import Learned, LearnedFunction, LearnedParameter
from buttonup.tools.scripted import Scripted

TODAY = dt.date(2026, 11, 25)
TEXT = {"type": "string"}


def learned(kit: Scripted, given: Learned | None = None, **knobs: int) -> Learned:
    async def learning() -> Learned:
        return await learn(kit, seed=0, today=TODAY, knobs=Learning(**knobs), given=given)

    return asyncio.run(learning())


def fed(found: Learned) -> set[tuple[str, str]]:
    return {(feed.field, feed.parameter) for feed in found.feeds}


def test_the_feeds_of_a_shop_are_found(shop: Scripted) -> None:
    assert fed(learned(shop)) >= {
        ("find_customers.customer_id", "list_orders.customer_id"),
        ("list_orders.order_id", "get_order.order_id"),
        ("list_products.sku", "create_order.sku"),
    }


def test_ids_that_are_whole_numbers_and_names_in_camel_case_are_found_too(desk: Scripted) -> None:
    assert ("listAgents.id", "getAgent.agentId") in fed(learned(desk))
    assert ("searchTickets.assigned_agent_id", "getAgent.agentId") in fed(learned(desk))


def test_the_values_are_those_that_exist(shop: Scripted) -> None:
    found = learned(shop).functions
    assert set(found["get_order"].parameters["order_id"].values) <= set(shop.state["orders"])
    assert set(found["create_order"].parameters["customer_id"].values) == set(
        shop.state["customers"]
    )


def test_what_a_result_holds_is_inferred_where_nothing_declares_it(shop: Scripted) -> None:
    found = learned(shop)
    assert found.functions["list_products"].at == "/products"
    assert found.functions["create_order"].responses == ""  # as declared
    placed = found.responses("list_orders", {})["items"]["properties"]["placed"]
    assert placed == {"type": "string", "format": "date"}


def get_town(_state: Json, town: str) -> Json:
    return {"town": town, "people": 12}


def list_hires(_state: Json, member: str) -> Json:
    return [{"hire_id": f"H-{n}", "member": member} for n in range(3)]


def cancel_hire(_state: Json, hire_id: str) -> Json:
    return {"hire_id": hire_id}


def test_values_of_the_users_for_a_function_that_declares_its_result_let_it_be_called() -> None:
    kit = Scripted("python:hires.py")
    hire = {"type": "object", "properties": {"hire_id": TEXT, "member": TEXT}}
    rows = {"type": "array", "items": hire}
    kit.add(list_hires, "List the hires of a member.", {"member": TEXT}, rows, writes=False)
    kit.add(cancel_hire, "Cancel a hire.", {"hire_id": TEXT}, hire, writes=True)
    before = learned(kit)
    assert before.functions["cancel_hire"].doubts == ("no_values:hire_id",)
    assert not kit.calls

    listing = before.functions["list_hires"]
    listing = replace(listing, parameters={"member": LearnedParameter(("MB-70",))})
    functions = {**before.functions, "list_hires": listing}
    found = learned(kit, replace(before, functions=functions, feeds=before.feeds[:1]))
    assert set(found.functions["cancel_hire"].parameters["hire_id"].values) == {"H-0", "H-1", "H-2"}
    assert [f.doubts for f in found.functions.values()] == [(), ()]
    assert found.feeds == before.feeds[:1]  # those taken out stay out


@pytest.mark.parametrize(
    "declared", [{"type": "object"}, {"anyOf": [{"type": "object"}, {"type": "null"}]}]
)
def test_a_result_declared_as_just_a_dict_is_inferred_too(declared: dict[str, Json]) -> None:
    kit = Scripted("python:towns.py")
    kit.add(get_town, "Get a town.", {"town": {"type": "string", "enum": ["A", "B"]}}, declared)
    found = learned(kit)
    assert found.functions["get_town"].gives == "one"
    assert found.responses("get_town", declared)["properties"]["people"] == {"type": "integer"}


def test_what_cannot_be_planned_with_for_its_result_says_so() -> None:
    kit = Scripted("python:towns.py")
    kit.add(get_town, "Add a town.", {"town": TEXT}, {"type": "object"}, writes=True)
    found = learned(kit).functions["get_town"]
    assert (found.gives, "no_responses" in found.doubts) == ("", True)


def test_nothing_that_may_write_is_called(shop: Scripted) -> None:
    before = shop.state
    found = learned(shop)
    assert {name for name, _ in shop.calls}.isdisjoint({"cancel_order", "create_order"})
    assert shop.state == before
    assert found.functions["cancel_order"].writes
    assert found.functions["cancel_order"].because == "nothing says that it only reads"


def test_what_a_source_declares_goes_before_a_name(shop: Scripted) -> None:
    def get_lost(state: Json) -> Json:
        state["orders"].clear()
        return {}

    shop.add(get_lost, "Get lost.", {}, writes=True)
    assert learned(shop).functions["get_lost"].writes
    assert "get_lost" not in {name for name, _ in shop.calls}


def test_learning_keeps_to_the_calls_it_may_make(shop: Scripted) -> None:
    found = learned(shop, each=2, calls=5)
    assert sum(known.called for known in found.functions.values()) == 5
    shop.calls.clear()
    learned(shop, each=0)
    assert shop.calls == []


def test_the_same_tools_are_learned_the_same(shop: Scripted, desk: Scripted) -> None:
    assert [learned(shop), learned(desk)] == [learned(shop), learned(desk)]


def test_what_is_given_stays_and_is_not_learned_again(shop: Scripted) -> None:
    own = LearnedFunction(writes=True, gives="one", noun="purchase")
    found = learned(shop, Learned(title="the till", functions={"get_order": own}))
    assert found.functions["get_order"] == own
    assert found.title == "the till"
    assert "get_order" not in {name for name, _ in shop.calls}


def test_a_file_that_knows_everything_asks_for_nothing_and_is_left_alone(shop: Scripted) -> None:
    known = learned(shop)
    fewer = replace(known, feeds=known.feeds[1:])
    shop.calls.clear()
    assert learned(shop, fewer) == replace(fewer, given=digest(fewer))  # the feed stays out
    assert shop.calls == []


def test_a_value_of_the_users_lets_a_function_be_learned(shop: Scripted) -> None:
    def get_voucher(_state: Json, code: str) -> Json:
        if code != "SPRING":
            raise ValueError("There is no such voucher.")
        return {"code": code, "percent": 15}

    shop.add(get_voucher, "Get a voucher.", {"code": TEXT})
    before = learned(shop)
    assert before.functions["get_voucher"].doubts == ("no_responses", "no_values:code")
    voucher = replace(
        before.functions["get_voucher"], parameters={"code": LearnedParameter(("SPRING",))}
    )
    told = replace(before, functions={**before.functions, "get_voucher": voucher})
    after = learned(shop, told)
    assert after.functions["get_voucher"].gives == "one"
    assert after.functions["get_voucher"].parameters["code"].values == ("SPRING",)


@pytest.mark.parametrize(
    ("gives", "doubt"),
    [
        (lambda _state: {"error": "out of order"}, "always_fails"),
        (lambda _state: {"items": []}, "always_empty"),
    ],
)
def test_a_function_that_never_gives_anything_is_doubted(
    gives: Callable[..., Json], doubt: str
) -> None:
    kit = Scripted("python:x.py")
    gives.__name__ = "get_it"
    kit.add(gives, "Get it.", {})
    assert doubt in learned(kit).functions["get_it"].doubts


def test_a_function_that_answers_otherwise_each_time_is_noted() -> None:
    kit = Scripted("python:clock.py", {"ticks": 0})

    def get_ticks(state: Json) -> Json:
        state["ticks"] += 1
        return {"ticks": state["ticks"], "id": kit.resets * 100 + state["ticks"]}

    kit.add(get_ticks, "Get the ticks.", {}, writes=False)
    assert not learned(kit).functions["get_ticks"].steady
