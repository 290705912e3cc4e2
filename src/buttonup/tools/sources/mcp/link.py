"""A connection to a server, held open by a task of its own.

The SDK wants a client to be closed by the very task that opened it; calls may come from any.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from mcp import Client

STARTING = 60.0  # seconds that a server may take to be ready, on a busy machine too
ENDING = 10.0  # seconds that it may take to be gone


class Link:
    """One open client."""

    def __init__(self, connect: Callable[[], AbstractAsyncContextManager[Client]]) -> None:
        self._connect = connect
        self._ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self._task = asyncio.create_task(self._hold())

    @property
    def over(self) -> bool:
        """Whether it has come to an end by itself."""
        return self._task.done()

    async def client(self) -> Client:
        """Give the client once it is there. Raises whatever kept it from coming; TimeoutError."""
        async with asyncio.timeout(STARTING):
            return await asyncio.shield(self._ready)

    async def close(self) -> None:
        """Close it, whatever state it is in."""
        self._over.set()
        if not self._ready.done():
            self._task.cancel()
        _, late = await asyncio.wait([self._task], timeout=ENDING)
        for task in late:
            task.cancel()
            await asyncio.wait([task])
        if not self._ready.cancel() and not self._ready.cancelled():
            self._ready.exception()  # it has been told, or nobody wants to know

    async def _hold(self) -> None:
        try:
            async with self._connect() as client:
                self._ready.set_result(client)
                await self._over.wait()
        except Exception as wrong:  # noqa: BLE001 - told to whoever waits; later, calls fail by themselves
            if not self._ready.done():
                self._ready.set_exception(wrong)
