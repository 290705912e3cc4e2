from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


def test_your_tools_are_listed_with_what_is_doubtful_in_them(
    buttonup: Command, tmp_path: Path
) -> None:
    pytest.importorskip("docstring_parser", reason="the extra `tools` is not installed")
    (tmp_path / "shop.py").write_text(
        "print('junk')\n"
        "def find(kind: str) -> list[str]:\n    'Find pets.'\n    return [kind]\n"
        "def sell(kind): ...\n",
        "utf-8",
    )
    (tmp_path / "more.json").write_text('[{"name": "find"}]', "utf-8")
    done = buttonup("tools", "python:shop.py", "json:more.json")
    assert done.status == 0
    for told in (
        "find(kind: string) -> [string]   unknown",
        "more_find()   simulated",
        "? no_description, untyped:kind",
        "3 tools (2 unknown, 1 simulated)",
    ):
        assert told in done.out
    assert "junk" not in done.out
    shown = buttonup("tools", "python:shop.py", "--exclude", "se*", "--json").out
    (find,) = json.loads(shown)
    assert (find["name"], find["doubts"]) == ("find", ["undescribed:kind"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("tools",), "Missing argument 'SOURCE...'"),
        (("tools", "shop.py"), "'shop.py' is no source of tools; write json:…"),
        (("tools", "json:none.json"), "cannot read none.json: No such file or directory"),
        (("tools", "json:a.json", "--include", "x"), "no tool is called 'x'; there are a, …"),
        (("tools", "json:a.json", "--out", "b.toml"), "--out is for what a model proposes"),
        (("tools", "json:a.json", "--overlay", "none.toml"), "cannot read none.toml"),
        (("tools", "json:a.json", "--teacher", "m", "--json"), "--json and --teacher together"),
    ],
)
def test_tools_that_cannot_be_listed_are_told_in_one_line(
    buttonup: Command, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "a.json").write_text('[{"name": "a"}]', "utf-8")
    done = buttonup(*words)
    assert (done.status, done.out) == (2, "")
    assert told in done.told
