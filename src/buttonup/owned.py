"""The ways from a recipe to a user's own tools: opened, learned, and kept in the run's folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from buttonup.recipe import Recipe, own_specs
from buttonup.store.rundir import LEARNED, RunDir
from buttonup.tools.joined import joined
from buttonup.tools.learned import Learned, read_learned, written
from buttonup.tools.own import Own, given, learned_of
from buttonup.tools.source import Source


def known_of(recipe: Recipe, folder: Path) -> Learned | None:
    """Read what is known of the tools: what a run in this folder has learned, or the user's file.

    Raises  BadInput where it cannot be read
    """
    if not own_specs(recipe):
        return None
    kept = folder / LEARNED
    return read_learned(kept) if kept.exists() else given(recipe.own)


@dataclass(frozen=True, slots=True)
class Opened:
    """A user's tools, open, and what is known of them."""

    source: Source
    learned: Learned
    recipe: Recipe

    def at_work(self, run: RunDir) -> Own:
        """Take them into a run. Raises BadInput where no function can be planned with."""
        run.write_learned(written(self.learned))
        return Own(self.source, self.learned, self.recipe.own, run.answers())


@asynccontextmanager
async def open_tools(recipe: Recipe, known: Learned | None) -> AsyncIterator[Opened | None]:
    """Open the tools of a recipe and learn what is not known; None where it has none of its own.

    Raises  BadInput where they cannot be opened, or are others than those that are known
    """
    specs = own_specs(recipe)
    if not specs:
        yield None
        return
    k = recipe.own
    async with joined(specs, k.limits, k.env, k.include, k.exclude) as source:
        yield Opened(source, await learned_of(source, k, recipe.seed, known), recipe)
