from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.alike.words import words
from buttonup.bottomup.text_first import texts


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Book a table at [restaurant name] for two.", "placeholder"),
        ("Find flights to a certain city on 3 May.", "placeholder"),
        ("Look up the weather using the weather API in Oslo.", "talks of tools"),
        ("Use a booking tool to reserve a room in Oslo.", "talks of tools"),
        ("Please specify the city for the forecast.", "asks back"),
        ("word " * 31, "31 words"),
        ("", "empty"),
    ],
)
def test_a_task_nobody_could_act_on_is_named_for_what_is_wrong(text: str, says: str) -> None:
    assert says in "; ".join(texts.task_faults(text, 30))


@pytest.mark.parametrize(
    "text",
    [
        "Rent a power tool set for the weekend of 4 May in Leeds.",
        "Find a function room for 40 guests in Bergen on 12 October.",
        "What does order A-1042 cost to return to Lyon?",
    ],
)
def test_everyday_words_are_no_fault(text: str) -> None:
    assert texts.task_faults(text, 30) == []


def test_names_and_numbers_are_what_is_particular_to_a_text() -> None:
    found = texts.literals('Send 250 euros to Mara of Harbour Garage for "the hobbit".')
    assert found == {"250", "Mara", "Harbour Garage", "the hobbit"}
    assert texts.numerals("7PM on 04/07, A-1042") == {"7", "4", "1042"}


def test_an_echo_says_no_more_than_the_other() -> None:
    assert texts.echoes("Find trains.", "find trains")
    assert texts.echoes("book a room", "Please book a room in Oslo")
    assert not texts.echoes("Find trains and book one", "Find trains")


@given(st.text(), st.text())
def test_a_text_holds_its_own_parts(one: str, other: str) -> None:
    assert texts.holds(f"{one} | {other}", other) == bool(words(other))


@given(st.text())
def test_no_text_breaks_the_checks(text: str) -> None:
    assert isinstance(texts.task_faults(text, 30), list)
    assert "\n" not in texts.squeeze(text)


@pytest.mark.parametrize(
    ("text", "part", "said"),
    [
        ("order a 10-inch cake", "10", True),
        ("in JPL's ephemeris", "JPL", True),
        ("on Thursday evenings", "evening", True),
        ("the Riverside Tennis Club's table", "riverside tennis club", True),
        ("order 10 of them", "1", False),
        ("order them", "", False),
        ("order them", "red ones", False),
    ],
)
def test_a_text_says_what_was_copied_from_it_in_a_shorter_form(
    text: str, part: str, said: bool
) -> None:
    assert texts.says(text, part) is said
