from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from buttonup import Recipe, accepted, estimate, make, pilot
from buttonup.errors import BadInput
from buttonup.model.scripted import Scripted
from buttonup.recipe import read_recipe

FEW = Recipe(n=6, tools="worlds:library")


def test_the_samples_of_a_pilot_are_the_first_ones_of_the_run(tmp_path: Path) -> None:
    told = asyncio.run(pilot(FEW, tmp_path / "run", 2))
    assert told is not None
    assert (told.pilot, told.n, told.calls) == (2, 6, 0)
    first = [sample.key for sample in accepted(tmp_path / "run")]
    asyncio.run(make(FEW, tmp_path / "run"))
    assert [sample.key for sample in accepted(tmp_path / "run")][:2] == first


def test_a_pilot_that_makes_nothing_has_nothing_to_tell(tmp_path: Path) -> None:
    blind = {"n": 6, "patience": 2, "teacher.model": "m", "simulate.assistant": "blind"}
    recipe = read_recipe(None, {**blind, "rewrite": False, "repair": False})
    model = Scripted(lambda _: "no")
    assert asyncio.run(pilot(recipe, tmp_path / "run", 2, model=model)) is None


def test_an_estimate_is_refused_as_the_run_would_be() -> None:
    with pytest.raises(BadInput, match="needs a model to ask"):
        asyncio.run(estimate(Recipe(tools="simulated")))
