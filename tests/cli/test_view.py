from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nowhere",), "there is no file or folder nowhere"),
        ((".",), "holds no run"),
        (("run", "run", "run"), "give one, or two to be compared"),
        (("empty.jsonl",), "empty.jsonl is empty"),
        (("noise.jsonl",), "holds no row in a known format"),
        (("run", "--tokenizer", "nowhere"), "nowhere"),
        (("run", "--port", "99999"), "99999"),
        ((), "RUN_OR_FILE"),
    ],
)
def test_what_cannot_be_looked_at_is_told_in_one_line(
    buttonup: Command, made: Path, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "noise.jsonl").write_text("hello\n" * 30)
    done = buttonup("view", *words, "--no-browser")
    assert (done.status, done.out) == (2, "")
    assert told in done.told


def test_without_the_extra_it_says_what_to_install(
    buttonup: Command, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "starlette", None)
    done = buttonup("view", "run", "--no-browser")
    assert done.status == 2
    assert 'pip install "buttonup[view]"' in done.told
