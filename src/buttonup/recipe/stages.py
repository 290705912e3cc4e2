"""The pipeline on one screen.

This is the only place where stages meet the engine. To add a stage: write the function, add a line.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from buttonup import gates, topdown
from buttonup.bottomup import given, text_first, truth_first
from buttonup.engine.local import Fold, Stage
from buttonup.errors import BadInput
from buttonup.judge.stage import judge
from buttonup.model.teachers import Teachers
from buttonup.recipe.askers import askers, try_judge
from buttonup.recipe.settings import Recipe, is_text_first, own_specs, shipped, specs
from buttonup.records import Sample, Trajectory
from buttonup.tools.own.run import Own
from buttonup.worlds.session import find_world
from buttonup.worlds.splits import unseen, worlds_of
from buttonup.worlds.world import World


def pipeline(recipe: Recipe, teachers: Teachers, own: Own | None = None) -> Sequence[Stage | Fold]:
    """Write out the stages of a recipe, first to last. `own` are the user's own tools, if any.

    Raises  BadInput when a stage or a role that asks a model has none, or the judge is a model that
            also writes
    """
    try_judge(recipe)
    for name in askers(recipe):
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
    tools: Any = own and given.Given(own, k.given, k.seed)  # None where stages are only named
    scenes = text_first.extract if k.seeds else on(given.imagine, given=tools)
    over = {"given": tools}
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
        Stage("functions", on(given.choose, teacher=ask("functions"), knobs=k.functions, **over)),
        Stage("assemble", on(given.assemble, knobs=k.assemble, seed=k.seed, **over)),
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
        beside = worlds_beside(k)
        drawn = on(truth_first.own_blueprints, own=tools, beside=beside, split=k.split, **knobs)
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
            if k.repair and "assistant" in askers(k)
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


async def sifted(trajectory: Trajectory, masking: gates.Masking) -> list[Sample]:
    """Put a trajectory through all gates."""
    return [sift(trajectory, masking)]


def sift(trajectory: Trajectory, masking: gates.Masking) -> Sample:
    """Ask all gates, and keep bad turns out of the loss where the recipe says so."""
    return gates.masked(gates.sift(trajectory), masking.gates)


def chosen(recipe: Recipe) -> tuple[World, ...]:
    """Look up the worlds that a recipe names. Raises BadInput for unknown ones."""
    mine = own_specs(recipe)
    named = [spec.partition(":") for spec in specs(recipe) if spec not in mine]
    if not named or any(kind != "worlds" for kind, _, _ in named):
        raise BadInput(
            f"tools = {recipe.tools!r} is not known",
            'use "worlds", "worlds:NAME,NAME", "simulated", or your own, such as "python:FILE"',
        )
    there = {world.name: world for world in worlds_of(recipe.split)}
    names = [name.strip() for _, _, all_of in named for name in all_of.split(",")]
    wanted = [find_world(name).name for name in dict.fromkeys(names) if name]
    if outside := [name for name in wanted if name not in there]:
        what = f"{', '.join(outside)} is not in the split {recipe.split!r}"
        raise BadInput(what, 'worlds held out for evaluation need --split held_out, or "all"')
    return tuple(there[name] for name in wanted) or tuple(there.values())


def worlds_beside(recipe: Recipe) -> tuple[World, ...]:
    """Look up the worlds that a run over a user's own tools has beside these. Raises BadInput."""
    return chosen(recipe) if any(map(shipped, specs(recipe))) else ()
