"""The dice are fair, and give the same throws for the same seed."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from buttonup.bottomup.truth_first.dice import one_of, shuffled, weighted


def test_every_thing_is_drawn_about_as_often() -> None:
    rng = random.Random(1)
    drawn = Counter(one_of(rng, "abcd") for _ in range(8000))
    assert set(drawn) == set("abcd")
    assert all(1800 < times < 2200 for times in drawn.values())


def test_a_key_is_drawn_by_its_weight_and_never_without_one() -> None:
    rng = random.Random(1)
    drawn = Counter(weighted(rng, {"often": 3.0, "never": 0.0, "once": 1.0}) for _ in range(8000))
    assert set(drawn) == {"often", "once"}
    assert 2.7 < drawn["often"] / drawn["once"] < 3.3


def test_every_order_of_things_comes_about_as_often() -> None:
    rng = random.Random(1)
    orders = Counter("".join(shuffled(rng, "abc")) for _ in range(6000))
    assert len(orders) == 6
    assert all(850 < times < 1150 for times in orders.values())


def test_the_same_seed_throws_the_same() -> None:
    throws = [
        [one_of(rng, range(100)) for _ in range(20)] for rng in (random.Random(7), random.Random(7))
    ]
    assert throws[0] == throws[1]


def test_nothing_to_draw_from_is_an_error() -> None:
    with pytest.raises(IndexError):
        one_of(random.Random(1), [])
    with pytest.raises(IndexError):
        weighted(random.Random(1), {"never": 0.0})
