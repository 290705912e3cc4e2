from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.recipe.keys import KEYS

from buttonup.recipe import Teaching, identity, read_recipe
from buttonup.recipe.continuing import NOT_IDENTITY, NOT_IDENTITY_OF_OWN, NOT_IDENTITY_OF_TEACHER

OTHER: Mapping[str, Any] = {
    "engine": "ray", "first": "text",
    "tools": "simulated", "embedder": "lexical", "seeds": "", "simulate.user": "llm",
    "simulate.assistant": "blind", "compose.strategies": ["sequential"],
    "plan.shapes": {"chain": 1.0}, "plan.depth": {"2": 1.0}, "wording.registers": {"plain": 1.0},
    "blueprint.distractors": [[0, 3, 1.0]], "split": "all",
    "dedup.threshold": 0.1, "assemble.unlike": 0.1, "batch.requests": 10,
    "budget": 1.5, "prices": "", "models": {"tools": {"model": "m"}},
    "mask.gates": ["repeats"],
    "own.writes": ["*"], "own.include": ["get_*"], "own.exclude": ["get_*"], "own.env": ["TOKEN"],
}  # fmt: skip


def other(key: str) -> Any:
    match KEYS[key]:
        case _ if key in OTHER:
            return OTHER[key]
        case bool() as value:
            return not value
        case int() as value:
            return value + 1
        case float() as value:
            return value / 2 or 0.5
        case str() as value:
            return f"{value}x"
        case tuple() as value:
            return [value[0], value[1]] if isinstance(value[0], str) else [1, 2]
    raise AssertionError(key)


@pytest.mark.parametrize("key", Teaching.__struct_fields__)
def test_a_run_is_another_when_a_role_is_asked_otherwise(key: str) -> None:
    def made(value: Any) -> str:
        return identity(read_recipe(None, {"models.tools": {key: value}}))

    default = KEYS[f"teacher.{key}"]
    changed = made(other(f"teacher.{key}")) != made(default)
    assert changed == (key not in NOT_IDENTITY_OF_TEACHER)


FREE = {
    *NOT_IDENTITY,
    *(f"teacher.{key}" for key in NOT_IDENTITY_OF_TEACHER),
    *(f"own.{key}" for key in NOT_IDENTITY_OF_OWN),
}


def free(key: str) -> bool:
    """Say whether a key, or the table that it stands in, may change while a run goes on."""
    return key in FREE or key.partition(".")[0] in FREE


@pytest.mark.usefixtures("own_tools")
@pytest.mark.parametrize("key", sorted(KEYS.keys() - {"seeds", "embedder", "own.overlays"}))
def test_a_run_is_another_when_a_key_changes_that_changes_the_samples(key: str) -> None:
    asked: dict[str, Any] = {"judge.votes": 3} if key.startswith("judge.") else {}  # else none
    asked |= {"tools": "python:shop.py"} if key.startswith("own.") or key == "first" else {}
    changed = identity(read_recipe(None, {**asked, key: other(key)}))
    assert (changed != identity(read_recipe(None, asked))) != free(key)


def test_every_key_that_is_free_to_change_says_why() -> None:
    assert {*KEYS, *(key.partition(".")[0] for key in KEYS)} >= FREE
    whys = (NOT_IDENTITY, NOT_IDENTITY_OF_TEACHER, NOT_IDENTITY_OF_OWN)
    assert all(why for table in whys for why in table.values())


def test_seeds_count_by_what_they_say_not_where_they_lie(tmp_path: Path) -> None:
    def made_of(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        return identity(read_recipe(None, {"tools": "simulated", "seeds": str(tmp_path / name)}))

    assert made_of("a", '{"query": "x"}') == made_of("b", '{"query": "x"}')
    assert made_of("a", '{"query": "x"}') != made_of("b", '{"query": "y"}')


@pytest.mark.usefixtures("own_tools")
def test_overlays_count_by_what_they_say_not_where_they_lie(tmp_path: Path) -> None:
    def laid(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        own = {"tools": "python:shop.py", "own.overlays": [str(tmp_path / name)]}
        return identity(read_recipe(None, own))

    assert laid("a", "[x]\nwrites = true") == laid("b", "[x]\nwrites = true")
    assert laid("a", "[x]\nwrites = true") != laid("b", "[x]\nwrites = false")


def test_a_local_model_counts_by_what_it_holds_not_where_it_lies(tmp_path: Path) -> None:
    def asked(name: str, held: bytes) -> str:
        (tmp_path / name).write_bytes(held)
        return identity(read_recipe(None, {"teacher.model": f"local:{tmp_path / name}"}))

    assert asked("a.gguf", b"GGUF x") == asked("b.gguf", b"GGUF x")
    assert asked("a.gguf", b"GGUF x") != asked("b.gguf", b"GGUF y")


def test_the_embedder_in_use_counts_not_what_it_was_called() -> None:
    named = [read_recipe(None, {"tools": "simulated", "embedder": e}) for e in ("auto", "lexical")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("buttonup.alike.embed.find_spec", lambda _: None)
        assert len({identity(recipe) for recipe in named}) == 1


def test_a_run_without_a_judge_is_the_run_it_was_before_there_were_judges() -> None:
    without = identity(read_recipe(None, {}))
    assert identity(read_recipe(None, {"judge.below": 4.5, "judge.turns": True})) == without
    judged = {identity(read_recipe(None, {"judge.votes": n, "judge.below": 2})) for n in (1, 2)}
    assert len({without, *judged}) == 3
