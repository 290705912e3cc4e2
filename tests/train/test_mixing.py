"""Shares come out as asked, by the seed, and no row is shown twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.errors import BadInput
from buttonup.train.mixing import Other, drawn, hold_back


@given(st.integers(1, 2000), st.integers(0, 100), st.integers())
def test_what_is_held_back_is_not_learnt_and_nothing_is_lost(n: int, most: int, seed: int) -> None:
    learnt, held = hold_back(range(n), most, seed)
    assert sorted((*learnt, *held)) == list(range(n))
    assert len(held) == min(most, n // 10)
    assert hold_back(range(n), most, seed) == (learnt, held)


@given(st.integers(50, 500), st.floats(0.01, 0.45), st.floats(0.01, 0.45), st.integers())
def test_each_source_has_its_share_of_all_rows(n: int, one: float, two: float, seed: int) -> None:
    there = range(100_000)
    got = drawn(n, {"one": Other(there, one), "two": Other(there, two)}, seed)
    whole = n + sum(map(len, got.values()))
    assert abs(len(got["one"]) / whole - one) <= 1 / n
    assert abs(len(got["two"]) / whole - two) <= 1 / n
    assert all(len(set(rows)) == len(rows) for rows in got.values())


def test_other_rows_are_drawn_by_another_seed() -> None:
    others = {"one": Other(range(1000), 0.5)}
    assert drawn(100, others, 0) == drawn(100, others, 0) != drawn(100, others, 1)


def test_a_share_that_a_source_cannot_fill_is_refused_and_the_one_it_can_is_named() -> None:
    with pytest.raises(BadInput, match=r"one has 10 rows.* takes 100.* at most 0\.090"):
        drawn(100, {"one": Other(range(10), 0.5)}, 0)
    assert len(drawn(100, {"one": Other(range(10), 0.09)}, 0)["one"]) == 10
