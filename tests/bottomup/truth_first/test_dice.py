"""Cheap dice fall as the weights say, and never on what has none."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from buttonup.bottomup.truth_first.dice import one_of, weighted

WEIGHTS = {"never": 0.0, "seldom": 1.0, "often": 3.0, "nor this": 0.0}


def test_a_key_is_drawn_by_its_weight_and_never_without_one() -> None:
    rng = random.Random(1)
    drawn = Counter(weighted(rng, WEIGHTS) for _ in range(4000))
    assert set(drawn) == {"seldom", "often"}
    assert 2700 < drawn["often"] < 3300


class _Last(random.Random):
    """Dice that fall as high as they can, and higher."""

    def random(self) -> float:
        return 1.0


def test_what_rounding_puts_past_the_last_weight_falls_on_the_last_that_has_one() -> None:
    assert weighted(_Last(), WEIGHTS) == "often"


def test_each_of_several_things_is_as_likely() -> None:
    rng = random.Random(2)
    drawn = Counter(one_of(rng, "abc") for _ in range(3000))
    assert set(drawn) == set("abc")
    assert min(drawn.values()) > 900


def test_there_is_nothing_to_draw_from_nothing() -> None:
    with pytest.raises(IndexError):
        one_of(random.Random(3), ())
    with pytest.raises(IndexError):
        weighted(random.Random(3), {"never": 0.0})
