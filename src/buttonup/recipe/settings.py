"""Every setting of a run."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from buttonup import gates, topdown
from buttonup.bottomup import text_first, truth_first
from buttonup.bottomup.given import GivenKnobs
from buttonup.judge.stage import Judging
from buttonup.model.batching import Batching
from buttonup.records import Record
from buttonup.tools.own.run import Owning
from buttonup.worlds.splits import Split

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
    own: "python:FILE", several as a list, worlds among them."""
    first: Literal["auto", "truth", "text"] = "auto"
    """Over tools of your own: "truth" plans and executes calls and then words them; with "text" a
    model composes tasks, and then the tools answer. "auto" is "truth", and for simulated tools
    "text"."""
    split: Split = "train"
    """Part of the worlds: "train", "held_out" or "unseen_functions" (for evaluation), "all".
    Over your own tools: what is held out is a share of the tasks (`own.held_out`)."""
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

    given: GivenKnobs = GivenKnobs()
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


def own_specs(recipe: Recipe) -> tuple[str, ...]:
    """Name the sources of a user's own tools; () where the tools are worlds or simulated."""
    if isinstance(recipe.tools, str) and ":" not in recipe.tools:
        return ()
    return tuple(spec for spec in specs(recipe) if not shipped(spec))


def is_text_first(recipe: Recipe) -> bool:
    """Say whether tasks are composed by a model before anything is called."""
    return recipe.tools == "simulated" or recipe.first == "text"


def specs(recipe: Recipe) -> tuple[str, ...]:
    """List what a recipe names as its tools."""
    return (recipe.tools,) if isinstance(recipe.tools, str) else recipe.tools


def shipped(spec: str) -> bool:
    """Say whether tools are none of a user's own."""
    return spec.partition(":")[0] in ("worlds", "simulated")
