"""Truth first over a user's own tools: plan with what is known, call what is wanted, plan again."""

from __future__ import annotations

from msgspec.structs import replace

from buttonup.bottomup.truth_first.asker import Wording
from buttonup.bottomup.truth_first.blueprint import Blueprinting, blueprints
from buttonup.bottomup.truth_first.plan import Ticket
from buttonup.bottomup.truth_first.shapes import Planning, Scenes
from buttonup.errors import Reject
from buttonup.records import Blueprint
from buttonup.tools.own.answers import Wanted, settled
from buttonup.tools.own.run import Own


async def own_blueprints(
    ticket: Ticket,
    own: Own,
    planning: Planning,
    scenes: Scenes,
    wording: Wording,
    knobs: Blueprinting,
) -> list[Blueprint]:
    """Sample, execute and word one task over the user's tools.

    The same random numbers lead the same way each time, so that every try comes further than the
    one before: it knows one answer more.
    Rejects  "no_plan" as `plan` does; "too_many_calls" where more than `own.calls` would be made
    """
    if not any(f.writes and f.really for f in own.world.own.values()):
        scenes = replace(scenes, refused=0)  # a simulated write refuses nothing

    async def attempt() -> list[Blueprint]:
        return await blueprints(ticket, (own.world,), planning, scenes, wording, knobs)

    try:
        return await settled(attempt, own.answers, own.knobs.calls)
    except Wanted as wanted:
        detail = f"{own.knobs.calls} calls, and then {wanted.ask.name}"
        raise Reject("too_many_calls", detail) from wanted
