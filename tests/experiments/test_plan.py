"""What the experiments compare is there, and can be made."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from experiments.changes import CHANGES
from experiments.plan import ROOT, read_plan

from buttonup.recipe import read_recipe

PLAN = read_plan()


def test_every_arm_of_an_experiment_is_described() -> None:
    named = {arm for experiment in PLAN.experiment.values() for arm in experiment.arms}
    assert named == set(PLAN.arm)
    assert {arm.after for arm in PLAN.arm.values()} <= {"", *PLAN.arm}
    assert {arm.change for arm in PLAN.arm.values()} <= {"", *CHANGES}


@pytest.mark.parametrize("size", PLAN.size)
@pytest.mark.parametrize("arm", [name for name, arm in PLAN.arm.items() if arm.data])
def test_what_an_arm_sets_belongs_to_the_recipe(arm: str, size: str) -> None:
    recipe, given = ROOT / PLAN.size[size].recipe, settings(PLAN.size[size].data)
    own = settings(PLAN.arm[arm].data or ())
    assert read_recipe(recipe, {**given, **own}) != read_recipe(recipe, given)


def settings(words: tuple[str, ...]) -> dict[str, Any]:
    parted = (one.partition("=") for one in words)
    return {key: tomllib.loads(f"value = {value}")["value"] for key, _, value in parted}
