"""Negatives: a gold trajectory spoilt by one mistake at a time, each for one gate to find."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping

from buttonup.records import Sample
from buttonup.topdown.corrupt import calls, order, quiet
from buttonup.topdown.corrupt.gold import Corruption, Gold, Pair
from buttonup.worlds.world import World

__all__ = ["CORRUPTIONS", "Corruption", "Pair", "corruption", "corruptions"]

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

    Only an accepted sample that follows its plan has any. One over a user's own tools has none
    here: what these would answer has to be asked (`corruption`).
    """
    for name in CORRUPTIONS:
        made = corruption(sample, name)
        if made is not None:
            yield made


def corruption(sample: Sample, name: Corruption, own: World | None = None) -> Pair | None:
    """Make one mistake; None where it cannot be made. `own` are the user's own tools.

    The same sample gives the same mistake each time it is asked for.
    Raises  Wanted where it is not known yet what the user's own tools answer
    """
    trajectory = sample.trajectory
    tools = trajectory.blueprint.tools
    runs = tools.source == "worlds" or (tools.source == "own" and own is not None)
    if not (sample.accepted and trajectory.cast.assistant == "plan" and runs):
        return None
    gold = Gold(trajectory, own if tools.source == "own" else None)
    rng = random.Random(f"{trajectory.blueprint.seed}:{name}")
    return next(filter(None, (way(gold, rng) for way in CORRUPTIONS[name])), None)
