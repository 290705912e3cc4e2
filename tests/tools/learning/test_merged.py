from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from buttonup.records import Json, digest
from buttonup.tools.learning.learned import Learned, LearnedFunction, LearnedParameter
from buttonup.tools.sources.scripted import Scripted

Learn = Callable[..., Learned]
TEXT = {"type": "string"}


def list_hires(_state: Json, member: str) -> Json:
    return [{"hire_id": f"H-{n}", "member": member} for n in range(3)]


def cancel_hire(_state: Json, hire_id: str) -> Json:
    return {"hire_id": hire_id}


def test_values_of_the_users_for_a_function_that_declares_its_result_let_it_be_called(
    learned: Learn,
) -> None:
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


def test_what_is_given_stays_and_is_not_learned_again(learned: Learn, shop: Scripted) -> None:
    own = LearnedFunction(writes=True, gives="one", noun="purchase")
    found = learned(shop, Learned(title="the till", functions={"get_order": own}))
    assert found.functions["get_order"] == own
    assert found.title == "the till"
    assert "get_order" not in {name for name, _ in shop.calls}


def test_a_file_that_knows_everything_asks_for_nothing_and_is_left_alone(
    learned: Learn, shop: Scripted
) -> None:
    known = learned(shop)
    fewer = replace(known, feeds=known.feeds[1:])
    shop.calls.clear()
    assert learned(shop, fewer) == replace(fewer, given=digest(fewer))  # the feed stays out
    assert shop.calls == []


def test_a_value_of_the_users_lets_a_function_be_learned(learned: Learn, shop: Scripted) -> None:
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
