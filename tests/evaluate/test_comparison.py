"""Two evaluations are compared task by task, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import replace as msgspec_replace

from buttonup.errors import BadInput
from buttonup.evaluate.comparison import compare, comparison_as_text
from buttonup.evaluate.evaluation import evaluate
from buttonup.evaluate.suite import Played, Player, Suite, Task, silent
from buttonup.evaluate.suites.languages import MEASURES
from buttonup.records import Assistant, Call, Conversation, decode, encode


async def calling(_conversation: Conversation) -> Assistant:
    return Assistant(calls=(Call.of("call_1", "add", {}),))


def played(suite: Suite, folder: Path, player: Player) -> Path:
    folder.mkdir()
    asyncio.run(evaluate(suite, lambda _n: player, folder, model=folder.name, settings={}))
    return folder


def test_what_only_one_passes_is_counted(sums: Suite, tmp_path: Path) -> None:
    a, b = played(sums, tmp_path / "a", silent), played(sums, tmp_path / "b", calling)
    found = compare(a, b)
    assert (found.tasks, found.both, found.only_a, found.only_b) == (4, 0, 0, 4)
    assert (found.difference, found.p) == (1.0, 0.125)
    assert "B less A: +100.0 points" in comparison_as_text(found)


def test_different_suites_are_not_compared(sums: Suite, tmp_path: Path) -> None:
    a = played(sums, tmp_path / "a", silent)
    for what, other in {
        "version": replace(sums, version="sums 2"),
        "tasks": replace(sums, tasks=sums.tasks[:2]),
    }.items():
        with pytest.raises(BadInput, match=f"differ in {what}"):
            compare(a, played(other, tmp_path / what, silent))


def test_a_folder_without_an_evaluation_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="holds no evaluation"):
        compare(tmp_path, tmp_path)


def several(suite: Suite, folder: Path, passing: Callable[[str, int], bool]) -> Path:
    """Play each task in four trials, of which those pass that are said to."""

    def player(trial: int) -> Player:
        async def plays(conversation: Conversation) -> Assistant:
            name = str(conversation.messages[0])
            return await (calling if passing(name, trial) else silent)(conversation)

        return plays

    folder.mkdir()
    asyncio.run(evaluate(suite, player, folder, model=folder.name, settings={}, trials=4))
    return folder


def test_all_trials_count_and_not_the_first_alone(sums: Suite, tmp_path: Path) -> None:
    a = several(sums, tmp_path / "a", lambda _name, trial: trial == 0)
    b = several(sums, tmp_path / "b", lambda _name, trial: trial > 0)
    found = compare(a, b)
    assert (found.tasks, found.only_a, found.only_b, found.both) == (4, 0, 4, 0)
    assert found.difference == pytest.approx(0.5)
    assert (found.test, found.p) == ("sign flips", 0.125)
    assert "B on 4" in comparison_as_text(found)


def test_tasks_are_paired(sums: Suite, tmp_path: Path) -> None:
    a = several(sums, tmp_path / "a", lambda name, _trial: "sum_0" in name)
    b = several(sums, tmp_path / "b", lambda name, trial: "sum_0" in name or trial == 0)
    found = compare(a, b)
    assert (found.both, found.only_b, found.only_a) == (1, 3, 0)
    assert found.low >= 0
    for one in (found, compare(a, a)):
        assert decode(encode(one), type(one)) == one


def test_one_trial_is_compared_with_several_by_their_means(sums: Suite, tmp_path: Path) -> None:
    a = played(sums, tmp_path / "a", calling)
    b = several(sums, tmp_path / "b", lambda _name, trial: trial % 2 == 0)
    found = compare(a, b)
    assert found.difference == pytest.approx(-0.5)
    assert found.test == "sign flips"


def test_every_measure_that_both_hold_is_compared(sums: Suite, tmp_path: Path) -> None:
    spoken = replace(sums, name="languages", measures=MEASURES)

    def counting(task: Task) -> Task:
        async def play(player: Player) -> Played:
            played = await task.play(player)
            return msgspec_replace(played, counts={"turns": 1.0, "turns right": played.credit})

        return replace(task, play=play)

    spoken = replace(spoken, tasks=tuple(map(counting, spoken.tasks)))
    a, b = played(spoken, tmp_path / "a", silent), played(spoken, tmp_path / "b", calling)
    found = compare(a, b)
    assert [(d.name, d.a, d.b, d.difference) for d in found.measures] == [
        ("credit", 0.0, 1.0, 1.0),
        ("turns", 0.0, 1.0, 1.0),
    ]
    assert found.measures[0].p == found.p
    rows = [line.split() for line in comparison_as_text(found).splitlines()]
    assert ["turns", "4", "0.0", "100.0", "+100.0"] in [row[:5] for row in rows]
    bare = played(replace(spoken, measures=()), tmp_path / "c", silent)
    assert [d.name for d in compare(a, bare).measures] == ["credit"]
