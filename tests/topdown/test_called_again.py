from __future__ import annotations

import asyncio

from buttonup.records import (
    Assistant,
    Blueprint,
    Call,
    CompositionalTask,
    Tool,
    Trajectory,
    User,
)
from buttonup.tools.own.run import Own, Owning, learned_of
from buttonup.tools.sources.scripted import Scripted
from buttonup.topdown import called_again


def test_every_call_is_made_once_more_and_its_result_kept(shop: Scripted) -> None:
    async def again() -> Trajectory:
        knobs = Owning()
        own = Own(shop, await learned_of(shop, knobs, 0), knobs)
        call = Call.of("call_1", "get_order", {"order_id": "O-1003"})
        blueprint = Blueprint(
            task=CompositionalTask("Where is it?"), tools=own.world.ran_at({"get_order"})
        )
        said = (User("Where is it?"), Assistant(calls=(call,)), Tool("call_1", "get_order", {}))
        shop.calls.clear()
        [made] = await called_again(Trajectory(blueprint, said), own)
        return made

    made = asyncio.run(again())
    assert made.again is not None
    assert [result["sku"] for result in made.again.results] == ["RUG-415"]
    assert shop.calls == [("get_order", {"order_id": "O-1003"})]
