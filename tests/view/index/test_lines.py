from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.view.index.lines import line_at, lines_from

LINES = st.lists(st.binary(max_size=8).filter(lambda line: b"\n" not in line), max_size=8)


@given(LINES, st.integers(0, 8))
def test_from_any_line_on_the_same_lines_stand_in_the_same_places(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], some: int
) -> None:
    path = tmp_path_factory.mktemp("lines") / "file"
    path.write_bytes(b"\n".join(lines))
    every = list(lines_from(path, 1, 0, torn=True))
    assert [line_at(path, p.start, len(p.line)) for p in every] == [p.line for p in every]
    assert [p.line.strip() for p in every] == [line.strip() for line in lines if line.strip()]
    for last in every[some : some + 1]:
        on = lines_from(path, last.number + 1, last.start + len(last.line), torn=True)
        assert list(on) == every[some + 1 :]


def test_a_line_that_is_still_being_written_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"one\n\ntwo")
    assert [p.line for p in lines_from(path, 1, 0, torn=False)] == [b"one\n"]
    assert [(p.number, p.line) for p in lines_from(path, 1, 0, torn=True)][-1] == (3, b"two")
