"""What the first stage of a run starts from."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path

from buttonup.bottomup import text_first, truth_first
from buttonup.recipe.settings import Recipe, is_text_first
from buttonup.records import Record, Rejection


def source(recipe: Recipe) -> Iterable[Record]:
    """Give what the first stage starts from. Raises BadInput for a seed file without seeds."""
    if recipe.seeds:
        _try_seeds(Path(recipe.seeds))
        return text_first.read_seeds(Path(recipe.seeds))
    if recipe.tools == "simulated":
        return text_first.shipped()
    return (truth_first.Ticket(seed=recipe.seed, index=i) for i in itertools.count())


def promise(recipe: Recipe) -> int:
    """Say how many samples one item of the source gives, if all goes well."""
    if not is_text_first(recipe):
        return 1
    widened = 1 + max(0, recipe.expand.per_scenario)
    if recipe.tools != "simulated":
        widened = 1 if recipe.seeds else recipe.given.scenarios
    return widened * recipe.atoms.per_scenario * len(recipe.compose.strategies)


def _try_seeds(path: Path) -> None:
    """Read as far as the first usable seed. Raises BadInput when there is none."""
    next(seed for seed in text_first.read_seeds(path) if not isinstance(seed, Rejection))
