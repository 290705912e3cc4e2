from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from buttonup.errors import BadInput, Reject
from buttonup.records import Call, Json, Tools
from buttonup.tools.door import Ran, Scene
from buttonup.tools.own.run import Own, Owning, learned_of
from buttonup.tools.sources.scripted import Scripted

ORDER = Call.of("call_1", "get_order", {"order_id": "O-1003"})
CANCEL = Call.of("call_2", "cancel_order", {"order_id": "O-1003", "reason": "late"})


async def opened(kit: Scripted, **knobs: object) -> Own:
    owning = Owning(**knobs)  # type: ignore[arg-type] # as a test gives them
    return Own(kit, await learned_of(kit, owning, 0), owning)


def test_a_door_goes_on_from_what_the_transcript_has(shop: Scripted) -> None:
    async def gone_on() -> Json:
        own = await opened(shop, writes=("*",))
        tools = own.world.ran_at({f.function.name for f in shop.tools})
        shown = tuple(t.function for t in shop.tools)
        done = {"order_id": "O-1003", "status": "cancelled", "reason": "late"}
        return await own.door(tools)(ORDER, Scene(shown, ran=(Ran(CANCEL, done),)))

    assert asyncio.run(gone_on())["status"] == "cancelled"


def test_a_read_that_cannot_be_told_costs_the_conversation(shop: Scripted) -> None:
    async def read_after_a_simulated_write() -> None:
        own = await opened(shop)
        tools = own.world.ran_at({f.function.name for f in shop.tools})
        shown = tuple(t.function for t in shop.tools)
        done = await own.door(tools)(CANCEL, Scene(shown))
        await own.door(tools)(ORDER, Scene(shown, ran=(Ran(CANCEL, done),)))

    with pytest.raises(Reject, match="untold"):
        asyncio.run(read_after_a_simulated_write())


def test_calls_are_made_again_on_a_fresh_start(shop: Scripted) -> None:
    async def twice() -> tuple[Json, ...]:
        own = await opened(shop, writes=("*",))
        tools = own.world.ran_at({"get_order", "cancel_order"})
        first = await own.again(tools, [CANCEL, ORDER], "a")
        return (*first.results, *(await own.again(tools, [ORDER], "b")).results)

    cancelled, after, fresh = asyncio.run(twice())
    assert cancelled["status"] == after["status"] == "cancelled"
    assert fresh["status"] == "open"


def test_what_was_simulated_is_not_made_again(shop: Scripted) -> None:
    async def again() -> tuple[Json, ...]:
        own = await opened(shop)
        shop.calls.clear()
        return (await own.again(own.world.ran_at({"cancel_order"}), [CANCEL], "a")).results

    assert asyncio.run(again()) == (None,)
    assert shop.calls == []


def test_why_calls_cannot_be_made_again_is_told(shop: Scripted) -> None:
    def get_tick(state: Json) -> Json:
        state["tick"] = state.get("tick", 0) + 1
        return {"tick": state["tick"] + 10 * shop.resets}

    shop.add(get_tick, "Get the tick.", {})

    async def whys() -> list[str]:
        tick = Call.of("call_1", "get_tick", {})
        own, not_again = await opened(shop), await opened(shop, again=False)
        return [
            (await own.again(Tools("own"), [tick], "a")).why,
            (await not_again.again(Tools("own"), [ORDER], "a")).why,
        ]

    unsteady, unasked = asyncio.run(whys())
    assert "get_tick" in unsteady
    assert "again" in unasked


def test_tools_that_no_plan_can_call_are_told() -> None:
    kit = Scripted("python:x.py")
    kit.add(lambda _state: None, "Do it.", {})
    with pytest.raises(BadInput, match="planned"):
        asyncio.run(opened(kit))


def test_a_file_of_other_tools_is_refused(shop: Scripted, tmp_path: Path) -> None:
    path = tmp_path / "learned.toml"
    path.write_text("[functions.fly]\nwrites = false\n")
    with pytest.raises(BadInput, match="fly"):
        asyncio.run(opened(shop, learned=str(path)))
