"""The stage "again": a conversation's calls made once more on tools that began anew.

A user's own tools run outside of us, and a gate neither waits nor calls. So they are called here,
and the gate `replay` compares.
"""

from __future__ import annotations

from msgspec.structs import replace

from buttonup.records import Trajectory, digest
from buttonup.tools.own.run import Own
from buttonup.topdown.turns import calls_made


async def called_again(trajectory: Trajectory, own: Own) -> list[Trajectory]:
    """Give the trajectory with what its calls come to when they are made again."""
    blueprint = trajectory.blueprint
    if blueprint.tools.source != "own":
        return [trajectory]  # over a world beside them: the gate opens that itself
    again = await own.again(blueprint.tools, calls_made(trajectory), digest(blueprint))
    return [replace(trajectory, again=again)]
