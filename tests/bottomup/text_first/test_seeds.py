from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.bottomup.text_first import seeds
from buttonup.bottomup.text_first.seeds import Seed, read_seeds
from buttonup.errors import BadInput
from buttonup.records import Rejection

SHAREGPT = {
    "conversations": [
        {"from": "human", "value": " Find me a plumber "},
        {"from": "gpt", "value": "Where?"},
        {"from": "human", "value": "In Leeds"},
    ]
}
OPENAI = {
    "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "Book a table"}]},
    ]
}
GLAIVE = {
    "system": "SYSTEM: You may call",
    "chat": "USER: What is on tonight?\n\n\nASSISTANT: A film.\n\n\nUSER: Two seats, please.",
}
QUERY = {"id": 7, "query": "Convert a currency", "available_tools": [{"name": "x"}]}


def lines(path: Path, *rows: Any) -> Path:
    path.write_text("".join(f"{r if isinstance(r, str) else json.dumps(r)}\n" for r in rows))
    return path


def test_every_form_of_conversation_gives_what_the_user_said(tmp_path: Path) -> None:
    path = lines(tmp_path / "seeds.jsonl", SHAREGPT, OPENAI, GLAIVE, QUERY)
    assert list(read_seeds(path)) == [
        Seed(line=1, text="Find me a plumber\nIn Leeds"),
        Seed(line=2, text="Book a table"),
        Seed(line=3, text="What is on tonight?\nTwo seats, please."),
        Seed(line=4, text="Convert a currency"),
    ]


def test_a_json_list_and_gzip_are_read_like_lines(tmp_path: Path) -> None:
    path = tmp_path / "seeds.json.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbf" + json.dumps([SHAREGPT, QUERY]).encode()))
    assert [seed.line for seed in read_seeds(path) if isinstance(seed, Seed)] == [1, 2]


def test_a_bad_line_is_a_rejection_with_its_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    deep = "[" * 100_000
    path = lines(tmp_path / "s.jsonl", QUERY, "{torn", "", '{"a": 1}', '"word"', deep, SHAREGPT)
    found = list(read_seeds(path))
    rejected = [r for r in found if isinstance(r, Rejection)]
    assert [r.reason for r in rejected] == [
        "not_json",
        "not_a_conversation",
        "not_a_conversation",
        "not_json",
    ]
    assert [r.detail.split(":")[0] for r in rejected] == ["line 2", "line 4", "line 5", "line 6"]
    assert [s.line for s in found if isinstance(s, Seed)] == [1, 7]


def test_a_conversation_in_which_the_user_is_silent_is_rejected(tmp_path: Path) -> None:
    path = lines(tmp_path / "s.jsonl", {"messages": [{"role": "user", "content": " "}]}, QUERY)
    first = next(read_seeds(path))
    assert isinstance(first, Rejection)
    assert first.reason == "no_user"


def test_a_huge_line_is_skipped_and_long_words_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeds, "LONGEST_LINE", 300)
    path = lines(tmp_path / "s.jsonl", {"query": "x" * 1000}, {"query": "y" * 100}, QUERY)
    huge, cut, last = read_seeds(path, longest=10)
    assert isinstance(huge, Rejection)
    assert huge.reason == "too_long"
    assert cut == Seed(line=2, text="y" * 10)
    assert last == Seed(line=3, text="Convert a")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.jsonl", None, "no seed file"),
        ("empty.jsonl", b"", "is empty"),
        ("blank.jsonl", b"\n \n", "no seed conversation"),
        ("other.jsonl", b'{"a": 1}\n', "no seed conversation"),
        ("list.json", b'[{"query": "a"},', "is broken"),
        ("torn.gz", gzip.compress(b'{"query": "a"}\n' * 99, mtime=0)[:-9], "can't be read"),
        ("bin.jsonl", bytes(range(256)), "no seed conversation"),
    ],
)
def test_a_file_without_seeds_is_the_users_to_mend(
    tmp_path: Path, name: str, content: bytes | None, says: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=says) as raised:
        list(read_seeds(path))
    assert "\n" not in str(raised.value)
    assert name in str(raised.value)


def test_a_missing_file_is_said_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        read_seeds(tmp_path / "none.jsonl")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["messages", "conversations", "chat", "query", "role", "content"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_record_is_a_seed_or_a_rejection(record: Any) -> None:
    seed = seeds._seed(1, json.dumps(record).encode(), 50)
    assert isinstance(seed, Rejection) or (0 < len(seed.text) <= 50)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_seed_or_a_rejection(raw: bytes) -> None:
    assert isinstance(seeds._seed(1, raw, 50), Seed | Rejection)
