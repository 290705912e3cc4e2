"""The one retry doctrine: what may pass is tried again, later and later; nothing else is.

A Fault (refused connection, time-out, 429, 5xx, a torn body) is retried here and nowhere else. The
endpoint's own Retry-After is kept to. After the last try the Fault stops the run, which can go on
later: what was paid for is in the journal.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass

from buttonup.errors import Fault
from buttonup.model.door import Model, Reply, Request

LONGEST = 60.0  # seconds between two tries when the endpoint does not say


@dataclass(frozen=True, slots=True)
class Retrying:
    """A model that is asked again when the outside world fails."""

    model: Model
    times: int = 6
    """Tries in all."""
    first: float = 0.5
    """Seconds before the second try; doubled for each one after it."""

    async def __call__(self, request: Request, /) -> Reply:
        """Answer, if need be after a while. Raises Fault when the last try failed."""
        for tried in range(1, self.times):
            try:
                return await self.model(request)
            except Fault as fault:
                await asyncio.sleep(self._pause(tried, fault))
        return await self.model(request)

    def _pause(self, tried: int, fault: Fault) -> float:
        backing_off = min(LONGEST, self.first * 2.0 ** (tried - 1))
        spread = random.uniform(0.5, 1.0)  # so that refused requests do not come back all at once
        return max(backing_off * spread, fault.retry_after or 0.0)
