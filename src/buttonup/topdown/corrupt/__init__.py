"""Negatives: a gold trajectory spoilt by one mistake at a time, each for one gate to find."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping

from buttonup.records import Sample
from buttonup.topdown.corrupt import calls, order, quiet
from buttonup.topdown.corrupt.gold import Corruption, Gold, Pair

__all__ = ["CORRUPTIONS", "Corruption", "Pair", "corruptions"]

Corrupt = Callable[[Gold, random.Random], Pair | None]

CORRUPTIONS: Mapping[Corruption, tuple[Corrupt, ...]] = {
    "wrong_function": (calls.wrong_function,),
    "wrong_argument": (calls.wrong_argument,),
    "skipped_dependency": (order.skipped_dependency,),
    "order_swapped": (order.order_swapped,),
    "premature_answer": (order.premature_answer,),
    "invented_value": (quiet.guess, calls.invented_value),
    "unneeded_call": (quiet.called_anyway, calls.unneeded_call),
}
"""How each mistake is made; where there are several ways, the first that applies."""


def corruptions(sample: Sample) -> Iterator[Pair]:
    """Make each mistake once, where it can be made; the sample's seed decides which.

    Only an accepted sample that follows its plan over worlds has any.
    """
    trajectory = sample.trajectory
    blueprint = trajectory.blueprint
    follows = trajectory.cast.assistant == "plan" and blueprint.tools.source == "worlds"
    if not (sample.accepted and follows):
        return
    gold = Gold(trajectory)
    for name, ways in CORRUPTIONS.items():
        rng = random.Random(f"{blueprint.seed}:{name}")
        made = next(filter(None, (way(gold, rng) for way in ways)), None)
        if made is not None:
            yield made
