from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


def test_a_dry_push_lists_what_would_be_sent(buttonup: Command, made: Path, tmp_path: Path) -> None:
    buttonup("export", "run", "--format", "openai", "--out", "data.jsonl")
    done = buttonup("push", "data.jsonl", "me/data", "--dry-run")
    assert done.status == 0
    *rows, last = done.out.splitlines()
    assert last == "would go to me/data"
    sizes = {name: int(size) for size, name in map(str.split, rows)}
    assert sizes["data.jsonl"] == (tmp_path / "data.jsonl").stat().st_size
    assert set(sizes) == {"data.jsonl", "README.md"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("none.jsonl", "me/data"), "none"),
        (("run", "me/data"), "run"),
        (("run/accepted.jsonl", "../data"), "../data"),
    ],
)
def test_what_is_no_export_or_no_name_is_not_sent(
    buttonup: Command, made: Path, words: tuple[str, ...], told: str
) -> None:
    done = buttonup("push", *words, "--dry-run")
    assert (done.status, done.out) == (2, "")
    assert told in done.told
