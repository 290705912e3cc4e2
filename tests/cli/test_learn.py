from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("own_tools")


def test_learning_writes_a_file_and_says_what_to_look_at(buttonup: Command, tmp_path: Path) -> None:
    done = buttonup("learn", "python:shop.py")
    assert (done.status, done.err) == (0, "")
    assert "Written to learned.toml" in done.out
    assert "cancel_order" in done.out
    assert "[functions.get_order]" in (tmp_path / "learned.toml").read_text()


def test_as_json_it_is_one_object_with_all_that_was_learned(buttonup: Command) -> None:
    told = json.loads(buttonup("learn", "python:shop.py", "--json").out)
    assert told["learned"]["functions"]["get_order"]["gives"] == "one"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["learn"], "Missing argument"),
        (["learn", "ftp:shop"], "no source of tools"),
        (["learn", "worlds:library"], "only tools of your own"),
        (["learn", "python:shop.py", "--include", "nothing_*"], "no tool is called"),
        (["learn", "python:shop.py", "--learned", "gone.toml"], "cannot read gone.toml"),
        (["learn", "python:shop.py", "--sample", "-1"], "sample"),
        (["learn", "python:shop.py", "--teacher", "m", "--budget", "1"], "no price|needs prices"),
    ],
)
def test_what_cannot_be_learned_is_refused_in_one_line(
    buttonup: Command, tmp_path: Path, words: list[str], told: str
) -> None:
    done = buttonup(*words)
    assert done.status == 2
    assert any(part in done.told for part in told.split("|"))
    assert not (tmp_path / "learned.toml").exists()
