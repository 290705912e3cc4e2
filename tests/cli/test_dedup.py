from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., Any]
Chats = Callable[..., Path]


def test_dedup_keeps_the_first_and_says_where_the_others_are(
    buttonup: Command, chats: Chats, tmp_path: Path
) -> None:
    path = chats(tmp_path / "data.jsonl", "Hire bike BK-1 today.", "Hire bike BK-2 tomorrow.")
    done = buttonup("dedup", path, "--by", "exact", "--out", "kept.jsonl")
    assert (done.status, done.err) == (0, "")
    assert "1 requests kept, in kept.jsonl" in done.out
    assert len((tmp_path / "kept.jsonl").read_text().splitlines()) == 1
    [gone] = (tmp_path / "kept.jsonl.dropped.jsonl").read_text().splitlines()
    assert json.loads(gone)["twin_line"] == 1
    again = buttonup("dedup", path, "--by", "exact", "--out", "kept.jsonl")
    assert (again.status, "exists" in again.told) == (2, True)
