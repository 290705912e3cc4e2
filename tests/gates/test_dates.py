from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.gates.dates import When, clocks, read

TODAY = dt.date(2026, 5, 4)  # a Monday
NONE: frozenset[int] = frozenset()
days = st.dates(dt.date(1950, 1, 1), dt.date(2090, 12, 31))


def ordinal(day: int) -> str:
    suffix = "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{suffix}"


WAYS = (
    "{d:%Y-%m-%d}",
    "{d:%Y/%m/%d}",
    "{d.day} {d:%B} {d.year}",
    "{d.day} {d:%b} {d.year}",
    "{d:%B} {d.day}, {d.year}",
    "{d:%b}. {d.day}, {d.year}",
    "{d:%A}, {d.day} {d:%B} {d.year}",
    "the {o} of {d:%B} {d.year}",
    "{d:%B} {o}, {d.year}",
    "{d:%B} the {o}, {d.year}",
    "{d:%d.%m.%Y}",
    "{d:%m/%d/%Y}",
    "{d:%Y-%m-%d}T14:30:00Z",
)


@given(days, st.sampled_from(WAYS))
def test_every_way_to_write_a_date_is_the_iso_date(day: dt.date, way: str) -> None:
    text = f"please book it for {way.format(d=day, o=ordinal(day.day))}, thanks"
    assert day.isoformat() in read(text.lower()).dates
    assert read(text.lower()).names(day, None, NONE)


@given(st.dates(TODAY - dt.timedelta(300), TODAY + dt.timedelta(300)))
def test_a_date_without_a_year_is_the_one_near_today(day: dt.date) -> None:
    when = read(f"on {day:%B} {ordinal(day.day)}".lower())
    assert when.names(day, TODAY, NONE)
    assert not when.names(day.replace(day=1, year=day.year + 3), TODAY, NONE)
    assert not when.names(day, None, NONE)
    assert when.names(day, None, frozenset({day.year}))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", "2026-05-05"),
        ("today", "2026-05-04"),
        ("the day after tomorrow", "2026-05-06"),
        ("yesterday", "2026-05-03"),
        ("in three days", "2026-05-07"),
        ("in 2 weeks", "2026-05-18"),
        ("10 days ago", "2026-04-24"),
        ("on friday", "2026-05-08"),
        ("next friday", "2026-05-15"),
        ("last friday", "2026-05-01"),
        ("this weekend", "2026-05-09"),
        ("on the 14th", "2026-05-14"),
        ("from 3 to 7 june", "2026-06-03"),
        ("from 3 to 7 june", "2026-06-07"),
        ("june 3-7, 2026", "2026-06-07"),
        ("3, 5 and 9 june", "2026-06-03"),
        ("june 30 and 1 july", "2026-06-30"),
        ("june 30 and 1 july", "2026-07-01"),
    ],
)
def test_a_day_told_relative_to_today_is_that_day(text: str, day: str) -> None:
    when = read(text)
    assert when.names(dt.date.fromisoformat(day), TODAY, NONE)
    assert not when.names(dt.date.fromisoformat(day) + dt.timedelta(20), TODAY, NONE)


@given(st.times())
def test_every_way_to_write_a_time_is_the_24_hour_time(time: dt.time) -> None:
    clock = f"{time.hour:02}:{time.minute:02}"
    half = "pm" if time.hour >= 12 else "am"
    hour = time.hour % 12 or 12
    for written in (
        clock,
        f"{clock}:00",
        f"{hour}:{time.minute:02} {half}",
        f"{hour}.{time.minute:02}{half}",
        f"{hour}:{time.minute:02} {half[0]}.m.",
    ):
        assert clock in read(f"at {written} please").times
        assert any(clock in readings for readings in clocks(written))


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("at noon", "12:00"),
        ("until midnight", "00:00"),
        ("half past two", "14:30"),
        ("quarter to three", "14:45"),
        ("at 7", "19:00"),
        ("nine o'clock", "09:00"),
        ("2-4pm", "14:00"),
        ("2:30", "14:30"),
    ],
)
def test_a_time_in_words_is_read(text: str, time: str) -> None:
    assert time in read(text).times


def test_a_date_leaves_no_numbers_behind() -> None:
    assert not any(c.isdigit() for c in read("on 3 may 2026 at 2:30 pm").rest)


def test_a_number_after_a_date_is_still_a_number() -> None:
    assert "2" in read("on may 3 and 2 rooms").rest
    assert not read("june 30 and 1 july").names(dt.date(2026, 7, 30), TODAY, NONE)


def test_a_day_that_does_not_exist_is_left_as_a_number() -> None:
    for text in ("58 june 2026", "june 58, 2026", "2026-06-58"):
        assert "58" in read(text).rest


def test_what_is_no_date_is_none() -> None:
    assert read("2026-13-45, 31 february 2026, a may-pole, 25:99") == When()


@given(st.text())
def test_no_text_makes_the_reader_fail(text: str) -> None:
    read(text.casefold())


@pytest.mark.parametrize(
    "text", ["it failed at 13:00: orders start at 15 euros", "13:00: full", "at 09:30:\nnothing"]
)
def test_a_time_with_a_colon_behind_it_is_read_as_one(text: str) -> None:
    when = read(text)
    assert when.times & {"13:00", "09:30"}
    assert "13" not in when.rest
    assert "30" not in when.rest
