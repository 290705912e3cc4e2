from __future__ import annotations

import datetime as dt

import pytest

from buttonup.gates.derived import Known
from buttonup.gates.said import said
from buttonup.gates.seen import Found

BIKES = [{"id": "a", "price": 24.5, "km": 60}, {"id": "b", "price": 31, "km": 85}]
KNOWN = Known([said("for 3 days from 2026-05-04")], [Found(BIKES), Found({"total": 70, "fee": 9})])


@pytest.mark.parametrize(
    "value",
    [
        2,  # how many bikes
        55.5,  # both prices
        6.5,  # the difference of the prices
        27.75,  # the mean price
        25,  # the difference in range
        73.5,  # three days at 24.5
        79,  # total and fee
        61,  # total less fee
    ],
)
def test_what_a_simple_step_gives_follows(value: float) -> None:
    assert KNOWN.gives(value)


@pytest.mark.parametrize("value", [84.5 + 0.25, 12345, 41.3, -60])
def test_what_no_simple_step_gives_does_not_follow(value: float) -> None:
    assert not KNOWN.gives(value)


def test_a_share_follows_as_it_is_written() -> None:
    shares = Known([], [Found([{"votes": 30}, {"votes": 60}])])
    assert shares.gives(33.3, places=1, share=True)
    assert shares.gives(50, share=True)
    assert not shares.gives(34.3, places=1, share=True)
    assert not shares.gives(33.3, places=1)


def test_a_date_moved_by_a_known_number_of_days_follows() -> None:
    assert KNOWN.gives_day(dt.date(2026, 5, 7))
    assert not KNOWN.gives_day(dt.date(2026, 5, 9))


def test_a_date_is_not_moved_by_just_any_number_of_a_result() -> None:
    rows = Found([{"day": "2026-05-04", "rating": 4, "grace_days": 9}])
    known = Known([said("hello")], [rows])
    assert known.gives_day(dt.date(2026, 5, 13))
    assert not known.gives_day(dt.date(2026, 5, 8))


def test_the_days_between_two_known_dates_follow() -> None:
    known = Known([said("from 3 May 2026 to 10 May 2026")], [])
    assert known.gives_span(7)
    assert not known.gives_span(6)
