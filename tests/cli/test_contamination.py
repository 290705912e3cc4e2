from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., Any]
Chats = Callable[..., Path]


def test_contamination_ends_with_3_when_there_is_a_hit_and_with_0_when_there_is_none(
    buttonup: Command, chats: Chats, tmp_path: Path
) -> None:
    task = "Find the area of a triangle with a base of 10 units and a height of 5 units."
    (tmp_path / "bench.txt").write_text(task)
    chats(tmp_path / "clean.jsonl", "Hire a bike for me in Ghent, please, for two days.")
    chats(tmp_path / "dirty.jsonl", f"Please help. {task}")
    clean = buttonup("contamination", "clean.jsonl", "--against", "bench.txt")
    assert (clean.status, clean.err) == (0, "")
    words = ["contamination", "dirty.jsonl", "--against", "bench.txt", "--out", "told.json"]
    dirty = buttonup(*words)
    assert dirty.status == 3
    assert "hit 1.00: bench.txt:1" in dirty.out
    told = json.loads((tmp_path / "told.json").read_text())
    assert (told["clean"], told["against"][0]["files"][0]["requests"]) == (False, 1)
    assert (buttonup(*words).status, buttonup(*words, "--force").status) == (2, 3)
