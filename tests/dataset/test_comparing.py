from __future__ import annotations

import json
from pathlib import Path

import pytest

from buttonup import contamination, dedup
from buttonup.errors import BadInput
from buttonup.overlap import Certificate
from buttonup.records import decode


def chats(path: Path, *requests: str) -> Path:
    """Write a dataset, a row a request."""
    rows = [{"messages": [{"role": "user", "content": r}], "tools": []} for r in requests]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def test_the_certificate_that_is_written_is_the_one_that_is_given(tmp_path: Path) -> None:
    data = chats(tmp_path / "data.jsonl", "Hire a bike for me in Ghent, please, for two days.")
    (tmp_path / "bench.txt").write_text("Find the area of a triangle with a base of 10 units.")
    out = tmp_path / "told.json"
    told = contamination(data, [str(tmp_path / "bench.txt")], out)
    assert told.clean
    assert decode(out.read_bytes(), Certificate) == told
    with pytest.raises(BadInput, match="exists"):
        contamination(data, ["nowhere"], out)


def test_what_is_nearly_the_same_is_kept_once(tmp_path: Path) -> None:
    data = chats(tmp_path / "data.jsonl", "Hire bike BK-1 today.", "Hire bike BK-1 today.", "Hi.")
    done = dedup(data, tmp_path / "kept.jsonl", by="exact")
    assert (done.kept, done.dropped) == (2, 1)
