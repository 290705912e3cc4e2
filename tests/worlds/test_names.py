"""Names and addresses are drawn, and differ where they must."""

from __future__ import annotations

import datetime as dt
import random
import re

from hypothesis import given
from hypothesis import strategies as st

from buttonup.worlds.names import (
    CITIES,
    address,
    clock_time,
    companies,
    day,
    email,
    numbers,
    people,
    person,
    phone,
)


@given(st.integers())
def test_the_same_dice_draw_the_same_person_and_address(seed: int) -> None:
    first = (person(random.Random(seed)), address(random.Random(seed)))
    assert first == (person(random.Random(seed)), address(random.Random(seed)))
    assert " " in first[0]


@given(st.integers(), st.integers(0, 300))
def test_people_are_all_different(seed: int, count: int) -> None:
    drawn = people(random.Random(seed), count)
    assert len(set(drawn)) == len(drawn) == count


@given(st.integers(), st.integers(0, 100))
def test_companies_are_all_different(seed: int, count: int) -> None:
    assert len(set(companies(random.Random(seed), count))) == count


@given(st.integers())
def test_nobody_owns_an_address_or_a_number(seed: int) -> None:
    rng = random.Random(seed)
    assert re.fullmatch(r"[a-z._]+@\w+\.example", email(rng, "Zoe O'Neill"))
    assert re.fullmatch(r"020 7946 0\d{3}", phone(rng))


@given(st.integers(), st.integers(0, 50), st.integers(3, 6))
def test_ids_are_all_different_and_of_one_length(seed: int, count: int, digits: int) -> None:
    drawn = numbers(random.Random(seed), "ST", count, digits)
    assert len(set(drawn)) == count
    assert all(re.fullmatch(rf"ST-[1-9]\d{{{digits - 1}}}", id) for id in drawn)


@given(st.integers(), st.integers(-50, 50), st.integers(0, 50))
def test_a_day_lies_between_its_bounds(seed: int, earliest: int, span: int) -> None:
    today = dt.date(2026, 5, 5)
    drawn = dt.date.fromisoformat(day(random.Random(seed), today, earliest, earliest + span))
    assert earliest <= (drawn - today).days <= earliest + span


@given(st.integers(), st.sampled_from([5, 15, 30, 60]))
def test_a_time_lies_between_its_hours_in_steps(seed: int, step: int) -> None:
    drawn = clock_time(random.Random(seed), 9, 17, step)
    hours, minutes = map(int, drawn.split(":"))
    assert 9 * 60 <= hours * 60 + minutes <= 17 * 60
    assert minutes % step == 0


def test_every_city_lies_in_a_country() -> None:
    assert all(country and country[0].isupper() for country in CITIES.values())
