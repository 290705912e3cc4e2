"""A source that is read only as far as the samples call for that are still wanting.

Where replies come in batches, hours apart, as many items should be in flight as will be needed, and
hardly more: what is in flight at the end has been paid for in vain. Which items there are, and
their order, is the source's alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from math import ceil

from buttonup.records import Record

WEIGHT = 20  # items whose yield is taken as promised until experience outweighs it; ours
MARGIN = 1.1  # items in flight for each one that should do: a second way through costs hours. Ours.


class Paced:
    """A source, and how many of its items should be in flight.

    `wanted` counts samples, `promise` samples that an item is thought to give, `most` items that
    may be in flight whatever is wanted.
    """

    def __init__(self, source: Iterable[Record], wanted: int, promise: float, most: int) -> None:
        self._source, self._wanted, self._promise, self._most = source, wanted, promise, most
        self._read = self._over = self._accepted = 0
        self._changed = asyncio.Event()

    async def items(self) -> AsyncGenerator[Record, None]:
        """Give the items, each when there is room for it."""
        for item in self._source:
            while self._read - self._over >= self.room:
                self._changed.clear()
                await self._changed.wait()
            self._read += 1
            yield item

    def over(self) -> None:
        """Count an item of which nothing more will come."""
        self._over += 1
        self._changed.set()

    def accepted(self) -> None:
        """Count an accepted sample."""
        self._accepted += 1

    @property
    def room(self) -> int:
        """Count the items that should be in flight, at least one."""
        tried = self._over + WEIGHT
        each = (self._accepted + WEIGHT * self._promise) / tried
        lacking = max(0, self._wanted - self._accepted)
        return max(1, min(self._most, ceil(MARGIN * lacking / each)))
