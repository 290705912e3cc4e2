"""A quick look says nothing that a reading would not say."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from buttonup.gates.answer import reports
from buttonup.gates.numerals import numerals
from buttonup.gates.plain import glance, plainly, says
from buttonup.gates.said import said
from buttonup.worlds.spoken import date, money


def test_the_plainest_forms_are_seen() -> None:
    seen = plainly(
        'Hire HI-36685 of "The Tin Orchard" ends on 5 June 2026 at 14:30 and costs €1,250.50.'
    )
    assert seen is not None
    assert seen.words == {"HI-36685", "The Tin Orchard"}
    assert seen.days == {"2026-06-05"}
    assert seen.times == {"14:30"}
    assert seen.numbers == {1250.5}


@pytest.mark.parametrize(
    "text",
    [
        "It is on 5 June.",
        "It runs from 5 to 7 June 2026.",
        "June 5, 2026 it is.",
        "At 2:30 pm.",
        "That is 25 % less.",
        "On 2026-06-05.",
        "About 3.5k.",
        "“The Tin Orchard” came up.",
        "It weighs 3kg.",
    ],
)
def test_what_can_be_meant_in_several_ways_is_left_to_a_reading(text: str) -> None:
    assert plainly(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("That is 25 % less.", 25),
        ("That is 25% less.", 25),
        ("A 3-bedroom flat.", 3),
        ("It costs €350, 2 August 2026 being the last day.", 350),
        ("Places left: 4: few.", 4),
        ("Open on 22 June 2026: the museum.", "2026-06-22"),
        ("“The Tin Orchard” came up.", "The Tin Orchard"),
    ],
)
def test_a_glance_sees_what_only_a_reading_can_be_sure_of(text: str, value: str | int) -> None:
    seen = glance(text)
    assert plainly(text) is None
    assert seen.whole
    assert value in seen.strings | seen.numbers
    assert says(text, value)
    assert reports(said(text), value)


TODAY = dt.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Is there a room on 5 June?", "2026-06-05"),
        ("Is there a room on June 5?", "2026-06-05"),
        ("I need it from June 5, 2026, please.", "2026-06-05"),
        ("Free on 5 June (9 am or later)?", "2026-06-05"),
    ],
)
def test_a_day_is_seen_without_its_year_where_today_is_known(text: str, day: str) -> None:
    assert says(text, day, TODAY)
    assert said(text).has_moment(said(day), TODAY, frozenset())


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("From 5 to 7 June.", 5),
        ("On 3, 5 and 7 June.", 5),
        ("On the 5th and 7th of June.", 5),
        ("June 5, 2026 it is.", 2026),
        ("June 5 to 12, 2026 it is.", 2026),
        ("It is from June 2026.", 2026),
        ("On June 5.", 5),
        ("The 7 June 5 people came.", "2026-06-05"),
        ("On 5 June 2025.", "2026-06-05"),
        ("On June 5, 2025.", "2026-06-05"),
    ],
)
def test_what_is_part_of_a_day_is_no_value_of_its_own(text: str, fact: str | int) -> None:
    assert not says(text, fact, TODAY)


def test_what_stands_beside_something_unread_is_still_seen() -> None:
    text = "Leave at 9 am on July 3: seat D5 for €24.50, please."
    seen = glance(text)
    assert (seen.whole, seen.sure, plainly(text)) == (False, False, None)
    assert seen.words == {"D5"}
    assert seen.numbers == {24.5}


@given(
    st.dates(dt.date(2026, 1, 1), dt.date(2027, 6, 1)),
    st.sampled_from(["{d} {m}", "{m} {d}", "{m} {d}, {y}", "{d} {m} {y}"]),
    st.sampled_from(["On {} at 9 am.", "from {} to 3 July", "2 {}", "{}, 7 people", "May {} 3"]),
)
def test_a_day_that_is_seen_is_read_too(day: dt.date, form: str, around: str) -> None:
    text = around.format(form.format(d=day.day, m=f"{day:%B}", y=day.year))
    for near in (day, day.replace(year=2026 if day.year == 2027 else 2027, day=1)):
        if says(text, near.isoformat(), TODAY):
            assert said(text).has_moment(said(near.isoformat()), TODAY, frozenset())


def test_a_value_is_not_found_inside_another_word() -> None:
    assert says("The start is here.", "start")
    assert not says("The restart is here.", "start")
    assert not says("The cost is 125.", 25)


days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


@given(days, st.floats(0.01, 99999).map(lambda n: round(n, 2)), st.integers(0, 99999))
def test_what_is_plainly_said_is_what_a_reading_finds(day: dt.date, price: float, n: int) -> None:
    text = f"There are {n} left; it ends on {date(day)}, for {money(price)}."
    for fact in (day.isoformat(), price, n):
        assert says(text, fact)
        assert reports(said(text), fact)


@given(st.text(max_size=60) | st.from_regex(r"[A-Z]{2}-\d{1,5}( \d{1,4}(,\d{3})?)?\.?"))
@example("0.¼")
def test_the_numbers_seen_are_among_those_that_are_read(text: str) -> None:
    read = {abs(n.value) for n in numerals(said(text).when.rest)} | said(text).numbers
    assert glance(text).numbers <= read
