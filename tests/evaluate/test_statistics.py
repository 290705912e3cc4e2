"""Intervals and tests of evaluation give what their sources do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.evaluate.statistics import difference, mcnemar, mean_interval, pass_hat


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
