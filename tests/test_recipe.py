from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from buttonup.engine.local import Stage
from buttonup.errors import BadInput
from buttonup.model.ask import Teacher
from buttonup.model.scripted import Scripted
from buttonup.model.teachers import Teachers
from buttonup.recipe import (
    ASKING,
    NOT_IDENTITY,
    NOT_IDENTITY_OF_OWN,
    NOT_IDENTITY_OF_TEACHER,
    ROLES,
    Recipe,
    Teaching,
    chosen,
    identity,
    pipeline,
    read_recipe,
    source,
)
from buttonup.records import Record
from buttonup.store.settings import as_toml
from buttonup.worlds.catalogue import WORLDS

ROOT = Path(__file__).parent.parent
TEACHER = Teacher(Scripted(lambda _: "{}"), "scripted")
NOBODY, TEACHERS = Teachers(), Teachers(dict.fromkeys((*ROLES, *ASKING), TEACHER))


def keys(table: Record, before: str = "") -> Iterator[tuple[str, Any]]:
    """List every key of a recipe, dotted, with its value."""
    for name in table.__struct_fields__:
        value = getattr(table, name)
        if isinstance(value, Record):
            yield from keys(value, f"{name}.")
        else:
            yield f"{before}{name}", value


KEYS = dict(keys(Recipe()))

# --- what a recipe may hold ----------------------------------------------------------------------


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


# --- written out, and read again -----------------------------------------------------------------


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


# --- what a run's identity hangs on --------------------------------------------------------------

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


# --- the pipeline --------------------------------------------------------------------------------


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


JUDGED = {"judge.votes": 1, "teacher.model": "m"}


@pytest.mark.parametrize(
    ("given", "wrote"),
    [
        ({**JUDGED}, "rewrite"),
        ({**JUDGED, "models.judge.model": "m"}, "rewrite"),
        ({**JUDGED, "rewrite": False, "simulate.user": "llm"}, "user"),
        ({**JUDGED, "models.judge.model": "j", "models.rewrite.model": "j"}, "rewrite"),
    ],
)
def test_nobody_judges_what_they_wrote_unless_the_recipe_says_so(
    given: dict[str, Any], wrote: str
) -> None:
    with pytest.raises(BadInput, match=rf"would judge what it wrote itself \({wrote}\)"):
        pipeline(read_recipe(None, given), TEACHERS)
    pipeline(read_recipe(None, {**given, "judge.same_model": True}), TEACHERS)


def test_another_model_may_judge_and_so_may_any_where_no_model_wrote() -> None:
    pipeline(read_recipe(None, {**JUDGED, "models.judge.model": "j"}), TEACHERS)
    pipeline(read_recipe(None, {**JUDGED, "rewrite": False}), TEACHERS)


def test_a_run_without_a_judge_is_the_run_it_was_before_there_were_judges() -> None:
    without = identity(read_recipe(None, {}))
    assert identity(read_recipe(None, {"judge.below": 4.5, "judge.turns": True})) == without
    judged = {identity(read_recipe(None, {"judge.votes": n, "judge.below": 2})) for n in (1, 2)}
    assert len({without, *judged}) == 3


def test_only_a_models_conversations_are_tried_again_and_only_where_it_is_wanted() -> None:
    assert "repair" not in names(TEACHERS)
    assert "repair" in names(TEACHERS, simulate__assistant="blind")
    assert "repair" not in names(TEACHERS, simulate__assistant="blind", repair=False)


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


def test_text_first_without_a_teacher_says_how_to_name_one() -> None:
    with pytest.raises(BadInput, match="--teacher"):
        names(tools="simulated")


def test_worlds_are_chosen_by_name() -> None:
    assert len(chosen(Recipe(split="all"))) == len(WORLDS)
    assert len(chosen(Recipe())) < len(WORLDS), "some are kept for evaluation"
    recipe = read_recipe(None, {"tools": "worlds: library , museum"})
    assert [world.name for world in chosen(recipe)] == ["library", "museum"]


@pytest.mark.parametrize("text", ["", "\n\n", "not json\n", '{"other": 1}\n[]\n'])
def test_seeds_without_a_seed_are_refused_before_anything_begins(text: str, tmp_path: Path) -> None:
    path = tmp_path / "seeds.jsonl"
    path.write_text(text)
    with pytest.raises(BadInput, match=re.escape(str(path))):
        source(read_recipe(None, {"tools": "simulated", "seeds": str(path)}))


# --- the recipes that ship, and their page -------------------------------------------------------

RECIPES = sorted((ROOT / "recipes").glob("*.toml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_reads_and_has_a_pipeline(path: Path) -> None:
    stages = pipeline(read_recipe(path, {"embedder": "lexical"}), TEACHERS)
    assert any(isinstance(stage, Stage) and stage.name == "simulate" for stage in stages)


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


@pytest.mark.parametrize("other", [{"engine": "ray"}, {"teacher.model": "local"}])
def test_batches_are_not_asked_of_a_local_model_nor_on_a_cluster(other: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="batch"):
        read_recipe(None, {"teacher.batch": True, "teacher.model": "m", **other})
