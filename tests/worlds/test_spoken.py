"""Values are said the way people say them."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.worlds.spoken import asked, counted, listed, sentence, spoken, to_you


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


@given(st.dates(dt.date(2000, 1, 1), dt.date(2050, 12, 31)), st.integers())
def test_a_date_is_always_asked_for_with_its_day_and_month(day: dt.date, seed: int) -> None:
    said = asked("Date", str(day), random.Random(seed), day)
    assert str(day.day) in said
    assert f"{day:%B}" in said or f"{day:%m}" in said


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
