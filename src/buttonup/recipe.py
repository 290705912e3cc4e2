"""The pipeline on one screen, and the recipe that says how it is run.

This is the only place where stages meet the engine. To add a stage: write the function, add a line.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Iterable, KeysView, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from buttonup import __version__, gates, topdown
from buttonup.bottomup import text_first, truth_first
from buttonup.engine.local import Fold, Stage
from buttonup.errors import BadInput
from buttonup.judge import Judging, judge
from buttonup.model.batching import Batching
from buttonup.model.local import content_name, is_local
from buttonup.model.teachers import Teachers
from buttonup.records import Record, Rejection, Sample, Trajectory, digest
from buttonup.store.settings import filled, read_settings
from buttonup.tools.definitions.overlay import read_overlay
from buttonup.tools.learning.learned import Learned
from buttonup.tools.own.run import Own, Owning
from buttonup.tools.source import OPENERS
from buttonup.worlds.session import find_world
from buttonup.worlds.splits import Split, unseen, worlds_of
from buttonup.worlds.world import World

Some = Annotated[int, msgspec.Meta(ge=1)]


class Teaching(Record):
    """The model that writes and acts, where one does."""

    model: str = ""
    """Name of the model at the endpoint; "local" or "local:PATH.gguf" for one here; "" for none."""
    base_url: str = "https://api.openai.com/v1"
    """Where the OpenAI-compatible chat completions are."""
    key_env: str = "OPENAI_API_KEY"
    """Environment variable that holds the key; the key itself is never written anywhere."""
    temperature: Annotated[float, msgspec.Meta(ge=0)] = 0.7
    max_tokens: Some = 2048
    """Tokens a reply may have."""
    tries: Some = 3
    """Times one thing is asked for: once, and again after each reply that does not fit."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 300.0
    """Seconds one reply may take."""
    batch: bool = False
    """Whether it is asked through the provider's batches: half the price, hours a stage."""
    concurrency: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Calls in flight at this endpoint; 0 for as many as the run's."""


ROLES = ("user", "assistant", "tools")
ASKING = (
    "scenarios", "expand", "atoms", "compose", "deepen", "consistent", "functions", "rewrite",
    "judge",
)  # fmt: skip
"""Stages that ask a model. Each of these and of the roles may have a model of its own."""


class Recipe(Record):
    """Everything a run is made from. A TOML file has these keys; `--set` overrides any."""

    n: Some = 200
    """Accepted samples wanted."""
    seed: int = 0
    tools: str | tuple[str, ...] = "worlds"
    """"worlds", "worlds:NAME,NAME", "simulated" (text first, through a teacher), or tools of your
    own: "python:FILE", several as a list."""
    first: Literal["auto", "truth", "text"] = "auto"
    """Over tools of your own: "truth" plans and executes calls and then words them; with "text" a
    model composes tasks, and then the tools answer. "auto" is "truth", and for simulated tools
    "text"."""
    split: Split = "train"
    """Part of the worlds: "train", "held_out" or "unseen_functions" (for evaluation), "all"."""
    seeds: str = ""
    """File of seed conversations for text first; "" for the shipped scenarios."""
    concurrency: Some = 16
    """Items and model calls in flight; with batches, `batch.items` instead."""
    cores: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Processor cores used where no model is asked, or on a cluster; 0 for all there are."""
    engine: Literal["local", "ray"] = "local"
    """"local": this machine; "ray": a Ray cluster (the `ray` extra)."""
    address: str = ""
    """HOST:PORT of the Ray cluster, or "auto"; "" to start one on this machine."""
    patience: Some = 300
    """Items in a row that come to nothing before the run ends short: a hopeless one is cheap."""
    budget: Annotated[float, msgspec.Meta(ge=0)] | None = None
    """Dollars that the run may cost, all its sittings together; not set: any."""
    prices: str = ""
    """File of prices over those that ship with the package; "" for none."""
    rewrite: bool = True
    """Truth first: whether the teacher, where there is one, rewrites the requests."""
    teacher: Teaching = Teaching()
    batch: Batching = Batching()
    models: dict[str, Teaching] = {}
    """Role or stage -> the model that it asks instead. A recipe's file leaves out of a table what
    is as in [teacher]."""

    own: Owning = Owning()
    """How your own tools are read, learned and called."""
    plan: truth_first.Planning = truth_first.Planning()
    scenes: truth_first.Scenes = truth_first.Scenes()
    wording: truth_first.Wording = truth_first.Wording()
    blueprint: truth_first.Blueprinting = truth_first.Blueprinting()
    rewriting: truth_first.Rewriting = truth_first.Rewriting()

    given: text_first.GivenKnobs = text_first.GivenKnobs()
    embedder: text_first.EmbedderName = "auto"
    """What near-duplicates are told by: "wordllama" (the `embed` extra), "lexical", or "auto"."""
    dedup: text_first.DedupKnobs = text_first.DedupKnobs()
    expand: text_first.ExpandKnobs = text_first.ExpandKnobs()
    atoms: text_first.AtomKnobs = text_first.AtomKnobs()
    compose: text_first.ComposeKnobs = text_first.ComposeKnobs()
    functions: text_first.FunctionsKnobs = text_first.FunctionsKnobs()
    library: text_first.LibraryKnobs = text_first.LibraryKnobs()
    assemble: text_first.AssembleKnobs = text_first.AssembleKnobs()

    simulate: topdown.Simulating = topdown.Simulating()
    judge: Judging = Judging()
    repair: bool = True
    """Whether a model's conversation that fails for one mendable reason is tried once more."""
    mask: gates.Masking = gates.Masking()


NOT_IDENTITY: Mapping[str, str] = {
    "n": "a run may be made longer; the samples it has stay the first ones",
    "concurrency": "changes how fast, not what",
    "cores": "changes how fast, not what",
    "engine": "changes how fast, not what",
    "address": "changes where, not what",
    "patience": "changes when a poor run gives up, not what it makes until then",
    "batch": "changes how fast, not what",
    "budget": "changes when a run ends, not what it makes until then",
    "prices": "changes what is counted, not what is made",
    "seeds": "counted by content, not by path",
}
NOT_IDENTITY_OF_TEACHER: Mapping[str, str] = {
    "base_url": "the same model may move to another address",
    "key_env": "says who pays",
    "timeout": "changes how long to wait, not for what",
    "batch": "the same requests, another way there",
    "concurrency": "changes how fast, not what",
}
NOT_IDENTITY_OF_OWN: Mapping[str, str] = {
    "learned": "counted by content, not by path",
    "sample": "counted by what was learned",
    "sample_all": "counted by what was learned",
    "seconds": "changes how long to wait, not for what",
    "reset": "changes how the tools come to their first state, not which it is",
    "megabytes": "changes what is refused, not what is made",
    "a_second": "changes how fast, not what",
}
"""What may change while a run goes on, and why."""


def own_specs(recipe: Recipe) -> tuple[str, ...]:
    """Name the sources of a user's own tools; () where the tools are worlds or simulated."""
    if not isinstance(recipe.tools, str):
        return recipe.tools
    kind = recipe.tools.partition(":")[0]
    return () if kind in ("worlds", "simulated") or ":" not in recipe.tools else (recipe.tools,)


def is_text_first(recipe: Recipe) -> bool:
    """Say whether tasks are composed by a model before anything is called."""
    return recipe.tools == "simulated" or recipe.first == "text"


def identity(recipe: Recipe, learned: Learned | None = None) -> str:
    """Digest all that decides the samples, our own version too; a run folder has one identity.

    Of a user's own tools, what was learned of them decides too.
    """
    content = {**filled(recipe), "buttonup": __version__}
    for key in NOT_IDENTITY:
        content.pop(key, None)
    if not recipe.judge.votes:
        del content["judge"]
    own = content.pop("own")
    if own_specs(recipe):
        kept = {key: value for key, value in own.items() if key not in NOT_IDENTITY_OF_OWN}
        said = [digest(read_overlay(Path(path))) for path in recipe.own.overlays]
        content["own"] = {**kept, "overlays": said, "learned": digest(learned)}
    for table in (content["teacher"], *content["models"].values()):
        for key in NOT_IDENTITY_OF_TEACHER:
            table.pop(key, None)
        table["model"] = content_name(table["model"])
    if is_text_first(recipe):
        content["embedder"] = text_first.pick_embedder(recipe.embedder).name
    if recipe.seeds:
        content["seeds"] = hashlib.sha256(Path(recipe.seeds).read_bytes()).hexdigest()
    return digest(content)


# --- the pipeline -------------------------------------------------------------------------------


def pipeline(recipe: Recipe, teachers: Teachers, own: Own | None = None) -> Sequence[Stage | Fold]:
    """Write out the stages of a recipe, first to last. `own` are the user's own tools, if any.

    Raises  BadInput when a stage or a role that asks a model has none, or the judge is a model that
            also writes
    """
    _try_judge(recipe)
    for name in _asking(recipe):
        if name not in OPTIONAL:
            teachers.needed(name)
    if recipe.tools == "simulated":
        return text_first_stages(recipe, teachers)
    if is_text_first(recipe):
        return given_stages(recipe, teachers, own)
    return truth_first_stages(recipe, teachers, own)


def text_first_stages(k: Recipe, teachers: Teachers) -> Sequence[Stage | Fold]:
    """BUTTON: seeds or scenarios, up to functions made for the task, down to a trajectory."""
    on, ask, embed = functools.partial, teachers.needed, text_first.pick_embedder(k.embedder)
    return (
        *(
            [Stage("scenarios", on(text_first.extract, teacher=ask("scenarios")))]
            if k.seeds
            else []
        ),
        Fold("distinct", text_first.near_duplicates(embed, k.dedup)),
        *(
            [Stage("expand", on(text_first.expand, teacher=ask("expand"), knobs=k.expand))]
            if k.expand.per_scenario
            else []
        ),
        Fold("distinct_expanded", text_first.near_duplicates(embed, k.dedup)),
        Stage("atoms", on(text_first.atoms, teacher=ask("atoms"), knobs=k.atoms)),
        Stage("compose", on(text_first.compose, teacher=ask("compose"), knobs=k.compose)),
        *(
            [Stage("deepen", on(text_first.deepen, teacher=ask("deepen"), knobs=k.compose))]
            if k.compose.deeper
            else []
        ),
        Stage("consistent", on(text_first.consistent, teacher=ask("consistent"))),
        Stage("functions", on(text_first.functions, teacher=ask("functions"), knobs=k.functions)),
        Fold("library", text_first.library(embed, k.library)),
        Fold("assemble", text_first.assemble(embed, k.assemble, k.seed)),
        *acted_out(k, teachers),
    )


def given_stages(k: Recipe, teachers: Teachers, own: Own | None) -> Sequence[Stage | Fold]:
    """BUTTON over a user's own tools: functions are chosen instead of made, and really run."""
    on, ask, embed = functools.partial, teachers.needed, text_first.pick_embedder(k.embedder)
    given: Any = own and text_first.Given(own, k.given, k.seed)  # None where stages are only named
    scenes = text_first.extract if k.seeds else on(text_first.imagine, given=given)
    over = {"given": given}
    return (
        Stage("scenarios", on(scenes, teacher=ask("scenarios"))),
        Fold("distinct", text_first.near_duplicates(embed, k.dedup)),
        Stage("atoms", on(text_first.atoms, teacher=ask("atoms"), knobs=k.atoms, **over)),
        Stage("compose", on(text_first.compose, teacher=ask("compose"), knobs=k.compose, **over)),
        *(
            [Stage("deepen", on(text_first.deepen, teacher=ask("deepen"), knobs=k.compose, **over))]
            if k.compose.deeper
            else []
        ),
        Stage("consistent", on(text_first.consistent, teacher=ask("consistent"))),
        Stage(
            "functions", on(text_first.choose, teacher=ask("functions"), knobs=k.functions, **over)
        ),
        Stage("assemble", on(text_first.assemble_given, knobs=k.assemble, seed=k.seed, **over)),
        *acted_out(k, teachers, own),
    )


def truth_first_stages(
    k: Recipe, teachers: Teachers, own: Own | None = None
) -> Sequence[Stage | Fold]:
    """Tools that run: sample and execute a plan, word it, act it out."""
    on = functools.partial
    knobs: dict[str, Any] = {
        "planning": k.plan, "scenes": k.scenes, "wording": k.wording, "knobs": k.blueprint,
    }  # fmt: skip
    if own_specs(k):
        tools: Any = own  # None where stages are only named
        drawn = on(truth_first.own_blueprints, own=tools, **knobs)
    else:
        drawn = on(truth_first.blueprints, worlds=chosen(k), must=unseen(k.split), **knobs)
    return (
        Stage("blueprints", drawn),
        *(
            [Stage("rewrite", on(truth_first.rewrite, teacher=rewriter, knobs=k.rewriting))]
            if (rewriter := teachers.of("rewrite")) and k.rewrite
            else []
        ),
        *acted_out(k, teachers, own),
    )


def acted_out(k: Recipe, teachers: Teachers, own: Own | None = None) -> Sequence[Stage]:
    """Top-down, both ways up alike: the conversation, a second try, a judge, the gates.

    Where a user's own tools are called, their calls are made again before the gates.
    """
    on, sieve = functools.partial, functools.partial(sift, masking=k.mask)
    tools: Any = own  # None where stages are only named
    cast: dict[str, Any] = {"teachers": teachers, "knobs": k.simulate, "own": own and own.door}
    return (
        Stage("simulate", on(topdown.simulate, **cast)),
        *(
            [Stage("repair", on(topdown.repair, sift=sieve, **cast))]
            if k.repair and "assistant" in _asking(k)
            else []
        ),
        *([Stage("again", on(topdown.called_again, own=tools))] if own_specs(k) else []),
        *(
            [Stage("judge", on(judge, teacher=teachers.needed("judge"), knobs=k.judge, sift=sieve))]
            if k.judge.votes
            else []
        ),
        Stage("gates", on(sifted, masking=k.mask)),
    )


OPTIONAL = {"rewrite"}  # done where there is a model for it


def asking(k: Recipe) -> dict[str, Teaching]:
    """Name the stages and roles of a run that have a model to ask, and which."""
    taught = {name: k.models.get(name, k.teacher) for name in _asking(k)}
    return {name: teaching for name, teaching in taught.items() if teaching.model}


def _asking(k: Recipe) -> KeysView[str]:
    """Name the stages and roles of a run that ask a model, first to last."""
    text_first, player = is_text_first(k), k.simulate.assistant
    made = k.tools == "simulated"
    asks = {
        "scenarios": text_first and (k.seeds or not made),
        "expand": made and k.expand.per_scenario,
        "atoms": text_first,
        "compose": text_first,
        "deepen": text_first and k.compose.deeper,
        "consistent": text_first,
        "functions": text_first,
        "rewrite": not text_first and k.rewrite,
        "user": k.simulate.user == "llm",
        "assistant": player in ("guided", "blind") or (player == "auto" and text_first),
        "tools": made,
        "judge": k.judge.votes,
    }
    return dict.fromkeys(name for name, does in asks.items() if does).keys()


def _try_judge(k: Recipe) -> None:
    """Raise BadInput where the judge's model also writes or acts: nobody is judge of their own."""
    taught = {name: content_name(teaching.model) for name, teaching in asking(k).items()}
    mine = taught.pop("judge", None)
    own = [name for name, model in taught.items() if model == mine]
    if own and not k.judge.same_model:
        what = f"{mine} would judge what it wrote itself ({', '.join(own)})"
        raise BadInput(what, "give [models.judge] another model, or set judge.same_model = true")


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


async def sifted(trajectory: Trajectory, masking: gates.Masking) -> list[Sample]:
    """Put a trajectory through all gates."""
    return [sift(trajectory, masking)]


def sift(trajectory: Trajectory, masking: gates.Masking) -> Sample:
    """Ask all gates, and keep bad turns out of the loss where the recipe says so."""
    return gates.masked(gates.sift(trajectory), masking.gates)


def chosen(recipe: Recipe) -> tuple[World, ...]:
    """Look up the worlds that a recipe names. Raises BadInput for unknown ones."""
    named = recipe.tools if isinstance(recipe.tools, str) else ""
    kind, _, names = named.partition(":")
    if kind != "worlds":
        raise BadInput(
            f"tools = {recipe.tools!r} is not known",
            'use "worlds", "worlds:NAME,NAME", "simulated", or your own, such as "python:FILE"',
        )
    there = {world.name: world for world in worlds_of(recipe.split)}
    wanted = [find_world(name.strip()).name for name in names.split(",") if name.strip()]
    if outside := [name for name in wanted if name not in there]:
        what = f"{', '.join(outside)} is not in the split {recipe.split!r}"
        raise BadInput(what, 'worlds held out for evaluation need --split held_out, or "all"')
    return tuple(there[name] for name in wanted) or tuple(there.values())


# --- reading recipes ----------------------------------------------------------------------------


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
    """Raise BadInput where a way up does not go with the tools or the seeds."""
    if recipe.first == "truth" and recipe.tools == "simulated":
        raise BadInput("simulated tools have no truth to begin with", 'leave out first = "truth"')
    if recipe.first == "text" and recipe.tools != "simulated" and not own_specs(recipe):
        what = "text first is over simulated tools, or your own; not over worlds"
        raise BadInput(what, "leave out --first, or name other --tools")
    if recipe.seeds and not is_text_first(recipe):
        raise BadInput("seeds are for text first", 'set tools to "simulated", or give --first text')


def _try_own(recipe: Recipe) -> None:
    """Raise BadInput where tools of a user's own are named, or used, as they cannot be."""
    for spec in own_specs(recipe):
        kind, colon, _ = spec.partition(":")
        if kind in ("worlds", "simulated"):
            raise BadInput(f"{spec} goes with no other tools", "give it alone, or leave it out")
        if not colon or kind not in OPENERS:
            known = ", ".join(f"{name}:…" for name in OPENERS)
            raise BadInput(f"{spec!r} is no source of tools", f"write worlds, simulated, {known}")
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
