"""Accepted samples of the default recipe, for the tests to spoil."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from buttonup import accepted, make
from buttonup.recipe import Recipe
from buttonup.records import Sample
from buttonup.topdown.corrupt import Pair, corruptions
from buttonup.topdown.corrupt.gold import Gold


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> list[Sample]:
    folder = tmp_path_factory.mktemp("gold") / "run"
    asyncio.run(make(Recipe(n=60, seed=3), folder))
    return list(accepted(Path(folder)))


@pytest.fixture(scope="session")
def golds(samples: list[Sample]) -> list[Gold]:
    return [Gold(sample.trajectory) for sample in samples]


@pytest.fixture(scope="session")
def pairs(samples: list[Sample]) -> list[Pair]:
    return [pair for sample in samples for pair in corruptions(sample)]
