from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from buttonup.errors import BadInput, Reject
from buttonup.formats import rl
from buttonup.records import Blueprint, Sample, Tools, Trajectory, UserTurn, encode


@pytest.fixture
def task(sample: Sample) -> Trajectory:
    b = sample.trajectory.blueprint
    turns = b.turns or (UserTurn(b.task.text, answer="SECRET"),)
    there = msgspec.structs.replace(b, tools=Tools("worlds", ("library",), 3), turns=turns)
    return msgspec.structs.replace(sample.trajectory, blueprint=there)


def test_a_task_is_read_back_as_the_blueprint_that_it_was(task: Trajectory) -> None:
    row = json.loads(encode(rl.render(task)))
    assert rl.parse(row) == task.blueprint
    assert row["id"] == task.blueprint.key


def test_what_is_shown_has_nothing_privileged_and_nothing_of_the_assistants(
    task: Trajectory,
) -> None:
    row = rl.render(task)
    shown = encode({"prompt": row["prompt"], "tools": row["tools"]})
    assert b"PRIVILEGED" not in shown
    assert b"SECRET" not in shown
    assert {m["role"] for m in row["prompt"]} <= {"system", "user"}
    assert row["prompt"][-1]["role"] == "user"
    assert [t["function"]["name"] for t in json.loads(row["tools"])] == [
        f.name for f in task.blueprint.functions
    ]


Without = Callable[[Blueprint], Blueprint]


@pytest.mark.parametrize(
    ("without", "reason"),
    [
        (lambda b: msgspec.structs.replace(b, tools=Tools("simulated")), "no_world"),
        (lambda b: msgspec.structs.replace(b, turns=()), "no_turns"),
    ],
)
def test_what_cannot_be_run_is_no_task(task: Trajectory, without: Without, reason: str) -> None:
    bare = msgspec.structs.replace(task, blueprint=without(task.blueprint))
    with pytest.raises(Reject) as rejected:
        rl.render(bare)
    assert rejected.value.reason == reason


def test_tasks_are_read_from_a_zipped_file_too(task: Trajectory, tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl.gz"
    path.write_bytes(gzip.compress((encode(rl.render(task)) + b"\n") * 2))
    assert [b for _, b in rl.read_tasks(path)] == [task.blueprint] * 2


@pytest.mark.parametrize(
    "row",
    [
        3,
        {},
        {"id": 1, "prompt": [], "tools": "[]", "blueprint": "{}"},
        {"id": "x", "prompt": [], "tools": "[]", "blueprint": "{broken"},
        {"id": "x", "prompt": [], "tools": "[]", "blueprint": '{"task": 3}'},
        {"id": "x", "prompt": [], "tools": "[]", "blueprint": "[" * 5000},
        {"messages": []},
    ],
)
def test_a_line_that_is_no_task_is_told_with_its_number(row: Any, tmp_path: Path) -> None:
    path = tmp_path / "tasks.jsonl"
    path.write_text("\n" + json.dumps(row) + "\n")
    with pytest.raises(BadInput, match=r"line 2 is no task: .*; write tasks with: buttonup export"):
        list(rl.read_tasks(path))
