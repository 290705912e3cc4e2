"""An evaluation is read again by task, without what was said."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from buttonup.errors import BadInput, Reject
from buttonup.evaluate.evaluation import SUMMARY, evaluate
from buttonup.evaluate.reading import read_evaluation
from buttonup.evaluate.suite import Player, Suite
from buttonup.records import Assistant, Call, Conversation


def test_a_task_is_the_mean_of_its_trials_that_were_answered(sums: Suite, tmp_path: Path) -> None:
    def player(trial: int) -> Player:
        async def plays(conversation: Conversation) -> Assistant:
            if trial == 2 or "sum_0" in str(conversation.messages[0]):
                raise Reject("too_long", "")
            return Assistant(calls=(Call.of("call_1", "add", {}),) if trial == 0 else ())

        return plays

    asyncio.run(evaluate(sums, player, tmp_path, model="m", settings={}, trials=3))
    read = read_evaluation(tmp_path)
    assert sorted(read.outcomes) == ["sum_1", "sum_2", "sum_3"]
    one = read.outcomes["sum_1"]
    assert (one.passed, one.labels) == (0.5, {"category": "sums"})
    assert one.counts == {"credit": 0.5, "tasks": 1.0}


def test_a_folder_whose_evaluation_has_not_ended_or_is_damaged_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no evaluation"):
        read_evaluation(tmp_path)
    (tmp_path / SUMMARY).write_text("{")
    with pytest.raises(BadInput, match=SUMMARY):
        read_evaluation(tmp_path)
