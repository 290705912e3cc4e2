"""What is held out is neither called nor shown in training data."""

from __future__ import annotations

from typing import get_args

from buttonup.worlds.catalogue import AREAS, WORLDS
from buttonup.worlds.splits import (
    HELD_OUT_FAMILIES,
    HELD_OUT_WORLDS,
    Split,
    family,
    held_out,
    unseen,
    worlds_of,
)


def functions(split: Split) -> set[str]:
    return {name for world in worlds_of(split) for name in world.functions}


def test_what_is_held_out_exists() -> None:
    assert set(WORLDS) >= HELD_OUT_WORLDS
    verbs = {family(f) for world in WORLDS.values() for f in world.functions.values()}
    assert verbs >= HELD_OUT_FAMILIES


def test_worlds_are_held_out_from_most_areas_and_none_is_left_empty() -> None:
    touched = [area for area, names in AREAS.items() if HELD_OUT_WORLDS & set(names)]
    assert len(touched) > len(AREAS) / 2
    for names in AREAS.values():
        assert set(names) - HELD_OUT_WORLDS


def test_training_has_none_of_it() -> None:
    assert not any(held_out(f) for world in worlds_of("train") for f in world.functions.values())
    assert {world.name for world in worlds_of("train")} == set(WORLDS) - HELD_OUT_WORLDS


def test_training_and_what_is_held_out_are_everything() -> None:
    assert functions("train") | functions("held_out") | unseen("unseen_functions") == functions(
        "all"
    )
    assert functions("train").isdisjoint(functions("held_out") | unseen("unseen_functions"))


def test_a_family_is_a_verb() -> None:
    assert family(WORLDS["bike_hire"].functions["extend_hire"]) == "extend"
    assert held_out(WORLDS["bike_hire"].functions["extend_hire"])
    assert not held_out(WORLDS["bike_hire"].functions["hire_bike"])


def test_only_the_split_of_unseen_functions_must_call_one() -> None:
    assert {split for split in get_args(Split) if unseen(split)} == {"unseen_functions"}
    assert unseen("unseen_functions") <= functions("unseen_functions")


def test_a_world_in_training_keeps_its_states() -> None:
    part = next(world for world in worlds_of("train") if world.name == "bike_hire")
    assert part.state(1) is WORLDS["bike_hire"].state(1)
    assert "extend_hire" not in part.functions
