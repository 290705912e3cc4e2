"""A source that is waited for while nobody is there who could run its tools.

A server that is started again, a network that comes back: nothing that was away for half a minute
shows in a sample. Whatever stays away longer ends the run, which can go on later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from buttonup.errors import Fault
from buttonup.records import Json
from buttonup.tools.source import Away, Source, Tool

WAITS = (1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each further try. Ours: a service that is deployed anew is back by then."""


class Patient:
    """Another source, asked until it answers."""

    def __init__(self, source: Source, spec: str, waits: Sequence[float] = WAITS) -> None:
        self._source, self._spec, self._waits = source, spec, waits

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Those of the source."""
        return self._source.tools

    @property
    def losses(self) -> int:
        """Those of the source."""
        return self._source.losses

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
        """Run a tool. Raises Fault where the source stays away."""
        for wait in self._waits:
            try:
                return await self._source.call(name, arguments)
            except Away:
                await asyncio.sleep(wait)
        try:
            return await self._source.call(name, arguments)
        except Away as away:
            raise Fault(f"the tools of {self._spec!r} are away: {away}") from away

    async def reset(self) -> None:
        """Reset the source."""
        await self._source.reset()
