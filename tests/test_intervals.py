"""The interval of a share is what its source gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.intervals import wilson


def test_wilsons_interval_is_the_textbooks() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_where_none_or_all_passed_the_interval_ends_there() -> None:
    assert wilson(0, 30) == pytest.approx((0.0, 0.1135), abs=1e-4)
    assert wilson(0, 12)[0] == 0.0
    assert wilson(12, 12)[1] == 1.0


def test_an_interval_of_nothing_is_all_there_is() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_an_interval_holds_its_share(counts: tuple[int, int]) -> None:
    passed, n = counts
    low, high = wilson(passed, n)
    assert 0 <= low <= passed / n + 1e-12
    assert passed / n - 1e-12 <= high <= 1
