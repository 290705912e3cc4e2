from __future__ import annotations

import sqlite3
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.view.filters import (
    KINDS,
    MARKED,
    MEASURES,
    SORTS,
    Filter,
    Range,
    as_match,
    as_query,
    as_sql,
    read_filter,
    tag,
)

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
TOLD = WORDS.filter(str.strip)
BOUNDS = st.none() | st.integers(0, 10**6).map(float)


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    has = draw(st.lists(st.tuples(st.sampled_from(KINDS), TOLD), unique=True, max_size=4))
    measures = draw(st.lists(st.sampled_from(MEASURES), unique=True, max_size=3))
    ranges = [Range(of, draw(BOUNDS), draw(BOUNDS)) for of in sorted(measures, key=MEASURES.index)]
    return Filter(
        words=draw(st.just("") | TOLD),
        has=tuple(sorted(has, key=lambda one: KINDS.index(one[0]))),
        within=tuple(r for r in ranges if (r.low, r.high) != (None, None)),
        mark=draw(st.sampled_from(["", *MARKED])),
        labels=tuple(draw(st.lists(TOLD, unique=True, max_size=2))),
        sort=draw(st.sampled_from(SORTS)),
    )


@given(filters())
def test_a_filter_is_read_back_from_its_address(f: Filter) -> None:
    assert read_filter(parse_qsl(as_query(f))) == f


@given(filters())
def test_every_filter_is_a_query_that_the_index_understands(f: Filter) -> None:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE fts USING fts5(said, tags, content='', columnsize=0)")
    db.execute("CREATE TABLE sample(id INT, calls INT, turns INT, messages INT, tokens INT, score)")
    where, values, searched = as_sql(f)
    tables = "fts CROSS JOIN sample" if searched else "sample"
    found = f"SELECT 1 FROM {tables} WHERE {' AND '.join(where) or '1'}"
    assert db.execute(found, values).fetchall() == []


def test_a_filter_that_says_nothing_is_an_empty_address() -> None:
    assert as_query(Filter()) == ""
    assert read_filter([("q", ""), ("world", " "), ("calls.from", "")]) == Filter()


def test_words_are_searched_each_several_in_a_row_or_by_their_beginning() -> None:
    assert as_match(Filter(words="book table")) == '{said} : ("book" AND "table")'
    assert as_match(Filter(words='"book a table"')) == '{said} : ("book a table")'
    assert as_match(Filter(words="book tab*")) == '{said} : ("book" AND "tab*"*)'
    assert as_match(Filter(words="a OR NOT")) == '{said} : ("a" AND "OR" AND "NOT")'


def test_what_a_sample_has_is_a_word_that_no_value_can_break_out_of() -> None:
    hostile = tag("world", 'x" OR said : "y')
    assert hostile.isalnum()
    assert hostile != tag("function", 'x" OR said : "y')


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("colour", "red", "there is no filter 'colour'"),
        ("calls.from", "many", "write a number"),
        ("calls.from", "-1", "write a number"),
        ("height.from", "1", "there is no filter"),
        ("sort", "colour", "choose one of"),
        ("mark", "maybe", "keep, drop, star, none"),
    ],
)
def test_a_wrong_address_is_told_in_one_line(key: str, value: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        read_filter([(key, value)])
