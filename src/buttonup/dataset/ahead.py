"""What a run will take, before it is made."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from buttonup.dataset.folder import accepted
from buttonup.dataset.making import make
from buttonup.dataset.standing import Watch
from buttonup.doors import purse_of
from buttonup.errors import BadInput
from buttonup.estimating import Estimate, Measured, estimated, measured
from buttonup.model.door import Model
from buttonup.recipe import Recipe, asking, own_specs


async def estimate(recipe: Recipe) -> Estimate:
    """Estimate what a run will ask of models. Nothing is sent; raises BadInput as the run would.

    Over a user's own tools, which would have to be called, a run that asks models is not estimated.
    """
    if own_specs(recipe) and asking(recipe):
        what = "what a run over your own tools asks is not known before they are called"
        raise BadInput(what, "make a few samples (-n 5) and see their report")
    return await estimated(recipe, purse_of(recipe).prices)


async def pilot(
    recipe: Recipe,
    folder: Path,
    count: int,
    watch: Watch | None = None,
    model: Model | None = None,
) -> Measured | None:
    """Make the first `count` samples of a run in its folder, and scale what they took to `n`.

    Gives None when nothing was accepted. Raises as `make` does
    """
    first = structs.replace(recipe, n=min(count, recipe.n))
    made = await make(first, folder, watch, model)
    tokens = [
        sum(u.prompt_tokens + u.completion_tokens for u in sample.trajectory.usage.values())
        for sample in accepted(folder)
    ]
    return measured(made.report, tokens, recipe.n)
