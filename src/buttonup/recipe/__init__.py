"""The recipe of a run: every setting, and the pipeline that is made of them."""

from buttonup.recipe.askers import asking
from buttonup.recipe.continuing import identity
from buttonup.recipe.reading import read_recipe
from buttonup.recipe.settings import Recipe, Teaching, is_text_first, own_specs
from buttonup.recipe.stages import chosen, pipeline, worlds_beside
from buttonup.recipe.starting import promise, source

__all__ = [
    "Recipe",
    "Teaching",
    "asking",
    "chosen",
    "identity",
    "is_text_first",
    "own_specs",
    "pipeline",
    "promise",
    "read_recipe",
    "source",
    "worlds_beside",
]
