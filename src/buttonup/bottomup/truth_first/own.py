"""Truth first over a user's own tools: plan with what is known, call what is wanted, plan again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from buttonup.bottomup.truth_first.asker import Wording
from buttonup.bottomup.truth_first.blueprint import Blueprinting, blueprints
from buttonup.bottomup.truth_first.plan import Ticket
from buttonup.bottomup.truth_first.shapes import Planning, Scenes
from buttonup.errors import Reject
from buttonup.records import Blueprint, digest, encode
from buttonup.tools.own.answers import Wanted, settled
from buttonup.tools.own.run import Own
from buttonup.worlds.splits import Split
from buttonup.worlds.world import World


async def own_blueprints(
    ticket: Ticket,
    own: Own,
    planning: Planning,
    scenes: Scenes,
    wording: Wording,
    knobs: Blueprinting,
    split: Split = "train",
    beside: Sequence[World] = (),
) -> list[Blueprint]:
    """Sample, execute and word one task over the user's tools, or over one of the worlds beside.

    Of the others, functions are shown that the task does not need.
    The same random numbers lead the same way each time, so that every try comes further than the
    one before: it knows one answer more.
    Rejects  "no_plan" as `plan` does; "too_many_calls" where more than `own.calls` would be made;
             "held_out" or "not_held_out" where the task is of the other split
    """
    tables: dict[str, Any] = {"planning": planning, "wording": wording, "knobs": knobs}
    if beside and ticket.rng("home").random() >= own.knobs.share:
        others = (own.world,)
        return await blueprints(ticket, beside, scenes=scenes, others=others, **tables)
    if not any(f.writes and f.really for f in own.world.own.values()):
        scenes = replace(scenes, refused=0)  # a simulated write refuses nothing

    async def attempt() -> list[Blueprint]:
        return await blueprints(ticket, (own.world,), scenes=scenes, others=beside, **tables)

    try:
        made = await settled(attempt, own.answers, own.knobs.calls)
    except Wanted as wanted:
        detail = f"{own.knobs.calls} calls, and then {wanted.ask.name}"
        raise Reject("too_many_calls", detail) from wanted
    kept = all(held_out(blueprint, own.knobs.held_out) for blueprint in made)
    if split != "all" and kept != (split == "held_out"):
        raise Reject("held_out" if kept else "not_held_out")
    return made


def held_out(blueprint: Blueprint, share: float) -> bool:
    """Say whether a task is kept from training: by what it calls, whatever its words are.

    Of all tasks that call something, about such a share is. The same calls, in any order, are the
    same task in every run.
    """
    calls = [
        encode([call.function, call.arguments]).decode()
        for step in blueprint.plan
        for call in (*step.calls, *step.avoided)
    ]
    return bool(calls) and int(digest(sorted(calls))[:8], 16) < share * 16**8
