from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.formats import elements as module
from buttonup.formats.elements import elements

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from('" \\ [ ] { } ,'.split()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    rows=st.lists(VALUES, min_size=1, max_size=5),
    chunk=st.integers(1, 40),
    indent=st.none() | st.just(1),
)
def test_an_array_is_cut_at_its_own_commas_wherever_the_reading_stops(
    rows: list[object], chunk: int, indent: int | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("array") / "rows.json"
    path.write_text(json.dumps(rows, indent=indent), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK", chunk)
        cut = list(elements(path))
    assert [number for number, _ in cut] == list(range(1, len(rows) + 1))
    assert [json.loads(element) for _, element in cut] == rows


def test_lines_keep_their_numbers_where_some_are_blank(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b"\n\xef\xbb\xbf{}\n \n{}\n")
    assert [number for number, _ in elements(path)] == [2, 4]


def test_what_stands_behind_an_array_is_an_element_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_bytes(b'[{"a": 1}] and more')
    assert [element.strip() for _, element in elements(path)] == [b'{"a": 1}', b"and more"]


def test_an_array_that_is_cut_off_gives_what_is_whole_and_the_rest_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_bytes(b'[{"a": 1}, {"b": "x')
    assert [element.strip() for _, element in elements(path)] == [b'{"a": 1}', b'{"b": "x']


@pytest.mark.parametrize("endless", [b"[", b"x"])
def test_a_row_that_never_ends_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endless: bytes
) -> None:
    monkeypatch.setattr(module, "LARGEST", 5_000_000)
    path = tmp_path / "rows.json"
    path.write_bytes(endless * 8_000_000)
    with pytest.raises(BadInput, match="a row without an end"):
        list(elements(path))


def test_a_large_array_is_read_in_little_memory(tmp_path: Path) -> None:
    row = json.dumps({"text": "word " * 200}).encode()
    path = tmp_path / "rows.json.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"[" + row + (b", " + row) * 39_999 + b"]")  # 40 MB, and one line
    tracemalloc.start()
    try:
        assert sum(1 for _ in elements(path)) == 40_000
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
