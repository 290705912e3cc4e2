"""The one retry doctrine: what may pass is tried again, later and later; nothing else is.

A Fault (refused connection, time-out, 429, 5xx, a torn body) is retried here and nowhere else. The
endpoint's own Retry-After is kept to. After the last try the Fault stops the run, which can go on
later: what was paid for is in the journal.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from buttonup.errors import Fault
from buttonup.model.door import Model, Reply, Request

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Retrying:
    """A model that is asked again when the outside world fails."""

    model: Model
    times: int = 9
    """Tries in all; with the pauses below, two minutes or so of an endpoint that is away."""
    first: float = 0.5
    """Seconds before the second try; doubled for each one after it."""
    longest: float = 60.0
    """Seconds between two tries, where the endpoint does not say."""
    patience: float = 900.0
    """Seconds that an endpoint may ask to wait; beyond, the run had better stop and go on later."""

    async def __call__(self, request: Request, /) -> Reply:
        """Answer, if need be after a while. Raises Fault when the last try failed."""
        return await again(
            partial(self.model, request), self.times, self.first, self.longest, self.patience
        )


async def again(
    call: Callable[[], Awaitable[T]], times: int, first: float, longest: float, patience: float
) -> T:
    """Give what a call gives, if need be after a while. The rest is as for `Retrying`."""
    tried = 0
    while True:
        tried += 1
        try:
            return await call()
        except Fault as fault:
            told = fault.retry_after or 0.0
            if tried >= times or told > patience:
                raise
        backing_off = min(longest, first * 2.0 ** (tried - 1))
        spread = backing_off * random.uniform(0.5, 1.0)  # so that not all come back at once
        await asyncio.sleep(max(told, spread))
