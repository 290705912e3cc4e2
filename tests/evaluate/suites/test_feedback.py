"""What failed is told, and nothing that would give it away; each round has its score."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from buttonup.errors import Reject
from buttonup.evaluate.evaluation import play
from buttonup.evaluate.suite import Player, Suite, Task, silent
from buttonup.evaluate.suites.feedback import AGAIN, feedback, requirements
from buttonup.evaluate.suites.worlds import DEFAULT, drawn
from buttonup.evaluate.summary import Result
from buttonup.gates.answer import reports
from buttonup.gates.said import said
from buttonup.gates.verify import verify
from buttonup.records import Assistant, Blueprint, Conversation, User, leaves

NOTHING = "That did not do."


async def suite_of(each: int = 8, rounds: int = 3) -> Suite:
    async with feedback(("seen",), 0, each, rounds) as suite:
        return suite


def once_told(task: Task) -> Player:
    """Say nothing at first, and play rightly once something failed."""

    async def player(conversation: Conversation) -> Assistant:
        said = [i for i, m in enumerate(conversation.messages) if isinstance(m, User)]
        starts = [i for i in said if NOTHING in _words(conversation, i)]
        if not starts:
            return Assistant()
        now = conversation.messages[starts[-1] :]
        return await task.gold(Conversation(messages=now))

    return player


def _words(conversation: Conversation, at: int) -> str:
    message = conversation.messages[at]
    assert isinstance(message, User)
    return message.content


def test_gold_passes_at_once_and_silence_never() -> None:
    async def run() -> None:
        for task in (await suite_of()).tasks:
            gold, nothing = await play(task, task.gold), await play(task, silent)
            assert [gold.counts[f"strict_{n}"] for n in (1, 2, 3)] == [1, 1, 1]
            assert [nothing.counts[f"strict_{n}"] for n in (1, 2, 3)] == [0, 0, 0]
            assert 0 <= nothing.counts["soft_1"] < 1

    asyncio.run(run())


def test_who_mends_it_when_told_passes_from_the_second_round_on() -> None:
    async def run() -> list[Result]:
        return [await play(task, once_told(task)) for task in (await suite_of()).tasks]

    for result in asyncio.run(run()):
        assert result.passed
        assert [result.counts[f"strict_{n}"] for n in (1, 2, 3)] == [0, 1, 1]
        assert result.counts["soft_1"] < result.counts["soft_2"] == result.counts["soft_3"] == 1
        told = [m.content for m in result.messages if isinstance(m, User) and NOTHING in m.content]
        assert len(told) == 1


def test_the_measures_are_of_each_round() -> None:
    suite = asyncio.run(suite_of(1, 2))
    assert [m.name for m in suite.measures] == [
        "strict, round 1", "strict, round 2", "soft, round 1", "soft, round 2",
        "not asked, round 2",
    ]  # fmt: skip


def test_what_cannot_be_asked_again_stays_unmet_and_is_counted() -> None:
    async def too_long(conversation: Conversation) -> Assistant:
        if any(isinstance(m, User) and NOTHING in m.content for m in conversation.messages):
            raise Reject("refused_by_endpoint", "too long")
        return Assistant()

    async def refused(_conversation: Conversation) -> Assistant:
        raise Reject("refused_by_endpoint", "too long")

    async def run() -> tuple[Result, Result]:
        [task] = (await suite_of(1)).tasks
        return await play(task, too_long), await play(task, refused)

    later, first = asyncio.run(run())
    assert later.fault == ""
    assert later.reason == "not_asked_refused_by_endpoint"
    assert [later.counts[f"not asked_{n}"] for n in (1, 2, 3)] == [0, 1, 1]
    assert later.counts["soft_3"] == later.counts["soft_1"]
    assert first.fault == "refused_by_endpoint"


async def blueprints(each: int) -> list[Blueprint]:
    kept: list[Blueprint] = []

    async def keep(blueprint: Blueprint, _player: Player) -> None:
        kept.append(blueprint)

    for task in await drawn((), 3, each, DEFAULT, keep):  # type: ignore[arg-type]
        await task.play(silent)
    return kept


def test_what_is_told_holds_no_result_that_the_user_has_not_said() -> None:
    for blueprint in asyncio.run(blueprints(40)):
        score = verify(blueprint, (User(blueprint.turns[0].says),), {}, "")
        words = [words for words, _ in requirements(blueprint, score)]
        told = AGAIN.format(failed="\n".join(words))
        known = " / ".join([blueprint.context, *(t.says for t in blueprint.turns)])
        for step in blueprint.plan:
            for found in (*(c.result for c in step.calls), step.conclusion):
                for _, value in leaves(found):
                    if isinstance(value, str) and re.search(r"\d", value) and len(value) > 4:
                        given = value.lower() in told.lower()
                        assert not given or value.lower() in known.lower() or tells(known, value)


def tells(words: str, value: str) -> bool:
    """Say whether words tell of a value in some way, a date as one says it."""
    return reports(said(words), value)


def test_a_step_that_a_condition_rules_out_is_not_told_as_wanted() -> None:
    ruled_out = [b for b in asyncio.run(blueprints(40)) if any(s.avoided for s in b.plan)]
    assert ruled_out
    for blueprint in ruled_out:
        score = verify(blueprint, (User(blueprint.turns[0].says),), {}, "")
        told = [words for words, _ in requirements(blueprint, score)]
        for words, step in zip(told, blueprint.plan, strict=False):
            assert words.startswith("Mind the condition") == bool(step.avoided)


@pytest.mark.parametrize("rounds", [1, 2])
def test_another_number_of_rounds_is_another_suite(rounds: int) -> None:
    one = asyncio.run(suite_of(1, rounds))
    assert f"rounds {rounds}" in one.version
    assert replace(one, version="") != one
