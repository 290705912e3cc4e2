"""How often a source may be called."""

from __future__ import annotations

import asyncio


class Pace:
    """So many turns a second at most, evenly; 0 for any."""

    def __init__(self, a_second: float) -> None:
        self._between = 1 / a_second if a_second else 0.0
        self._next = 0.0

    async def wait(self) -> None:
        """Wait for the next turn, and take it."""
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next)
        self._next = turn + self._between
        if turn > now:
            await asyncio.sleep(turn - now)
