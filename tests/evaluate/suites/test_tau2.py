"""tau2's telecom desk through our harness: its ceiling, its floor, and what a model may try."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.evaluate.evaluation import play
from buttonup.evaluate.suite import Player, Task, silent, taken
from buttonup.evaluate.suites.tau2 import tau2
from buttonup.evaluate.summary import Result
from buttonup.records import Assistant, Call, Conversation

there = pytest.mark.usefixtures("tau2_there")
DONE = Call.of("", "done", {})


async def done_at_once(_conversation: Conversation) -> Assistant:
    return Assistant(calls=(DONE,))


async def gold_calls(task: Task) -> list[Assistant]:
    turns: list[Assistant] = []
    while not turns or turns[-1].calls[0].name != "done":
        turns.append(await task.gold(Conversation(messages=tuple(turns))))
    return turns


def outcomes(player: Callable[[Task], Player]) -> Counter[str]:
    async def run() -> Counter[str]:
        async with tau2() as suite:
            played = [await play(task, player(task)) for task in suite.tasks]
            return Counter(r.reason for r in played)

    return asyncio.run(run())


@there
def test_gold_answers_solve_all_114_tickets() -> None:
    assert outcomes(lambda task: task.gold) == {"": 114}


@there
def test_who_says_nothing_or_is_done_at_once_solves_none() -> None:
    assert outcomes(lambda _task: silent) == {"no_call": 114}
    assert outcomes(lambda _task: done_at_once) == {"wrong_state": 94, "call_missing": 20}


@there
def test_without_its_last_call_no_ticket_is_solved() -> None:
    def dropping(task: Task) -> Player:
        async def player(conversation: Conversation) -> Assistant:
            turns = await gold_calls(task)
            del turns[-2]
            return turns[taken(conversation)]

        return player

    assert outcomes(dropping)[""] == 0


@there
def test_all_43_functions_and_the_end_are_shown_with_the_policy_and_the_ticket() -> None:
    async def run() -> Conversation:
        seen: list[Conversation] = []

        async def player(conversation: Conversation) -> Assistant:
            seen.append(conversation)
            return Assistant()

        async with tau2(("mms_issue",)) as suite:
            assert {task.labels["issue"] for task in suite.tasks} == {"mms_issue"}
            await play(suite.tasks[0], player)
        return seen[0]

    shown = asyncio.run(run())
    names = {f.name for f in shown.functions}
    assert len(names - {"done"}) == 43
    assert "done" in names
    assert "<policy>" in shown.context
    assert "<ticket>" in shown.context


async def first_with(*extra: Call) -> Result:
    """Play the first ticket rightly, with calls before everything else."""
    async with tau2() as suite:
        task = suite.tasks[0]

        async def player(conversation: Conversation) -> Assistant:
            if taken(conversation) < len(extra):
                return Assistant(calls=(extra[taken(conversation)],))
            turns = (Assistant() for _ in range(taken(conversation) - len(extra)))
            return await task.gold(Conversation(messages=tuple(turns)))

        return await play(task, player)


@there
@pytest.mark.parametrize(
    "call",
    [
        Call.of("", "__import__('os').system", {"a": "touch /tmp/owned"}),
        Call.of("", "_get_line_by_phone", {"phone_number": "1"}),
        Call.of("", "get_customer_by_phone", {"requestor": "user"}),
        Call.of("", "get_customer_by_phone", {"self": 1, "tool_name": "x"}),
        Call.parse("", "toggle_roaming", "not json"),
    ],
)
def test_a_hostile_call_is_an_error_and_the_ticket_goes_on(call: Call) -> None:
    result = asyncio.run(first_with(call))
    assert result.passed
    assert "Error" in str(result.messages[2])


@there
def test_ten_errors_end_it_as_tau2_ends_it() -> None:
    wrong = Call.of("", "no_such_tool", {})
    assert asyncio.run(first_with(*[wrong] * 9)).passed
    assert asyncio.run(first_with(*[wrong] * 10)).reason == "too_many_errors"


@there
def test_an_unknown_issue_is_told() -> None:
    async def run() -> None:
        async with tau2(("airline",)):
            raise AssertionError

    with pytest.raises(BadInput, match="tau2 has no airline"):
        asyncio.run(run())


def test_where_it_is_not_installed_one_line_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUTTONUP_TAU2", str(tmp_path / "none"))

    async def run() -> None:
        async with tau2():
            raise AssertionError

    with pytest.raises(BadInput, match="evaluate --install tau2"):
        asyncio.run(run())
