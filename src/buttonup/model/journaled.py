"""A journalled model: no reply is paid for twice, and none is used before it is durable."""

from __future__ import annotations

import asyncio

from buttonup.model.ask import usage_of
from buttonup.model.door import Model, Reply, Request
from buttonup.records import decode, encode
from buttonup.store.journal import Entry, Journal


class Journaled:
    """A model whose replies are kept. A hit costs nothing; twins in flight become one request."""

    def __init__(self, model: Model, journal: Journal) -> None:
        self._model = model
        self._journal = journal
        self._flying: dict[str, asyncio.Task[Reply]] = {}
        self._waiting: dict[str, int] = {}

    async def __call__(self, request: Request, /) -> Reply:
        """Answer from the journal, or ask and journal the reply."""
        key = request.key
        if (kept := self._journal.get(key)) is not None:
            return decode(kept, Reply)
        if key not in self._flying:
            self._flying[key] = asyncio.create_task(self._fetched(key, request))
        self._waiting[key] = self._waiting.get(key, 0) + 1
        flight = self._flying[key]
        try:
            return await asyncio.shield(flight)
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:  # nobody waits any more: done, or not wanted
                del self._waiting[key]
                flight.cancel()

    async def _fetched(self, key: str, request: Request) -> Reply:
        try:
            reply = await self._model(request)
            entry = Entry(
                key=key,
                prompt=request.prompt,
                usage=usage_of(reply),
                request=encode(request),
                reply=encode(reply),
            )
            # A reply that has come is kept even when nobody waits for it any more.
            await asyncio.shield(self._journal.put(entry))
            return reply
        finally:
            del self._flying[key]
