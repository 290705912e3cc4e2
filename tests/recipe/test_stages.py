from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from buttonup.engine.local import Stage
from buttonup.errors import BadInput
from buttonup.model.ask import Teacher
from buttonup.model.scripted import Scripted
from buttonup.model.teachers import Teachers
from buttonup.recipe import Recipe, chosen, pipeline, read_recipe
from buttonup.recipe.settings import ASKING, ROLES
from buttonup.worlds.catalogue import WORLDS

ROOT = Path(__file__).parents[2]
TEACHER = Teacher(Scripted(lambda _: "{}"), "scripted")
NOBODY, TEACHERS = Teachers(), Teachers(dict.fromkeys((*ROLES, *ASKING), TEACHER))


def names(teachers: Teachers = NOBODY, **overrides: Any) -> list[str]:
    recipe = read_recipe(None, {k.replace("__", "."): v for k, v in overrides.items()})
    return [stage.name for stage in pipeline(recipe, teachers)]


def test_truth_first_needs_no_teacher_and_is_reworded_by_one() -> None:
    assert names() == ["blueprints", "simulate", "gates"]
    assert names(TEACHERS) == ["blueprints", "rewrite", "simulate", "gates"]
    assert names(TEACHERS, rewrite=False) == ["blueprints", "simulate", "gates"]


def test_text_first_goes_the_papers_way() -> None:
    assert names(TEACHERS, tools="simulated", embedder="lexical") == [
        "distinct", "expand", "distinct_expanded", "atoms", "compose", "consistent", "functions",
        "library", "assemble", "simulate", "repair", "gates",
    ]  # fmt: skip
    deeper = names(TEACHERS, tools="simulated", embedder="lexical", compose__deeper=1)
    assert deeper[deeper.index("compose") + 1] == "deepen"


def test_a_judge_stands_before_the_gates_where_votes_are_asked_for() -> None:
    knobs = {"judge.votes": 1, "judge.same_model": True}
    assert [s.name for s in pipeline(read_recipe(None, knobs), TEACHERS)][-2:] == ["judge", "gates"]
    text_first = {**knobs, "tools": "simulated", "embedder": "lexical"}
    stages = [s.name for s in pipeline(read_recipe(None, text_first), TEACHERS)]
    assert stages[-4:] == ["simulate", "repair", "judge", "gates"]


def test_a_judge_needs_a_model() -> None:
    with pytest.raises(BadInput, match=r"judge needs a model to ask; .*\[models.judge\]"):
        pipeline(read_recipe(None, {"judge.votes": 1}), NOBODY)


def test_only_a_models_conversations_are_tried_again_and_only_where_it_is_wanted() -> None:
    assert "repair" not in names(TEACHERS)
    assert "repair" in names(TEACHERS, simulate__assistant="blind")
    assert "repair" not in names(TEACHERS, simulate__assistant="blind", repair=False)


def test_text_first_without_a_teacher_says_how_to_name_one() -> None:
    with pytest.raises(BadInput, match="--teacher"):
        names(tools="simulated")


def test_worlds_are_chosen_by_name() -> None:
    assert len(chosen(Recipe(split="all"))) == len(WORLDS)
    assert len(chosen(Recipe())) < len(WORLDS), "some are kept for evaluation"
    recipe = read_recipe(None, {"tools": "worlds: library , museum"})
    assert [world.name for world in chosen(recipe)] == ["library", "museum"]


RECIPES = sorted((ROOT / "recipes").glob("*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_reads_and_has_a_pipeline(path: Path) -> None:
    stages = pipeline(read_recipe(path, {"embedder": "lexical"}), TEACHERS)
    assert any(isinstance(stage, Stage) and stage.name == "simulate" for stage in stages)
