from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buttonup.store.marks import Change, Marks, sample_key

Command = Callable[..., Any]
Files = Callable[[Path], dict[str, bytes]]


@pytest.mark.parametrize("name", ["button", "openai", "sharegpt", "hermes", "ms-swift"])
def test_an_export_passes_the_check_and_is_not_overwritten(
    name: str, buttonup: Command, files: Files, made: Path, tmp_path: Path
) -> None:
    words = ("export", "run", "--format", name, "--out", "data.jsonl")
    first = buttonup(*words)
    assert (first.status, first.out) == (0, f"5 samples to data.jsonl ({name})\n")
    checked = buttonup("check", "data.jsonl")
    assert checked.status == 0
    assert "5 lines, 5 pass all" in checked.out
    before = files(tmp_path)
    again = buttonup(*words)
    assert again.status == 2
    assert "data.jsonl exists" in again.told
    assert files(tmp_path) == before
    assert buttonup(*words, "--force").status == 0


def test_an_export_may_be_parted_into_splits_and_shards(
    buttonup: Command, made: Path, tmp_path: Path
) -> None:
    words = ("export", "run", "--format", "trl", "--out", "data.jsonl", "--shards", "2")
    done = buttonup(*words, "--split-by", "0.5,0.5")
    assert done.status == 0
    counts = {name: int(n) for n, name in re.findall(r"(?m)^  (\d+) (\w+)$", done.out)}
    assert set(counts) == {"train", "test"}
    assert sum(counts.values()) == 5
    for split, n in counts.items():
        files = sorted(tmp_path.glob(f"data-{split}-0000?-of-00002.jsonl"))
        assert sum(len(file.read_text().splitlines()) for file in files) == n
    assert buttonup(*words, "--split-by", "0.5,0.5").status == 2


def test_an_export_against_a_benchmark_has_its_certificate_beside_it(
    buttonup: Command, tmp_path: Path
) -> None:
    buttonup("run", "-n", 2, "--tools", "worlds:library", "--out", "r", "-q")
    words = ["export", "r", "--format", "openai", "--out", "x.jsonl", "--against"]
    assert "there is no benchmark" in buttonup(*words, "absent").told
    assert not (tmp_path / "x.jsonl").exists()
    (tmp_path / "bench.txt").write_text("Find the area of a triangle with a base of 10 units.")
    assert buttonup(*words, "bench.txt").status == 0
    told = json.loads((tmp_path / "x.jsonl.contamination.json").read_text())
    assert (told["file"], told["samples"], told["clean"]) == ("x.jsonl", 2, True)


def test_an_export_of_what_is_marked_and_labelled_has_just_that(
    buttonup: Command, made: Path, tmp_path: Path
) -> None:
    marks, lines = Marks(tmp_path / "run" / "marks.jsonl"), (made / "accepted.jsonl").read_bytes()
    first, second, third, *_ = map(sample_key, lines.splitlines())
    marks.change(first, Change(mark="keep", label="short"))
    marks.change(second, Change(mark="drop"))
    marks.change(third, Change(mark="keep"))

    def rows(*words: str) -> int:
        done = buttonup("export", "run", "--format", "trl", "--out", "o.jsonl", "--force", *words)
        assert done.status == 0
        assert ("not_chosen" in done.err) == bool(words)
        return len((tmp_path / "o.jsonl").read_bytes().splitlines())

    assert rows() == 5
    assert rows("--marked", "keep") == 2
    assert rows("--not-marked", "drop") == 4
    assert rows("--marked", "keep", "--label", "short") == 1
    wrong = buttonup("export", "run", "--format", "trl", "--out", "n.jsonl", "--label", "long")
    assert wrong.status == 2
    assert "labelled 'long'" in wrong.told
    assert not (tmp_path / "n.jsonl").exists()
