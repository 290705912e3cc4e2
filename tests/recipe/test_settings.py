from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from tests.recipe.keys import KEYS

from buttonup.recipe import Recipe, identity, read_recipe
from buttonup.store.settings import as_toml

ROOT = Path(__file__).parents[2]


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "n": st.integers(1, 10**6),
            "seed": st.integers(-(2**63), 2**63 - 1),
            "plan.optional": st.floats(0, 1),
            "teacher.model": st.text(st.characters(exclude_categories=["Cs"])),
            "dedup.threshold": st.floats(0, 1),
            "compose.strategies": st.just(["sequential"]),
        },
    )
)
def test_a_recipe_written_out_is_the_same_recipe(overrides: dict[str, Any]) -> None:
    recipe = read_recipe(None, overrides)
    again = msgspec.toml.decode(as_toml(recipe), type=Recipe)
    assert (again, identity(again)) == (recipe, identity(recipe))


def test_a_recipe_written_out_says_every_key() -> None:
    written = msgspec.toml.decode(as_toml(Recipe()))
    said = {f"{t}.{k}" for t, table in written.items() if isinstance(table, dict) for k in table}
    said |= {key for key, value in written.items() if not isinstance(value, dict) or not value}
    assert set(KEYS) - said == {key for key, value in KEYS.items() if value is None}


def test_the_worlds_recipe_is_the_default_spelt_out() -> None:
    recipe = read_recipe(ROOT / "recipes" / "worlds.toml", {})
    assert (recipe, identity(recipe)) == (Recipe(), identity(Recipe()))


def test_the_page_on_recipes_tells_every_key_and_its_default() -> None:
    tables = re.split(r"^## ", (ROOT / "docs" / "recipes.md").read_text(), flags=re.MULTILINE)
    told = dict(rows(tables))
    assert told.keys() == KEYS.keys()
    for key, default in told.items():
        if default.startswith("`"):
            assert default == f"`{json.dumps(KEYS[key])}`", key


def rows(tables: list[str]) -> Iterator[tuple[str, str]]:
    """Give the keys of the page, dotted, and what stands for their defaults."""
    for table in tables[1:]:
        heading = re.match(r"\[(\w+)\]", table)
        before = f"{heading[1]}." if heading else ""
        for key, default in re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE):
            yield f"{before}{key}", default
