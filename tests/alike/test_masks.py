from __future__ import annotations

import pytest

from buttonup.alike.masks import skeleton


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hire bike BK-1042 for 3 days.", "Hire bike BK-2077 for 14 days."),
        ("Book it for 5 June 2026.", "Book it for 12 August 2026."),
        ("Is there a train on Friday?", "Is there a train on Monday?"),
        ("Put €40 on it at 9:30.", "Put €1,250.50 on it at 14:15."),
        ('Find "The Tin Orchard".', 'Find "A Map of the Brain".'),
        ("I am in Ghent today.", "I am in Porto tomorrow."),
        ("Get me two tickets.", "Get me seven tickets."),
    ],
)
def test_requests_that_differ_in_values_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hire bike BK-1042.", "Could you hire bike BK-1042?"),
        ("Show me the cheapest one.", "Show me the dearest one."),
        ("List my loans, then count them.", "Count my loans."),
    ],
)
def test_requests_that_differ_in_words_do_not(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_what_the_plan_says_the_user_says_is_masked() -> None:
    assert skeleton("List the judo classes.", ["judo"]) == skeleton(
        "List the yoga classes.", ["yoga"]
    )
    assert "judo" not in skeleton("Judo, please.", ["judo"])


@pytest.mark.parametrize(
    ("text", "value", "masked"),
    [
        ("in Old Town, old town", "Old Town", "in _, _"),
        ("Oldtown, the old one", "old", "Oldtown, the _ one"),
        ("old, old", "old", "_, _"),
        ("a_old old", "old", "a_old _"),
        ("nothing here", "", "nothing here"),
        ("ÉCOLE, école", "école", "_, _"),
        ("aaa aa a", "aa", "aaa _ a"),
    ],
)
def test_values_are_masked_where_they_are_words_in_whichever_case(
    text: str, value: str, masked: str
) -> None:
    assert skeleton(text.lower(), [value]) == skeleton(masked.lower())
