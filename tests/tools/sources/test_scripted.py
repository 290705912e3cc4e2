from __future__ import annotations

import asyncio

from buttonup.tools.sources.scripted import Scripted


def test_what_a_function_raises_is_data(shop: Scripted) -> None:
    assert asyncio.run(shop.call("get_order", {"order_id": "O-9"})) == {
        "error": "There is no order O-9."
    }


def test_a_reset_takes_back_what_calls_changed(shop: Scripted) -> None:
    async def cancelled_and_reset() -> list[object]:
        call = ("get_order", {"order_id": "O-1003"})
        await shop.call("cancel_order", {"order_id": "O-1003", "reason": "late"})
        after = await shop.call(*call)
        await shop.reset()
        return [after["status"], (await shop.call(*call))["status"]]

    assert asyncio.run(cancelled_and_reset()) == ["cancelled", "open"]


def test_what_a_caller_does_to_a_result_does_not_reach_the_state(shop: Scripted) -> None:
    async def spoilt() -> object:
        found = await shop.call("get_product", {"sku": "LMP-101"})
        found["price"] = 0
        return (await shop.call("get_product", {"sku": "LMP-101"}))["price"]

    assert asyncio.run(spoilt()) == 39.5
