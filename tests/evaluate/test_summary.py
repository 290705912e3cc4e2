"""Results come to groups: by label, with ceiling, floor and what the suite counts beside."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from buttonup.evaluate.evaluation import evaluate
from buttonup.evaluate.measures import share
from buttonup.evaluate.suite import Played, Player, Suite, Task, silent
from buttonup.evaluate.summary import Summary, counted
from buttonup.records import Assistant, Call, Conversation


def counting(suite: Suite) -> Suite:
    """Give the suite with a count of two steps a task, all right where it passes."""

    async def play(whole: Task, player: Player) -> Played:
        played = await whole.play(player)
        return Played(played.passed, played.credit, counts={"right": 2.0 * played.passed, "of": 2})

    tasks = tuple(replace(t, play=partial(play, t)) for t in suite.tasks)
    return replace(suite, tasks=tasks, measures=(share("steps", "right", "of"),))


def run(suite: Suite, folder: Path, player: Player) -> Summary:
    return asyncio.run(evaluate(suite, lambda _n: player, folder, model="m", settings={}))


def test_measures_have_their_ceiling_their_floor_and_an_interval(
    sums: Suite, tmp_path: Path
) -> None:
    turns = iter(range(4))

    async def first_only(conversation: Conversation) -> Assistant:
        first = next(turns) == 0
        return Assistant(calls=(Call.of("call_1", "add", {}),)) if first else Assistant()

    summary = run(counting(sums), tmp_path, first_only)
    for group in summary.groups:
        figure = group.measures["steps"]
        assert figure.value == pytest.approx(0.25)
        assert (figure.ceiling, figure.floor) == (1.0, 0.0)
        assert figure.low < 0.25 < figure.high


def test_words_are_counted_the_most_frequent_first() -> None:
    assert list(counted(["b", "a", "b"]).items()) == [("b", 2), ("a", 1)]


def test_groups_come_by_the_first_label_first(sums: Suite, tmp_path: Path) -> None:
    labelled = (replace(t, labels={"zone": "a", "area": t.id[-1]}) for t in sums.tasks)
    summary = run(replace(sums, tasks=tuple(labelled)), tmp_path, silent)
    names = [g.name for g in summary.groups]
    assert names == ["all", "zone=a", "area=0", "area=1", "area=2", "area=3"]
