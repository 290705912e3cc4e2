"""The ways from a recipe to a user's own tools: opened, learned, and kept in the run's folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from buttonup.errors import BadInput
from buttonup.recipe import Recipe, is_text_first, own_specs, read_recipe, worlds_beside
from buttonup.records import digest
from buttonup.store.journal import Journal
from buttonup.store.rundir import ANSWERS, LEARNED, RunDir
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
        """Take them into a run. Raises BadInput where no function can be called."""
        run.write_learned(written(self.learned))
        planned = not is_text_first(self.recipe)
        return Own(self.source, self.learned, self.recipe.own, run.answers(), planned=planned)


@asynccontextmanager
async def open_tools(recipe: Recipe, known: Learned | None) -> AsyncIterator[Opened | None]:
    """Open the tools of a recipe and learn about them, unless it is known; None where it has none.

    Raises  BadInput where they cannot be opened
    """
    if not own_specs(recipe):
        yield None
        return
    async with joined_for(recipe) as source:
        learned = known or await learned_of(source, recipe.own, recipe.seed)
        yield Opened(source, learned, recipe)


@asynccontextmanager
async def opened_again(folder: Path) -> AsyncIterator[Own]:
    """Open the tools of a run that has been, with all that it knows of them.

    What they have answered it is known, and what they answer now is kept there too.
    Raises  BadInput for a folder that is no run over a user's own tools, or where they cannot be
            opened any more
    """
    if not (folder / LEARNED).exists():
        raise BadInput(f"{folder} is no run over tools of your own", "name the folder of one")
    recipe, known = read_recipe(folder / "recipe.toml", {}), read_learned(folder / LEARNED)
    async with joined_for(recipe) as source:
        with Journal(folder / ANSWERS) as journal:
            own = Own(source, known, recipe.own, journal, planned=not is_text_first(recipe))
            try:
                yield own
            finally:
                await own.answers.ended()


@asynccontextmanager
async def opened_if_own(folder: Path) -> AsyncIterator[Own | None]:
    """Open the tools of a run where they are the user's own; None over worlds alone."""
    if not (folder / LEARNED).exists():
        yield None
        return
    async with opened_again(folder) as own:
        yield own


async def learn(specs: Sequence[str], knobs: Owning, seed: int) -> Learned:
    """Open tools, learn about them, and close them again. Raises BadInput as above."""
    async with _joined(specs, knobs) as source:
        return await learned_of(source, knobs, seed)


def joined_for(recipe: Recipe) -> AbstractAsyncContextManager[Source]:
    """Open the tools of a recipe as one source. Raises BadInput as above."""
    return _joined(own_specs(recipe), recipe.own, _names_beside(recipe))


def _joined(
    specs: Sequence[str], k: Owning, taken: Collection[str] = ()
) -> AbstractAsyncContextManager[Source]:
    overlays = tuple(map(Path, k.overlays))
    return joined(specs, k.limits, k.env, k.include, k.exclude, overlays, k.reset, taken)


def _names_beside(recipe: Recipe) -> frozenset[str]:
    """Name the functions of the worlds that a run has beside the user's own."""
    return frozenset(name for world in worlds_beside(recipe) for name in world.functions)
