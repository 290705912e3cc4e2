"""Values are said the way people say them."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.gates.dates import read
from buttonup.worlds.spoken import (
    NUMBERS,
    asked,
    counted,
    half_day,
    listed,
    near,
    sentence,
    settled,
    spoken,
    to_you,
)


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("Money", 18, "€18"),
        ("Money", 1218.5, "€1,218.50"),
        ("Date", "2026-06-05", "5 June 2026"),
        (None, True, "yes"),
        (None, ["a", "b", "c"], "a, b and c"),
        (None, 2.50, "2.5"),
    ],
)
def test_a_value_is_said_in_plain_words(kind: str | None, value: object, said: str) -> None:
    assert spoken(kind, value) == said


DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2050, 12, 31))
AHEAD = st.one_of(st.integers(-2, 30), st.integers(-400, 400))


@given(DAYS, DAYS, st.integers())
def test_a_date_far_off_is_said_with_its_day_and_month(
    day: dt.date, today: dt.date, seed: int
) -> None:
    said = asked("Date", str(day), random.Random(seed), today)
    assert str(day.day) in said
    assert f"{day:%B}" in said or f"{day:%m}" in said
    assert str(day.year) in said or day.year == today.year


@given(DAYS, AHEAD, st.floats(0, 1), st.integers())
@settings(max_examples=400)
def test_the_gates_read_every_date_back_as_the_day_it_was(
    today: dt.date, ahead: int, relative: float, seed: int
) -> None:
    day = today + dt.timedelta(days=ahead)
    said = asked("Date", str(day), random.Random(seed), today, relative)
    text = settled(f"Please put it down on {said}.", ["on"])
    assert read(text.lower()).names(day, today, frozenset({today.year})), text


@given(DAYS, AHEAD, st.integers())
@settings(max_examples=400)
def test_a_day_is_said_from_today_only_where_that_is_right(
    today: dt.date, ahead: int, seed: int
) -> None:
    day = today + dt.timedelta(days=ahead)
    text = settled(asked("Date", str(day), random.Random(seed), today, 1.0), [])
    said = text.split()
    match said:
        case ["yesterday"] | ["today"] | ["tomorrow"]:
            assert {"yesterday": -1, "today": 0, "tomorrow": 1}[text] == ahead
        case ["the", "day", "after", "tomorrow"]:
            assert ahead == 2
        case ["this", *_, name]:
            assert name == f"{day:%A}"
            assert 2 < ahead < 7
        case ["next", name]:
            assert name == f"{day:%A}"
            assert 7 <= ahead < 14
        case [count, "weeks", "from", "today"]:
            assert NUMBERS.index(count) * 7 == ahead
        case _:
            assert not near(day, today)
            assert text[0].isdigit() or text.split()[0] == f"{day:%B}"


def test_no_word_that_does_not_fit_stands_before_tomorrow() -> None:
    day = "2026-05-06"
    said = asked("Date", day, random.Random(0), dt.date(2026, 5, 5), 1.0)
    assert settled(f"book it on {said}", ["on"]) == "book it tomorrow"
    assert settled(f"book it for {said}", ["on"]) == "book it for tomorrow"
    assert settled("on Friday, on time", ["on"]) == "on Friday, on time"


@given(st.times(), st.integers())
def test_the_gates_read_every_time_back(time: dt.time, seed: int) -> None:
    said = asked("Time", f"{time:%H:%M}", random.Random(seed), dt.date(2026, 5, 5))
    assert f"{time:%H:%M}" in read(f"at {said}.".lower()).times, said


@pytest.mark.parametrize(
    ("time", "said"),
    [("00:15", "12:15 am"), ("09:00", "9 am"), ("12:00", "12 pm"), ("14:30", "2:30 pm")],
)
def test_half_a_day_has_twelve_hours(time: str, said: str) -> None:
    assert half_day(time) == said


@given(st.integers(0, 10**6), st.integers())
def test_an_amount_or_a_number_is_said_in_digits_or_as_a_small_word(amount: int, seed: int) -> None:
    rng, today = random.Random(seed), dt.date(2026, 5, 5)
    assert asked("Money", amount, rng, today).strip("€ euros").replace(",", "") == str(amount)
    said = asked(None, amount, rng, today)
    assert said == str(amount) or NUMBERS[amount] == said


def test_numbers_agree_with_their_nouns() -> None:
    assert counted(1, "bike", "bikes") == "one bike"
    assert counted(30, "bike", "bikes") == "30 bikes"


@given(st.lists(st.text(st.characters(categories=["Ll"]), min_size=1), max_size=5))
def test_a_list_names_every_part_once(parts: list[str]) -> None:
    said = listed(parts)
    assert said.replace(" and ", ", ") == ", ".join(parts)


def test_a_sentence_begins_large_and_ends_once() -> None:
    assert sentence("then  look it up .") == "Then look it up."
    assert sentence("could you?") == "Could you?"


def test_the_users_words_are_turned_to_the_assistants() -> None:
    assert to_you("check my account, the one I've had") == "check your account, the one you've had"
