"""From a task that is equipped with given functions to a blueprint: the tools really run."""

from __future__ import annotations

import random

from buttonup.bottomup.given.shown import Given
from buttonup.bottomup.text_first.assemble import AssembleKnobs
from buttonup.bottomup.text_first.equip import Equipped
from buttonup.records import Blueprint, digest


async def assemble(
    item: Equipped, given: Given, knobs: AssembleKnobs, seed: int
) -> list[Blueprint]:
    """Make a blueprint of a task that is equipped with given functions, which really run.

    Distractors are others of them. What is drawn depends on the task and the seed alone.
    """
    number = int(digest([seed, item.key]), 16)
    rng = random.Random(number)
    needed = list(dict.fromkeys(f.name for row in item.functions for f in row))
    others = [name for name in await given.able() if name not in needed]
    count = rng.randint(knobs.least_distractors, knobs.most_distractors)
    shown = [*needed, *rng.sample(others, min(count, len(others)))]
    rng.shuffle(shown)
    return [
        Blueprint(
            task=item.task,
            functions=tuple(given.functions[name].definition for name in shown),
            needs=tuple(tuple(f.name for f in row) for row in item.functions),
            parallel=rng.random() < knobs.parallel,
            context=given.context(rng),
            tools=given.own.world.ran_at(shown),
            seed=number >> 32,
        )
    ]
