from __future__ import annotations

import asyncio
from collections.abc import Callable

from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.records import Assistant, Blueprint, Call, Json, Tool, Trajectory, User
from buttonup.tools.door import Scene
from buttonup.tools.simulated import Simulated
from buttonup.topdown.tool_agent import ToolAgent


class _Numbers:
    """A door that answers with how many calls were answered before."""

    async def __call__(self, call: Call, scene: Scene, /) -> Json:
        assert all(ran.call.id != call.id for ran in scene.ran)
        return len(scene.ran)


def _waiting(b: Blueprint, *items: str) -> Trajectory:
    calls = tuple(
        Call.of(f"call_{n}", "get_price", {"item": item}) for n, item in enumerate(items, 1)
    )
    return Trajectory(b, (User("Go."), Assistant("So.", calls)))


def test_every_waiting_call_is_answered_in_order(blueprint: Blueprint) -> None:
    t = asyncio.run(ToolAgent(_Numbers())(_waiting(blueprint, "A-1", "B-2")))
    assert t.messages[2:] == (
        Tool(call_id="call_1", name="get_price", result=0),
        Tool(call_id="call_2", name="get_price", result=1),
    )


def test_a_half_answered_turn_is_completed(blueprint: Blueprint) -> None:
    half = _waiting(blueprint, "A-1", "B-2").plus(
        Tool(call_id="call_1", name="get_price", result=5)
    )
    t = asyncio.run(ToolAgent(_Numbers())(half))
    assert t.messages[3:] == (Tool(call_id="call_2", name="get_price", result=1),)


def test_the_same_call_twice_in_one_turn_is_simulated_once(
    blueprint: Blueprint, saying: Callable[..., Teacher], asked: list[Request]
) -> None:
    tools = ToolAgent(Simulated(saying('{"price": 12}')))
    t = asyncio.run(tools(_waiting(blueprint, "A-1", "A-1")))
    assert [m.result for m in t.messages[2:] if isinstance(m, Tool)] == [{"price": 12}] * 2
    assert len(asked) == 1
