"""At most so many requests in flight."""

from __future__ import annotations

import asyncio

from buttonup.model.door import Model, Reply, Request


class Limited:
    """A model that answers at most `in_flight` requests at a time; the others wait their turn."""

    def __init__(self, model: Model, in_flight: int) -> None:
        self._model = model
        self._turns = asyncio.Semaphore(in_flight)

    async def __call__(self, request: Request, /) -> Reply:
        """Answer when it is this request's turn."""
        async with self._turns:
            return await self._model(request)
