"""BFCL through our harness: its ceilings, its floors, and a process that may be lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from buttonup.errors import BadInput, Reject
from buttonup.evaluate.evaluation import play
from buttonup.evaluate.suite import Player, Suite, Task, silent, taken
from buttonup.evaluate.suites.bfcl import bfcl, checker
from buttonup.evaluate.summary import Result
from buttonup.records import Assistant, Call, Conversation

there = pytest.mark.usefixtures("bfcl_there")
BASE = ("multi_turn_base",)


def dropping_the_last(task: Task) -> Player:
    """Play rightly, but for the last turn that has calls: its last call is missing."""

    async def last_of() -> int:
        turns: list[Assistant] = []
        while True:
            try:
                turns.append(await task.gold(Conversation(messages=tuple(turns))))
            except IndexError:
                return max(n for n, turn in enumerate(turns) if turn.calls)

    async def player(conversation: Conversation) -> Assistant:
        heard = await task.gold(conversation)
        dropped = taken(conversation) == await last_of()
        return Assistant(calls=heard.calls[:-1]) if dropped else heard

    async def short(conversation: Conversation) -> Assistant:
        """A turn that has become empty ends the user's: what followed it comes no more."""
        passed = taken(conversation) > await last_of()
        return Assistant() if passed else await player(conversation)

    return short


async def scores(suite: Suite, player: dict[str, Player]) -> Counter[str]:
    passed = Counter[str]()
    for task in suite.tasks:
        passed[task.labels["category"]] += (await play(task, player[task.id])).passed
    return passed


@there
def test_gold_answers_reach_the_ceilings_and_silence_the_floors() -> None:
    async def run() -> tuple[Counter[str], Counter[str]]:
        async with bfcl() as suite:
            gold = await scores(suite, {t.id: t.gold for t in suite.tasks})
            return gold, await scores(suite, {t.id: silent for t in suite.tasks})

    gold, floor = asyncio.run(run())
    assert gold == {
        "simple_python": 399,
        "multiple": 200,
        "parallel": 200,
        "parallel_multiple": 199,
        "irrelevance": 240,
        "multi_turn_base": 200,
        "multi_turn_miss_func": 200,
        "multi_turn_miss_param": 200,
    }
    assert +floor == {"irrelevance": 240}


@there
def test_without_its_last_call_no_conversation_passes() -> None:
    async def run() -> Counter[str]:
        async with bfcl(BASE) as suite:
            return await scores(suite, {t.id: dropping_the_last(t) for t in suite.tasks})

    assert asyncio.run(run())["multi_turn_base"] == 0


async def first_with(extra: Call) -> tuple[Result, int]:
    """Play the first task rightly, with a call before everything else."""
    async with bfcl(BASE) as suite:
        task = suite.tasks[0]

        async def player(conversation: Conversation) -> Assistant:
            if taken(conversation) == 0:
                return Assistant(calls=(extra,))
            return await task.gold(
                Conversation(messages=tuple(Assistant() for _ in range(taken(conversation) - 1)))
            )

        played = await play(task, player)
        return played, (await play(task, task.gold)).passed


@there
def test_an_extra_look_costs_nothing() -> None:
    played, gold = asyncio.run(first_with(Call.of("call_1", "ls", {})))
    assert gold
    assert played.passed


@there
@pytest.mark.parametrize(
    "call",
    [
        Call.of("call_1", "__import__('os').system", {"a": "touch /tmp/owned"}),
        Call.of("call_1", "ls", {"a=1) or exit(": 1}),
        Call.of("call_1", "ls", {"class": 1}),
        Call.of("call_1", "cd", {"folder": "'); exit(1); ('"}),
        Call.parse("call_1", "ls", "not json"),
    ],
)
def test_a_hostile_call_is_an_error_and_no_code(call: Call) -> None:
    played, _ = asyncio.run(first_with(call))
    assert played.passed
    assert "rror" in str(played.messages[2])


@there
def test_a_process_that_crashed_or_hung_is_replaced() -> None:
    async def run() -> None:
        async with checker() as checks:
            with pytest.raises(Reject, match="checker_crashed"):
                await checks.ask("no_such_order")
            with pytest.raises(Reject, match="checker_hung"):
                await checks.ask("tasks", patience=0.0, category="multiple")
            assert len(await checks.ask("tasks", category="multiple")) == 200

    asyncio.run(run())


@there
def test_what_the_checker_cannot_bear_is_a_wrong_answer() -> None:
    async def run() -> Result:
        async with bfcl(("simple_python",)) as suite:

            async def player(_conversation: Conversation) -> Assistant:
                return Assistant(calls=(Call.of("call_1", "x", {"deep": [{"a": {"b": None}}]}),))

            return await play(suite.tasks[0], player)

    result = asyncio.run(run())
    assert not result.passed
    assert result.fault == ""


def test_where_it_is_not_installed_one_line_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUTTONUP_BFCL", str(tmp_path / "none"))

    async def run() -> None:
        async with bfcl():
            raise AssertionError

    with pytest.raises(BadInput, match="evaluate --install bfcl"):
        asyncio.run(run())
