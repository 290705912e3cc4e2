from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.judge.agreement import Agreement, Coincidences

units = st.lists(st.lists(st.integers(1, 5), max_size=5), max_size=8)


def counted(votes: list[list[int]]) -> Coincidences:
    met = Coincidences()
    for unit in votes:
        met.add(unit)
    return met


def test_the_example_of_krippendorff_gives_his_ordinal_alpha() -> None:
    """Four observers, twelve units, data missing: 0.815 in "Computing Krippendorff's …" (2011)."""
    observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]
    votes = [[v for v in unit if v] for unit in zip(*observers, strict=True)]
    assert counted(votes).agreement().alpha == pytest.approx(0.815, abs=5e-4)


def test_one_vote_tells_nothing_of_agreement() -> None:
    assert counted([[3], [], [5]]).agreement() == Agreement()


def test_votes_that_are_all_the_same_agree_and_leave_alpha_open() -> None:
    assert counted([[4, 4], [4, 4, 4]]).agreement() == Agreement(2, 1.0, None)


def test_the_share_within_one_is_the_mean_over_what_was_voted_on() -> None:
    assert counted([[1, 2], [1, 5, 5]]).agreement().within_one == pytest.approx(2 / 3, abs=1e-4)


@given(units, units)
def test_counted_in_parts_it_is_the_same(first: list[list[int]], second: list[list[int]]) -> None:
    parts = counted(first)
    parts.join(counted(second))
    whole, joined = counted(first + second).agreement(), parts.agreement()
    assert joined.units == whole.units
    assert joined.within_one == pytest.approx(whole.within_one)
    assert joined.alpha == pytest.approx(whole.alpha, abs=1e-3)


@given(units)
def test_alpha_is_never_above_one_and_one_only_where_all_agree(votes: list[list[int]]) -> None:
    alpha = counted(votes).agreement().alpha
    pairs = [unit for unit in votes if len(unit) > 1]
    if alpha is not None:
        assert alpha <= 1
        assert (alpha == 1) == all(len(set(unit)) == 1 for unit in pairs)
