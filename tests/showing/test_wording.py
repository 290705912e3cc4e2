"""Figures in words."""

from __future__ import annotations

import pytest

from buttonup.showing.wording import dollars_in_words, many


@pytest.mark.parametrize(
    ("dollars", "words"),
    [(None, "no price"), (0.0, "$0.00"), (0.000123456, "$0.0001235"), (1234.5, "$1,234.50")],
)
def test_dollars_keep_the_digits_that_count(dollars: float | None, words: str) -> None:
    assert dollars_in_words(dollars) == words


def test_one_thing_is_no_plural() -> None:
    assert (many(1, "call"), many(0, "call"), many(2000, "call")) == (
        "1 call",
        "0 calls",
        "2,000 calls",
    )
