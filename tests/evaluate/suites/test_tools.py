from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from buttonup.bottomup.truth_first.own import held_out
from buttonup.errors import BadInput
from buttonup.evaluate.suite import Played, Player, Suite, silent
from buttonup.evaluate.suites.tools import tools
from buttonup.records import Assistant, Call, Conversation, Tool
from buttonup.tools.learning.learn import learn
from buttonup.tools.learning.sampler import Learning
from buttonup.tools.own.run import Own, Owning
from buttonup.tools.sources.scripted import Scripted

Use = Callable[[Own, Suite], Any]


def over(kit: Scripted, use: Use, *parts: str, **knobs: Any) -> Any:
    """Open the suite over some tools of this process, and use it."""

    async def story() -> Any:
        learned = await learn(kit, seed=0, today=dt.date(2026, 11, 25), knobs=Learning())
        own = Own(kit, learned, Owning(**knobs))
        async with tools(own, parts, each=8) as suite:
            return await use(own, suite)

    return asyncio.run(story())


async def scores(suite: Suite, player: Player | None = None) -> list[Played]:
    return [await task.play(player or task.gold) for task in suite.tasks]


@pytest.mark.parametrize("writes", [(), ("*",)])
def test_the_gold_calls_pass_and_silence_does_not(shop: Scripted, writes: tuple[str, ...]) -> None:
    async def both(_own: Own, suite: Suite) -> tuple[list[Played], list[Played]]:
        return await scores(suite), await scores(suite, silent)

    gold, mute = over(shop, both, writes=writes)
    assert [played.reason for played in gold] == [""] * 8
    assert all(played.passed and played.credit == 1 for played in gold)
    assert not any(played.passed for played in mute)


def test_the_tasks_are_those_that_no_run_trains_on(shop: Scripted) -> None:
    async def parts(own: Own, suite: Suite) -> list[tuple[str, bool]]:
        told = []
        for task in suite.tasks:
            blueprint = task.play.args[0]  # type: ignore[attr-defined]
            told.append((task.labels["part"], held_out(blueprint, own.knobs.held_out)))
        return told

    told = over(shop, parts, "held_out", "seen")
    assert set(told) == {("held_out", True), ("seen", False)}


def test_whoever_calls_what_the_simulation_cannot_tell_hears_so_and_goes_on(
    shop: Scripted,
) -> None:
    async def cancels_and_looks(conversation: Conversation) -> Assistant:
        done = [m for m in conversation.messages if isinstance(m, Tool)]
        if len(done) < 2:
            name = "get_order" if done else "cancel_order"
            given = {"order_id": "O-1003"} | ({} if done else {"reason": "late"})
            return Assistant(calls=(Call.of(f"call_{len(done)}", name, given),))
        return Assistant(answer="It is cancelled.")

    async def heard(own: Own, suite: Suite) -> list[Any]:
        task = next(t for t in suite.tasks if t.labels["turns"] == "request")
        played = await task.play(cancels_and_looks)
        return [m.result for m in played.messages if isinstance(m, Tool)]

    first, second = over(shop, heard)
    assert "error" not in first
    assert second == {"error": "What comes after a simulated write cannot be told."}


async def unused(_own: Own, _suite: Suite) -> None:
    raise AssertionError


def test_a_part_that_is_not_there_is_told(shop: Scripted) -> None:
    with pytest.raises(BadInput, match="tools has no new"):
        over(shop, unused, "new")
    with pytest.raises(BadInput, match="no tasks over these tools are held out"):
        over(shop, unused, held_out=0.0)
