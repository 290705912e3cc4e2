"""The tools' part in a conversation: every call of the turn before is answered, in order."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from buttonup.records import Tool, Trajectory
from buttonup.tools.door import Door, Ran
from buttonup.topdown.turns import pending
from buttonup.topdown.views import tools_see


@dataclass(frozen=True, slots=True)
class ToolAgent:
    """Answers calls through a door."""

    door: Door

    async def __call__(self, t: Trajectory) -> Trajectory:
        """Answer every call that waits. A later call of the turn sees the earlier ones' results."""
        scene = tools_see(t)
        for call in pending(t):
            result = await self.door(call, scene)
            t = t.plus(Tool(call_id=call.id, name=call.name, result=result))
            scene = replace(scene, ran=(*scene.ran, Ran(call, result)))
        return t
