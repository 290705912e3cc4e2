"""An ablation changes what it says, and nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from experiments.changes import read, write

from buttonup import export, make, negatives, read_recipe

Row = dict[str, Any]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("changes")
    asyncio.run(make(read_recipe(Path("recipes/short.toml"), {"n": 60}), folder / "run"))
    export(folder / "run", "openai", folder / "whole.jsonl")
    asyncio.run(negatives(folder / "run", folder / "pairs.jsonl"))
    return folder


def changed(made: Path, change: str) -> list[Row]:
    write(change, made / "whole.jsonl", made / "pairs.jsonl", made / "changed.jsonl", 0)
    return list(read(made / "changed.jsonl"))


def test_one_shot_ends_with_the_first_turn_of_the_assistant(made: Path) -> None:
    rows = changed(made, "one_shot")
    assert len(rows) == 60
    for row, whole in zip(rows, read(made / "whole.jsonl"), strict=True):
        roles = [message["role"] for message in row["messages"]]
        assert roles.count("assistant") == 1
        assert roles[-1] == "assistant"
        assert row["messages"] == whole["messages"][: len(roles)]
        assert row["tools"] == whole["tools"]


def test_some_rows_have_a_made_up_argument_and_the_others_are_as_they_were(made: Path) -> None:
    whole = list(read(made / "whole.jsonl"))
    other = [row for row in changed(made, "made_up") if row not in whole]
    assert 2 <= len(other) <= 30
    rejected = [pair["rejected"] for pair in read(made / "pairs.jsonl")]
    assert all(any(row["messages"][-len(r) :] == r for r in rejected) for row in other)


def test_a_share_is_of_the_first_rows(made: Path) -> None:
    whole = list(read(made / "whole.jsonl"))
    assert changed(made, "quarter") == whole[:15]
    assert changed(made, "three_quarters") == whole[:45]
