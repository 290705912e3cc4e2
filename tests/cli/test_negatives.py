from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., Any]


def test_negatives_are_counted_by_what_is_wrong_in_one_line(
    buttonup: Command, made: Path, tmp_path: Path
) -> None:
    words = ("negatives", "run", "--out", "pairs.jsonl")
    first = buttonup(*words)
    assert first.status == 0
    rows = [json.loads(line) for line in (tmp_path / "pairs.jsonl").read_text().splitlines()]
    counts = Counter(row["corruption"] for row in rows)
    told = ", ".join(f"{name} {counts[name]}" for name in sorted(counts))
    assert first.out == f"{len(rows)} pairs to pairs.jsonl: {told}\n"
    assert buttonup(*words).status == 2
    assert buttonup(*words, "--force").status == 0
