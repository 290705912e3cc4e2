from __future__ import annotations

from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.formats.layout import Layout, place


def test_one_whole_is_the_path_itself() -> None:
    assert Layout().files(Path("a/data.jsonl")) == {"": [Path("a/data.jsonl")]}


def test_files_are_named_by_split_and_shard() -> None:
    files = Layout((0.9, 0.1), shards=2).files(Path("data.parquet"))
    assert [path.name for path in files["test"]] == [
        "data-test-00000-of-00002.parquet",
        "data-test-00001-of-00002.parquet",
    ]


@pytest.mark.parametrize(
    ("shares", "shards"),
    [((1.0,), 1), ((0.5, 0.4), 1), ((1.5, -0.5), 1), ((0.25,) * 4, 1), ((), 0), ((), 100_000)],
)
def test_what_is_no_part_of_a_whole_is_bad_input(shares: tuple[float, ...], shards: int) -> None:
    with pytest.raises(BadInput):
        Layout(shares, shards)


def test_shares_are_kept_to_over_many_tasks() -> None:
    layout = Layout((0.8, 0.1, 0.1))
    found = [layout.split(place(f"task {n}")) for n in range(5000)]
    for split, share in zip(layout.splits, layout.shares, strict=True):
        assert abs(found.count(split) / 5000 - share) < 0.02
