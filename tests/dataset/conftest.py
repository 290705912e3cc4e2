from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from buttonup.dataset.making import Made, make
from buttonup.dataset.standing import Watch
from buttonup.recipe import read_recipe

N = 6


def run(folder: Path, *, watch: Watch | None = None, model: Any = None, **given: Any) -> Made:
    """Make a few samples from one world."""
    keys = {key.replace("__", "."): value for key, value in given.items()}
    recipe = read_recipe(None, {"n": N, "tools": "worlds:library,bike_hire", **keys})
    return asyncio.run(make(recipe, folder, watch, model))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a run that has ended; no test writes there."""
    folder = tmp_path_factory.mktemp("runs") / "finished"
    run(folder)
    return folder
