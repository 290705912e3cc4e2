"""The clock of a request makes its dates right."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.bottomup.text_first.clock import YEARS, today_for

days = st.dates(date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31))


@given(days, st.integers())
def test_a_date_with_its_weekday_lies_within_the_next_month(day: date, seed: int) -> None:
    request = f"Book it for {day:%A} {day.day} {day:%B}, please."
    today = today_for(request, random.Random(seed))
    assert today is not None
    ahead = [today + timedelta(n) for n in range(1, 31)]
    meant = [d for d in ahead if (d.day, d.month) == (day.day, day.month)]
    assert [d.weekday() for d in meant] == [day.weekday()]


def test_a_stated_year_leaves_nothing_open() -> None:
    assert today_for("What was published by 7 June 2025?", random.Random(0)) is None


@pytest.mark.parametrize(
    "asked", ["What is on tonight?", "31 February", "Monday 1 May, Tuesday 1 May"]
)
def test_a_request_without_a_sound_date_is_made_on_some_day(asked: str) -> None:
    today = today_for(asked, random.Random(0))
    assert today is not None
    assert today.year in YEARS
