from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.gates.said import Said, fold, phrase, said


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("BK-1042", "take bike bk 1042."),
        ("machine_learning", "on Machine Learning, please"),
        ("São Paulo", "to Sao Paulo"),
        ("5551234567", "call 555-123-4567"),
        ("東京", "東京に行きたい"),
        ("women's shoes", 'look for "women\u2019s shoes"'),
    ],
)
def test_words_are_found_whatever_their_case_accents_and_punctuation(value: str, text: str) -> None:
    assert said(text).has(said(value))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("art", "start the cart"),
        ("BK-104", "bike BK-1042"),
        ("", "anything"),
        ("--", "any -- thing"),
    ],
)
def test_a_part_of_a_word_is_not_found(value: str, text: str) -> None:
    assert not said(text).has(said(value))


@pytest.mark.parametrize(
    ("one", "other"), [("repairs", "repair"), ("booking", "booked"), ("cities", "city")]
)
def test_forms_of_a_word_are_one(one: str, other: str) -> None:
    assert said(one).stems == said(other).stems


def test_a_code_means_the_word_that_people_say() -> None:
    assert set(said("EUR").content) <= said("500 € please").stems
    assert set(said("es").content) <= said("into Spanish").stems


@given(st.text())
def test_a_text_has_its_own_words(text: str) -> None:
    value = Said(text)
    assert value.phrase == phrase(fold(text))
    assert value.has(value) == bool(value.phrase)


@given(st.integers(-(10**9), 10**9))
def test_a_number_as_text_is_that_number(number: int) -> None:
    assert said(f"{number:,}").number == number


def test_a_raised_digit_is_part_of_a_unit_and_makes_no_identifier() -> None:
    words = said("Pitch PC-93 has 89 m² and the tank 3 m³")
    assert words.identifiers == ("pc-93",)
    assert {89, 3} <= words.numbers
    assert 892 not in words.numbers
