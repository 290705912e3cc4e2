"""Throws of the dice that plans and their words are made of thousands of times over.

What `random.Random` has for it (`choice`, `choices`, `shuffle`) asks more of the generator, and of
Python, than these.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

T = TypeVar("T")


def one_of(rng: random.Random, things: Sequence[T]) -> T:
    """Draw one of several things, each as likely. Raises IndexError where there is none."""
    return things[int(rng.random() * len(things))]


def shuffled(rng: random.Random, things: Iterable[T]) -> list[T]:
    """Put things in an order by chance."""
    return sorted(things, key=lambda _: rng.random())


def weighted(rng: random.Random, weights: Mapping[T, float]) -> T:
    """Draw a key by its weight. Raises IndexError where nothing has any."""
    left = rng.random() * sum(weights.values())
    for thing, weight in weights.items():
        if left < weight:
            return thing
        left -= weight
    return [thing for thing, weight in weights.items() if weight][-1]  # rounding: past the last
