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
    ahead = [today + timedelta(n) for n in range(1, 31)]
    meant = [d for d in ahead if (d.day, d.month) == (day.day, day.month)]
    assert [d.weekday() for d in meant] == [day.weekday()]


@given(days, st.integers())
def test_a_stated_year_is_kept_to(day: date, seed: int) -> None:
    today = today_for(f"On {day:%B} {day.day}, {day.year}.", random.Random(seed))
    assert 1 <= (day - today).days <= 30


@pytest.mark.parametrize(
    "request_", ["What is on tonight?", "31 February", "Monday 1 May, Tuesday 1 May"]
)
def test_a_request_without_a_sound_date_is_made_on_some_day(request_: str) -> None:
    assert today_for(request_, random.Random(0)).year in YEARS
