from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.recipe.keys import KEYS

from buttonup.errors import BadInput
from buttonup.recipe import Recipe, Teaching, identity, read_recipe
from buttonup.store.settings import as_toml


def test_no_file_and_no_options_is_the_default_recipe() -> None:
    assert read_recipe(None, {}) == Recipe()


def test_options_are_laid_over_the_file(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text("n = 5\nseed = 9\n[plan]\noptional = 0.1\ntries = 7\n")
    recipe = read_recipe(path, {"seed": 1, "plan.optional": 0.9, "teacher.model": "m"})
    assert (recipe.n, recipe.seed, recipe.plan.optional) == (5, 1, 0.9)
    assert (recipe.plan.tries, recipe.teacher.model) == (7, "m")


WRONG: dict[str, Mapping[str, Any]] = {
    "unknown field `nn`": {"nn": 1},
    "unknown field `nope`": {"plan.nope": 1},
    "`$.n`": {"n": "many"},
    ">= 1": {"n": 0},
    "`$.concurrency`": {"concurrency": 0},
    "`$.teacher.timeout`": {"teacher.timeout": 0},
    "`$.teacher.temperature`": {"teacher.temperature": -1},
    "`$.simulate.assistant`": {"simulate.assistant": "wise"},
    "n is not a table": {"n": 1, "n.deep": 1},
    "'tools.py' is not known": {"tools": "tools.py"},
    "there is no world 'atlantis'": {"tools": "worlds:atlantis"},
    "seeds are for text first": {"seeds": "seeds.jsonl"},
    "has no base URL": {"teacher.model": "local", "teacher.base_url": "http://127.0.0.1:9/v1"},
    "compose.strategies is empty": {"tools": "simulated", "compose.strategies": []},
    "plan.shapes has no star": {"plan.shapes.star": 1},
    "plan.shapes has weights": {"plan.shapes": {"chain": -1}},
    "plan.depth has no 11": {"plan.depth.11": 1},
    "`$.plan.width`": {"plan.width": 0},
    "the shares in [scenes]": {"scenes.refused": 0.9},
    "wording.registers has no pirate": {"wording.registers.pirate": 1},
    "`$.wording.typos`": {"wording.typos": 2},
    "blueprint.distractors has [8, 0, 1.0]": {"blueprint.distractors": [[8, 0, 1]]},
    "`$.blueprint.near`": {"blueprint.near": 1.5},
    "`$.split`": {"split": "some"},
    "is not in the split 'train'": {"tools": "worlds:ferry_line"},
    "`$.rewriting.personas`": {"rewriting.personas": []},
    "[models.assistent] is of no role or stage that asks a model; there are user, assistant": {
        "models.assistent.model": "m"
    },
    "unknown field `modle` - at `$.models[...]`": {"models.tools.modle": "m"},
    "at `$.models`": {"models": 1},
    "at `$.models[...]`": {"models.tools": "gpt"},
    "`$.simulate.max_turns`": {"simulate.max_turns": 0},
    "`$.judge.votes`": {"judge.votes": -1},
    "`$.judge.below`": {"judge.below": 6},
    "`$.judge.axes[0]`": {"judge.axes": ["beauty"]},
    "`$.judge.axes`": {"judge.axes": []},
    "judge.axes names plan twice": {"judge.axes": ["plan", "plan"]},
}


@pytest.mark.parametrize("words", WRONG)
def test_what_does_not_belong_in_a_recipe_is_named(words: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_recipe(None, WRONG[words])
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"n = = 1", "not TOML"), (b"n = '\xff'", "not TOML"), (b"x=1", "x")],
)
def test_a_file_that_is_no_recipe_is_named(
    content: bytes | None, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "r.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadInput, match=r"r\.toml") as caught:
        read_recipe(path, {})
    assert words in str(caught.value)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(sorted(KEYS)), inner, max_size=3)
    ),
)


@given(st.dictionaries(st.sampled_from([*KEYS, "plan", "nope", "teacher.x"]), VALUES, max_size=3))
def test_whatever_is_set_gives_a_recipe_or_bad_input(overrides: dict[str, Any]) -> None:
    with contextlib.suppress(BadInput):
        assert read_recipe(None, overrides).n >= 1


def test_what_a_table_of_models_leaves_out_is_as_in_teacher(tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text("[teacher]\ntemperature = 0.1\n[models.tools]\nmodel = 'cheap'\n")
    recipe = read_recipe(path, {"teacher.tries": 5, "teacher.model": "strong"})
    assert recipe.models == {"tools": structs.replace(recipe.teacher, model="cheap")}
    assert (recipe.models["tools"].temperature, recipe.models["tools"].tries) == (0.1, 5)
    whole = msgspec.toml.decode(as_toml(recipe), type=Recipe)
    assert (whole, identity(whole)) == (recipe, identity(recipe))


def test_a_role_played_on_this_machine_has_no_address_though_the_teacher_has_one() -> None:
    elsewhere = {"teacher.model": "m", "teacher.base_url": "http://127.0.0.1:9/v1"}
    recipe = read_recipe(None, {**elsewhere, "models.tools.model": "local:tiny.gguf"})
    assert recipe.models["tools"].base_url == Teaching().base_url
    told = {"models.tools.model": "local:t.gguf", "models.tools.base_url": "http://127.0.0.1:9/v1"}
    with pytest.raises(BadInput, match="has no base URL"):
        read_recipe(None, told)


@pytest.mark.parametrize(
    ("gates", "words"),
    [
        (["answer"], "answer cannot be masked: what was said wrong is believed from then on"),
        (["repeats", "nonsense"], "there is no gate 'nonsense'"),
    ],
)
def test_a_gate_that_no_mask_makes_good_is_refused_with_the_reason(
    gates: list[str], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        read_recipe(None, {"mask.gates": gates})


@pytest.mark.parametrize("other", [{"engine": "ray"}, {"teacher.model": "local"}])
def test_batches_are_not_asked_of_a_local_model_nor_on_a_cluster(other: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="batch"):
        read_recipe(None, {"teacher.batch": True, "teacher.model": "m", **other})
