from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


def test_a_config_for_another_trainer_is_written_and_not_trained(
    buttonup: Command, made: Path, tmp_path: Path
) -> None:
    buttonup("export", "run", "--format", "openai", "--out", "data.jsonl")
    words = ("train", "data.jsonl", "--out", "config.yaml", "--write-config", "axolotl")
    done = buttonup(*words, "--model", "me/small")
    assert (done.status, done.out) == (0, "config.yaml\n")
    assert "me/small" in (tmp_path / "config.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--set", "speed=3"), "unknown field `speed`"),
        (("--set", "speed"), "write it as KEY=VALUE"),
        (("--epochs", "many"), "is not a valid float"),
        (("--recipe", "none.toml"), "cannot read none.toml"),
    ],
)
def test_a_training_that_cannot_be_is_told_in_one_line_and_leaves_nothing(
    buttonup: Command, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "data.jsonl").write_text("")
    done = buttonup("train", "data.jsonl", "--out", "out", *words)
    assert (done.status, done.out) == (2, "")
    assert told in done.told
    assert not (tmp_path / "out").exists()
