"""Recipes read from a file and from options."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from buttonup import gates
from buttonup.errors import BadInput
from buttonup.model.local import is_local
from buttonup.recipe.askers import asking
from buttonup.recipe.settings import (
    ASKING,
    ROLES,
    Recipe,
    Teaching,
    is_text_first,
    own_specs,
    specs,
)
from buttonup.recipe.stages import chosen, worlds_beside
from buttonup.store.settings import read_settings
from buttonup.tools.source import OPENERS


def read_recipe(path: Path | None, overrides: Mapping[str, Any]) -> Recipe:
    """Read a TOML recipe (None: the default one) and lay dotted `overrides` over it.

    Raises  BadInput where the file is missing, is not TOML, or has a key or a value that does not
            belong there
    """
    content = read_settings(path, overrides)
    _fill_models(content)
    try:
        recipe = msgspec.convert(content, Recipe)
    except msgspec.ValidationError as error:
        where = str(path) if path else "the options"
        raise BadInput(f"{where}: {error}", "see docs/recipes.md for the keys") from error
    gates.try_masking(recipe.mask)
    if own_specs(recipe):
        _try_own(recipe)
    if recipe.tools != "simulated" and not own_specs(recipe):
        chosen(recipe)
    _try_first(recipe)
    if recipe.teacher.batch:
        _try_batches(recipe)
    for teaching in (recipe.teacher, *recipe.models.values()):
        if is_local(teaching.model) and teaching.base_url != Teaching().base_url:
            raise BadInput(
                f"{teaching.model} is a model on this machine and has no base URL",
                "leave it out, or name the model at the endpoint otherwise",
            )
    return recipe


def _try_first(recipe: Recipe) -> None:
    """Raise BadInput where a way up does not go with the tools, the split or the seeds."""
    if recipe.first == "truth" and recipe.tools == "simulated":
        raise BadInput("simulated tools have no truth to begin with", 'leave out first = "truth"')
    if recipe.first == "text" and recipe.tools != "simulated":
        if not own_specs(recipe) or worlds_beside(recipe):
            what = "text first is over simulated tools, or your own; not over worlds"
            raise BadInput(what, "leave out --first, or name other --tools")
        if recipe.split == "held_out":
            what = "tasks are held out by the calls that are planned, and text first plans none"
            raise BadInput(what, "leave out --split, or --first text")
    if recipe.seeds and not is_text_first(recipe):
        raise BadInput("seeds are for text first", 'set tools to "simulated", or give --first text')


def _try_own(recipe: Recipe) -> None:
    """Raise BadInput where tools of a user's own are named, or used, as they cannot be."""
    if "simulated" in specs(recipe):
        raise BadInput("simulated goes with no other tools", "give it alone, or leave it out")
    worlds_beside(recipe)
    for spec in own_specs(recipe):
        kind, colon, _ = spec.partition(":")
        if not colon or kind not in OPENERS:
            known = ", ".join(f"{name}:…" for name in OPENERS)
            raise BadInput(f"{spec!r} is no source of tools", f"write worlds, simulated, {known}")
    if recipe.split == "unseen_functions":
        what = "your own tools have no functions that are held out, only tasks"
        raise BadInput(what, 'use --split held_out, or "all"')
    if recipe.engine == "ray":
        raise BadInput("your own tools run here, not on a cluster", "leave --engine out")


def _fill_models(content: dict[str, Any]) -> None:
    """Fill each table of [models] up with [teacher]. Raises BadInput for an unknown name."""
    models, shared = content.get("models", {}), content.get("teacher", {})
    if not isinstance(models, dict) or not isinstance(shared, dict):
        return  # told as any other value that is no table
    if unknown := sorted(models.keys() - {*ROLES, *ASKING}):
        what = f"[models.{unknown[0]}] is of no role or stage that asks a model"
        raise BadInput(what, f"there are {', '.join((*ROLES, *ASKING))}")
    content["models"] = {
        name: {**_inherited(shared, own), **own} if isinstance(own, dict) else own
        for name, own in models.items()
    }


def _inherited(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Give what a table takes over: all, save that a model on this machine has no address."""
    local = is_local(str(own.get("model", "")))
    return {key: value for key, value in shared.items() if not (local and key == "base_url")}


def _try_batches(recipe: Recipe) -> None:
    """Raise BadInput where a recipe asks in batches what no batch can ask."""
    asked = {(k.model, k.base_url, k.key_env) for k in asking(recipe).values()}
    if recipe.engine == "ray" or is_local(recipe.teacher.model):
        raise BadInput("batches are a provider's, and asked from here", "leave --batch out")
    if len(asked) > 1:
        what = "a batch asks one model, and this recipe has several"
        raise BadInput(what, "leave out [models], or --batch")
