from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.view.conftest import ACCEPTED, REJECTED

from buttonup.errors import BadInput
from buttonup.records import Sample, decode
from buttonup.view.filters import MEASURES, SORTS, Filter, Measure, Range
from buttonup.view.index import build, reading, tables
from buttonup.view.index.reading import Chosen, Index, Listed
from buttonup.view.sources import open_source

ALL = ACCEPTED + REJECTED


@pytest.fixture(scope="module")
def index(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    source = replace(open_source(made), index=tmp_path_factory.mktemp("index") / "i.sqlite")
    with closing(tables.opened(source.index)) as db:
        build.fill(db, source)
    return Index(source)


def every(index: Index, f: Filter, *, back: bool = False) -> list[Listed]:
    """Go through all pages of a filter, one way or the other."""
    rows: list[Listed] = []
    page = index.page(f, back=back)
    while page.rows:
        rows = [*page.rows, *rows] if back else [*rows, *page.rows]
        edge = rows[0] if back else rows[-1]
        if not (page.before if back else page.after):
            break
        page = index.page(f, at=edge.id, back=back)
    return rows


@pytest.mark.parametrize("sort", SORTS)
def test_pages_one_after_the_other_are_the_whole_list_in_order_both_ways(
    index: Index, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 7)
    f, by = Filter(sort=sort), sort.lstrip("-") or "id"
    rows = every(index, f)
    assert rows == every(index, f, back=True)
    assert len({row.id for row in rows}) == len(rows) == ALL
    values = [(getattr(row, by), row.id) for row in rows]
    assert values == sorted(values, reverse=sort.startswith("-"))


@given(st.sampled_from(MEASURES), st.integers(0, 12), st.integers(0, 12))
def test_a_range_lets_through_just_what_lies_in_it(
    index: Index, of: Measure, low: int, high: int
) -> None:
    f = Filter(within=(Range(of, low, high),))
    inside = [row for row in every(index, Filter()) if low <= getattr(row, of) <= high]
    assert every(index, f) == inside
    assert index.count(f).count == len(inside)


def test_conditions_narrow_one_another_and_are_counted(index: Index) -> None:
    world = index.tallied("world", 1)[0]
    here = Filter(has=(("world", world.value),))
    assert index.count(here).count == world.all == len(every(index, here))
    both = Filter(has=(("world", world.value), ("status", "rejected")))
    assert index.count(both).count == world.others == len(every(index, both))


def test_words_are_found_wherever_they_are_said_and_signs_alone_nowhere(index: Index) -> None:
    row = index.page(Filter()).rows[0]
    line = decode(index.line(row.id), Sample)
    name = line.trajectory.blueprint.plan[0].calls[0].function
    found = every(index, Filter(words=f'"{name}"'))
    assert row in found
    assert index.count(Filter(words=name.upper())).count >= len(found)
    assert index.page(Filter(words="' \" * (")).rows == ()
    assert index.count(Filter(words="?!")).count == 0


def test_a_line_is_read_again_from_its_place(index: Index, made: Path) -> None:
    lines = (made / "accepted.jsonl").read_bytes().splitlines(keepends=True)
    assert index.line(index.source.id_of("accepted-5")) == lines[4]


def test_a_line_of_a_file_that_has_changed_is_not_shown_for_another(run: Path) -> None:
    source = open_source(run)
    with closing(tables.opened(source.index)) as db:
        build.fill(db, source)
    lines = (run / "accepted.jsonl").read_bytes().splitlines(keepends=True)
    (run / "accepted.jsonl").write_bytes(b"".join(reversed(lines)))
    with pytest.raises(BadInput, match="has changed"):
        Index(source).line(1)
    (run / "accepted.jsonl").unlink()
    with pytest.raises(BadInput, match="cannot be read"):
        Index(source).line(1)


def test_what_is_beside_a_sample_depends_on_the_list(index: Index) -> None:
    at = index.source.id_of("rejected-1")
    assert index.beside(Filter(), at) == [ACCEPTED, at + 1]
    assert index.beside(Filter(has=(("status", "rejected"),)), at) == [None, at + 1]


def test_samples_a_person_chose_are_in_the_list_or_left_out(index: Index) -> None:
    rows = every(index, Filter())
    ids = index.ids_of([rows[3].key, rows[5].key, 12345])
    assert ids == (rows[3].id, rows[5].id)
    assert [row.id for row in index.page(Filter(), Chosen(ids)).rows] == list(ids)
    assert index.count(Filter(), Chosen(ids)).count == 2
    assert index.count(Filter(), Chosen(ids, inside=False)).count == ALL - 2


def test_a_sample_that_is_not_there_is_told(index: Index) -> None:
    for asked in (index.line, index.listed):
        with pytest.raises(BadInput, match="accepted-999"):
            asked(index.source.id_of("accepted-999"))
