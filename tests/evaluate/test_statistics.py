"""Intervals and tests of evaluation give what their sources do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.evaluate.statistics import (
    difference,
    mcnemar,
    mean_difference,
    mean_interval,
    pass_hat,
    sign_flips,
)


def test_an_interval_of_nothing_is_all_there_is() -> None:
    assert mean_interval([0.5]) == (0.0, 1.0)
    assert difference(0, 0, 0) == (-1.0, 1.0)


def test_the_mean_of_equal_tasks_has_no_spread() -> None:
    assert mean_interval([0.5, 0.5, 0.5]) == (0.5, 0.5)
    assert mean_interval([0.0, 1.0]) == (0.0, 1.0)


def test_pass_hat_is_the_share_of_draws_that_all_pass() -> None:
    assert [pass_hat(2, 4, k) for k in (1, 2, 3)] == pytest.approx([0.5, 1 / 6, 0.0])


def test_mcnemar_is_a_fair_coin() -> None:
    assert mcnemar(0, 5) == pytest.approx(2 / 32)
    assert mcnemar(1, 9) == pytest.approx(22 / 1024)
    assert mcnemar(3, 3) == 1.0
    assert mcnemar(0, 0) == 1.0


@given(st.integers(0, 50), st.integers(0, 50))
def test_neither_side_is_favoured(a: int, b: int) -> None:
    assert mcnemar(a, b) == mcnemar(b, a)
    low, high = difference(a, b, 100)
    assert (-high, -low) == pytest.approx(difference(b, a, 100))
    assert low <= high


def test_sign_flips_of_whole_passes_are_mcnemars_coin() -> None:
    for a, b in ((0, 5), (1, 9), (3, 3), (0, 0)):
        assert sign_flips([-1.0] * a + [1.0] * b + [0.0] * 40) == pytest.approx(mcnemar(a, b))


def test_drawn_signs_agree_with_all_of_them() -> None:
    few, many = [0.5] * 10 + [-0.5] * 4, [0.5] * 20 + [-0.5] * 8
    assert sign_flips(few) == pytest.approx(mcnemar(4, 10), abs=1e-9)
    assert sign_flips(many) == pytest.approx(mcnemar(8, 20), abs=0.01)


def test_half_a_pass_weighs_half() -> None:
    assert sign_flips([1.0] * 3 + [-0.5] * 3) < sign_flips([1.0] * 3 + [-1.0] * 3)


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]), min_size=1, max_size=10))
def test_a_mean_difference_lies_in_its_interval_and_has_no_favourite(values: list[float]) -> None:
    low, high = mean_difference(values)
    assert -1 <= low <= sum(values) / len(values) <= high <= 1
    assert sign_flips(values) == pytest.approx(sign_flips([-v for v in values]))


def test_no_difference_seen_is_not_none_for_certain() -> None:
    low, high = mean_difference([0.0] * 30)
    assert low < 0 < high
