"""Values are equal that differ only in how they are written, and others are not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.evaluate.suites.normal import normal

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("San  Francisco ", "san francisco"),
        ("STRASSE", "straße"),
        ("\uff34\uff4f\uff4b\uff59\uff4f", "tokyo"),
        (5, 5.0),
        ("5", 5),
        ("1,450.50", 1450.5),
        ("1.450,50", 1450.5),
        ("1 450", 1450),
        ("12,5", 12.5),
        ("\u0663\u066b\u0665", 3.5),
        ("२०२६-०७-०८", "2026-07-08"),
        ("8 July 2026", "2026-07-08"),
        ("July 8, 2026", "2026/7/8"),
        ("2026年7月8日", "2026-07-08"),
        (["A", {"x": "1"}], ["a", {"x": 1}]),
    ],
)
def test_what_is_written_otherwise_is_the_same(one: Any, other: Any) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("007", 7),
        ("8.7.2026", "2026-07-08"),
        (True, 1),
        (True, "true"),
        (None, ""),
        (None, "none"),
        ("a b", "ab"),
        ("July 2026", "8 July 2026"),
        ("room 5", 5),
        ([1, 2], [2, 1]),
        (10**20, 10**20 + 1),
        ("2026年13月8日", "2026-13-08"),
    ],
)
def test_what_is_another_value_stays_another(one: Any, other: Any) -> None:
    assert normal(one) != normal(other)


@given(values)
def test_anything_has_a_normal_form_that_equals_its_own(value: Any) -> None:
    assert normal(value) == normal(value)


@given(st.text())
def test_case_and_white_space_never_matter(text: str) -> None:
    assert normal(f"  {text}\n") == normal(text)
