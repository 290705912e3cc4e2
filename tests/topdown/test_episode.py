from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from buttonup.bottomup.truth_first.asker import Wording
from buttonup.bottomup.truth_first.blueprint import Blueprinting, blueprints
from buttonup.bottomup.truth_first.plan import Ticket
from buttonup.bottomup.truth_first.shapes import Planning, Scenes
from buttonup.errors import BadInput, Reject
from buttonup.model.teachers import Teachers
from buttonup.records import Assistant, Blueprint, Call, Tool, User
from buttonup.topdown.episode import Episode
from buttonup.topdown.plan_follower import follow_plan
from buttonup.topdown.simulate import Simulating, simulate
from buttonup.worlds.catalogue import WORLDS

Plays = Callable[[Episode], Awaitable[Assistant]]


def drawn(many: int, **scenes: float) -> list[Blueprint]:
    """Draw tasks over all worlds."""
    knobs = Planning(), Scenes(**scenes), Wording(), Blueprinting()
    found: list[Blueprint] = []
    for index in range(10 * many):
        with contextlib.suppress(Reject):
            found += asyncio.run(blueprints(Ticket(0, index), tuple(WORLDS.values()), *knobs))
    return found[:many]


async def gold(episode: Episode) -> Assistant:
    message = (await follow_plan(episode.trajectory)).messages[-1]
    assert isinstance(message, Assistant)
    return message


async def silence(_: Episode) -> Assistant:
    return Assistant()


async def acted(blueprint: Blueprint, plays: Plays, most: int = 99) -> Episode:
    episode = await Episode.open(blueprint)
    for _ in range(most):
        if episode.over:
            break
        await episode.take(await plays(episode))
    return episode


def test_gold_play_is_what_simulate_makes_and_is_verified() -> None:
    for blueprint in drawn(30):
        episode = asyncio.run(acted(blueprint, gold))
        (t,) = asyncio.run(simulate(blueprint, Teachers(), Simulating()))
        assert episode.over
        assert episode.messages == t.messages
        assert (episode.verified().passed, episode.verified().share) == (True, 1)


def test_silence_hears_every_turn_of_the_user_and_is_worth_nothing() -> None:
    for blueprint in drawn(30, small_talk=1.0):
        episode = asyncio.run(acted(blueprint, silence))
        said = [m.content for m in episode.messages if isinstance(m, User)]
        assert said == [turn.says for turn in blueprint.turns]
        assert not episode.verified().passed


def test_functions_that_the_user_offers_are_shown_from_then_on_and_not_before() -> None:
    names = {*Scenes.__struct_fields__} - {"small_talk"}
    late = {name: float(name == "late_function") for name in names}
    for blueprint in drawn(5, **late):
        before = asyncio.run(acted(blueprint, gold, most=0))
        after = asyncio.run(acted(blueprint, gold))
        offered = [f for turn in blueprint.turns for f in turn.offers]
        assert offered
        assert before.functions == blueprint.functions
        assert after.functions == (*blueprint.functions, *offered)


def test_a_call_that_cannot_run_gives_an_error_and_the_episode_goes_on() -> None:
    calls = (
        Call.of("a", "no_such_function", {}),
        Call.parse("b", "no_such_function", "{broken"),
        Call.of("b", "no_such_function", {}),
    )

    async def play(blueprint: Blueprint) -> Episode:
        episode = await Episode.open(blueprint)
        came = await episode.take(Assistant(calls=calls))
        assert [isinstance(m, Tool) and set(m.result) == {"error"} for m in came] == [True] * 3
        known = Call.parse("b", episode.functions[0].name, "[]")
        (told,) = await episode.take(Assistant(calls=(known,)))
        assert isinstance(told, Tool)
        assert told.result == {"error": "The arguments are not a JSON object."}
        return episode

    episode = asyncio.run(play(drawn(1)[0]))
    assert not episode.over
    assert not episode.verified().passed


def test_an_episode_that_is_over_takes_nothing_more() -> None:
    episode = asyncio.run(acted(drawn(1)[0], gold))
    with pytest.raises(ValueError, match="is over"):
        asyncio.run(episode.take(Assistant(answer="One thing more.")))


@pytest.mark.parametrize("tools", [{"source": "simulated"}, {"source": "unknown"}])
def test_tools_that_do_not_run_are_the_users_to_mend(
    blueprint: Blueprint, tools: dict[str, Any]
) -> None:
    there = msgspec.structs.replace(blueprint.tools, **tools)
    with pytest.raises(BadInput, match="take tasks over worlds"):
        asyncio.run(Episode.open(msgspec.structs.replace(blueprint, tools=there)))
