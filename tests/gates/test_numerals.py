from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.gates.numerals import numbers_in, numerals


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,200", 1200),
        ("€1,200.50", 1200.5),
        ("it is 5k", 5000),
        ("1.5 million", 1_500_000),
        ("15 %", 0.15),
        ("15%", 15),
        ("-7 degrees", -7),
        ("twelve", 12),
        ("twenty-five", 25),
        ("two hundred and fifty", 250),
        ("three thousand two hundred", 3200),
        ("a hundred", 100),
        ("a dozen", 12),
        ("two weeks", 14),
        ("two weeks", 2),
        ("two\nweeks", 14),
        ("an hour", 60),
        ("the third", 3),
        ("5km away", 5),
        ("3rd floor", 3),
        ("1,2,3", 2),
        ("3-7", 7),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, number: float) -> None:
    assert number in numbers_in(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("st-07", 7), ("bk-1042", 1042), ("v1.2", 2), ("often", 10), ("1,200", 1), ("12.5", 5)],
)
def test_digits_inside_something_else_are_no_number(text: str, number: float) -> None:
    assert number not in numbers_in(text)


@given(st.integers(0, 10**9))
def test_thousands_separators_change_nothing(number: int) -> None:
    assert number in numbers_in(f"it costs {number:,} euros")
    assert number in numbers_in(f"it costs {number} euros")


@given(st.decimals(0, 10**6, places=2, allow_nan=False))
def test_an_amount_is_read_exactly(amount: object) -> None:
    assert [n.value for n in numerals(f"€{amount:,.2f}.")] == [float(str(amount))]


@given(st.text())
def test_no_text_makes_the_reader_fail(text: str) -> None:
    numbers_in(text.casefold())
