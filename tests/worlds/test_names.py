"""Names and addresses are drawn, and differ where they must."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from buttonup.worlds.names import address, people, person


@given(st.integers())
def test_the_same_dice_draw_the_same_person_and_address(seed: int) -> None:
    first = (person(random.Random(seed)), address(random.Random(seed)))
    assert first == (person(random.Random(seed)), address(random.Random(seed)))
    assert " " in first[0]


@given(st.integers(), st.integers(0, 300))
def test_people_are_all_different(seed: int, count: int) -> None:
    drawn = people(random.Random(seed), count)
    assert len(set(drawn)) == len(drawn) == count
