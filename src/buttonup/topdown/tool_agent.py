"""The tools' part in a conversation: every call of the turn before is answered, in order."""

from __future__ import annotations

from dataclasses import dataclass

from buttonup.records import Tool, Trajectory
from buttonup.tools.door import Door
from buttonup.topdown.turns import pending, spoken
from buttonup.topdown.views import tools_see


@dataclass(frozen=True, slots=True)
class ToolAgent:
    """Answers calls through a door."""

    door: Door

    async def __call__(self, t: Trajectory) -> Trajectory:
        """Answer every call that waits. A later call of the turn sees the earlier ones' results."""
        for call in pending(t):
            result, usage = await self.door(call, tools_see(t))
            message = Tool(call_id=call.id, name=call.name, result=result)
            t = spoken(t, message, usage=usage)
        return t
