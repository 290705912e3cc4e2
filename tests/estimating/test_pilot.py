from __future__ import annotations

from typing import Any

import pytest

from buttonup.engine.report import Report, Spent
from buttonup.estimating import measured, pilot_in_words
from buttonup.records import Usage


def test_a_pilot_is_scaled_with_a_spread_that_shrinks_as_it_grows() -> None:
    def scaled(count: int, rejected: int, lengths: list[int]) -> Any:
        spent = Spent("atom", "m", Usage(10 * count, 1000 * count, 0), Usage(), 0.5 * count, 0.0)
        report = Report(accepted=count, rejected=rejected, spent=(spent,))
        return measured(report, lengths * (count // len(lengths)), 1000)

    few, many = scaled(4, 4, [100, 300]), scaled(400, 400, [100, 300])
    assert (few.dollars, few.calls, few.tokens) == (500.0, 10_000, 1_000_000)
    assert many.dollars == 500.0
    assert few.spread == pytest.approx(10 * many.spread)
    assert scaled(4, 0, [100]).spread == 0
    assert "cost    $500.00 (" in pilot_in_words(many)
    assert measured(Report(), [], 10) is None
    assert "nothing to scale" in pilot_in_words(None)
