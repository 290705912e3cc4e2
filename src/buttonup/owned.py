"""The ways from a recipe to a user's own tools: opened, learned, and kept in the run's folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from buttonup.errors import BadInput
from buttonup.recipe import Recipe, own_specs
from buttonup.records import digest
from buttonup.store.rundir import LEARNED, RunDir
from buttonup.tools.learning.learned import Learned, read_learned, written
from buttonup.tools.own.run import Own, Owning, given, learned_of
from buttonup.tools.source import Source
from buttonup.tools.sources.joined import joined


def kept(recipe: Recipe, folder: Path) -> Learned | None:
    """Read what a run in this folder has learned of its tools; None for one that has not begun.

    Raises  BadInput where it cannot be read, or the user gives another file by now
    """
    path = folder / LEARNED
    if not own_specs(recipe) or not path.exists():
        return None
    learned, told = read_learned(path), given(recipe.own)
    if told is not None and digest(told) != learned.given:
        what = f"{folder} holds a run that did not begin with {recipe.own.learned} as it is now"
        raise BadInput(what, "give another --out")
    return learned


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
    """Open the tools of a recipe and learn about them, unless it is known; None where it has none.

    Raises  BadInput where they cannot be opened
    """
    specs, k = own_specs(recipe), recipe.own
    if not specs:
        yield None
        return
    async with _joined(specs, k) as source:
        yield Opened(source, known or await learned_of(source, k, recipe.seed), recipe)


async def learn(specs: Sequence[str], knobs: Owning, seed: int) -> Learned:
    """Open tools, learn about them, and close them again. Raises BadInput as above."""
    async with _joined(specs, knobs) as source:
        return await learned_of(source, knobs, seed)


def _joined(specs: Sequence[str], k: Owning) -> AbstractAsyncContextManager[Source]:
    overlays = tuple(map(Path, k.overlays))
    return joined(specs, k.limits, k.env, k.include, k.exclude, overlays, k.reset)
