"""What is kept from training, so that evaluation on tools never seen is honest.

Held out are whole worlds, one from most areas, and in all others the functions of some families:
a family is a verb ("extend_hire", "extend_art_loan"), so that neither the tool nor one quite like
it elsewhere has been seen. What is held out is neither called nor shown in training data.
"""

from __future__ import annotations

import functools
from typing import Literal

from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.world import World, WorldFunction

Split = Literal["train", "held_out", "unseen_functions", "all"]
"""train: all but what is held out. held_out: the worlds held out, whole. unseen_functions: the
other worlds, where each task takes a function held out. all: everything."""

HELD_OUT_WORLDS = frozenset(
    "ferry_line box_office removals blood_donation leave_desk observatory".split()
)
HELD_OUT_FAMILIES = frozenset("check estimate extend track transfer withdraw".split())


def family(function: WorldFunction) -> str:
    """Name the family of a function: its verb."""
    return function.name.partition("_")[0]


def held_out(function: WorldFunction) -> bool:
    """Say whether a function is kept from training."""
    return function.world in HELD_OUT_WORLDS or family(function) in HELD_OUT_FAMILIES


@functools.cache
def worlds_of(split: Split) -> tuple[World, ...]:
    """Give the worlds of a split, with the functions that are in it."""
    match split:
        case "all":
            return tuple(WORLDS.values())
        case "held_out":
            return tuple(WORLDS[name] for name in WORLDS if name in HELD_OUT_WORLDS)
        case "unseen_functions":
            return tuple(WORLDS[name] for name in WORLDS if name not in HELD_OUT_WORLDS)
        case "train":
            return tuple(map(_seen, worlds_of("unseen_functions")))


def unseen(split: Split) -> frozenset[str]:
    """Name the functions of which each task of a split takes at least one; none for most."""
    if split != "unseen_functions":
        return frozenset()
    functions = (f for w in worlds_of(split) for f in w.functions.values())
    return frozenset(f.name for f in functions if held_out(f))


def _seen(world: World) -> World:
    return world.only(name for name, f in world.functions.items() if not held_out(f))
