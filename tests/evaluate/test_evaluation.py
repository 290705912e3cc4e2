"""Results come a line a task, can be gone on with, and are counted honestly."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from buttonup.errors import Fault, Reject
from buttonup.evaluate.evaluation import RESULTS, evaluate
from buttonup.evaluate.suite import Player, Suite
from buttonup.evaluate.summary import Result, Summary
from buttonup.evaluate.table import as_text
from buttonup.records import Assistant, Call, Conversation, User
from buttonup.store.lines import read_records


def words(conversation: Conversation) -> str:
    [user] = conversation.messages
    assert isinstance(user, User)
    return user.content


async def half(conversation: Conversation) -> Assistant:
    """Call for even sums, and be cut off at the last."""
    if words(conversation).endswith("3"):
        raise Reject("refused_by_endpoint", "too long")
    even = int(words(conversation)[-1]) % 2 == 0
    return Assistant(calls=(Call.of("call_1", "add", {}),)) if even else Assistant(answer="No.")


def run(suite: Suite, folder: Path, player: Player = half, trials: int = 1) -> Summary:
    made = evaluate(
        suite, lambda _trial: player, folder, model="m", settings={}, trials=trials, at_once=2
    )
    return asyncio.run(made)


def test_errors_are_counted_apart_from_wrong_answers(sums: Suite, tmp_path: Path) -> None:
    summary = run(sums, tmp_path)
    everything = summary.groups[0]
    assert (everything.name, everything.tasks, everything.faults) == ("all", 4, 1)
    assert everything.score == pytest.approx(2 / 3)
    assert everything.low < 2 / 3 < everything.high
    assert (everything.ceiling, everything.floor) == (1.0, 0.0)
    assert summary.reasons == {"no_call": 1, "refused_by_endpoint": 1}
    told = as_text(summary)
    assert "66.7" in told
    assert "category=sums" in told


def test_what_was_played_is_not_played_again(sums: Suite, tmp_path: Path) -> None:
    asked: list[str] = []

    async def away(conversation: Conversation) -> Assistant:
        asked.append(words(conversation))
        if len(asked) > 2:
            raise Fault("nobody answers")
        return await half(conversation)

    with pytest.raises(Fault):
        run(sums, tmp_path, away)
    kept = [r.task for r in read_records(tmp_path / RESULTS, Result)]
    assert kept

    async def back(conversation: Conversation) -> Assistant:
        asked.append(words(conversation))
        return await half(conversation)

    asked.clear()
    summary = run(sums, tmp_path, back)
    assert sorted(asked) == sorted(f"Add, sum_{n}" for n in range(4) if f"sum_{n}" not in kept)
    assert summary.groups[0].tasks == 4


def test_trials_give_pass_hat_k(sums: Suite, tmp_path: Path) -> None:
    turns: dict[str, int] = {}

    async def first_time_only(conversation: Conversation) -> Assistant:
        turns[words(conversation)] = turns.get(words(conversation), 0) + 1
        again = turns[words(conversation)] > 1
        return Assistant(calls=() if again else (Call.of("call_1", "add", {}),))

    summary = run(sums, tmp_path, first_time_only, trials=2)
    assert summary.groups[0].pass_k == (0.5, 0.0)
    assert "pass^2" in as_text(summary)
