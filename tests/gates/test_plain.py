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
    assert seen is not None
    assert value in seen.strings | seen.numbers
    assert says(text, value)
    assert reports(said(text), value)


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
    seen = glance(text)
    if seen is not None:
        read = {abs(n.value) for n in numerals(said(text).when.rest)} | said(text).numbers
        assert seen.numbers <= read
