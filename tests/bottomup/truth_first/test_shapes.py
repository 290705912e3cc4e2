"""Shapes, depths and scenes are plain data that a recipe can weigh."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from buttonup.bottomup.truth_first.shapes import (
    DEEPEST,
    DEPTH_MIX,
    SHAPE_MIX,
    SHAPES,
    Growth,
    Planning,
    Scenes,
)
from buttonup.bottomup.truth_first.stage import STAGES
from buttonup.errors import BadInput


def test_the_mixes_name_every_shape_and_every_depth() -> None:
    assert SHAPE_MIX.keys() == SHAPES.keys()
    assert list(DEPTH_MIX) == [str(n) for n in range(1, DEEPEST + 1)]
    assert all(weight > 0 for weight in (*SHAPE_MIX.values(), *DEPTH_MIX.values()))


def test_every_way_to_grow_is_known_and_used_by_some_shape() -> None:
    used = {way for ways in SHAPES.values() for way in ways}
    assert used == set(get_args(Growth))


def test_two_to_four_calls_are_the_rule() -> None:
    total = sum(DEPTH_MIX.values())
    assert sum(DEPTH_MIX[str(n)] for n in (2, 3, 4)) > total / 2


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"shapes": {"star": 1.0}}, "plan.shapes has no star"),
        ({"depth": {"11": 1.0}}, "plan.depth has no 11"),
        ({"shapes": {"chain": -1.0, "loop": 2.0}}, "plan.shapes has weights"),
        ({"depth": {"2": 0.0}}, "plan.depth has weights"),
        ({"depth": {"2": float("inf")}}, "plan.depth has weights"),
        ({"shapes": {}}, "plan.shapes has weights"),
    ],
)
def test_weights_that_mean_nothing_are_refused_by_name(knobs: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Planning(**knobs)


def test_every_scene_but_the_plain_one_and_small_talk_has_its_share() -> None:
    assert {*Scenes.__struct_fields__} == {*STAGES, "small_talk"} - {"plain"}


def test_shares_add_up_to_at_most_one_and_small_talk_is_a_share_of_all() -> None:
    assert Scenes(follow_up=0.5, small_talk=0.9).follow_up == 0.5
    for wrong in ({"follow_up": 0.9}, {"detail": -0.1}, {"small_talk": 1.5}):
        with pytest.raises(BadInput, match=r"\[scenes\]"):
            Scenes(**wrong)
