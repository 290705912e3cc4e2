"""Tools of an MCP server, called through the official SDK (extra `mcp`).

Its tools are those that it lists when it is opened: later changes of the list are not followed. A
server that is a process of ours costs a call when it dies, breaks the protocol or does not answer,
and is started again for the next.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from mcp import Client, MCPError
from mcp_types import CONNECTION_CLOSED

from buttonup.errors import BadInput
from buttonup.records import Json, encode
from buttonup.tools.source import Away, Limits, Source, Tool, late
from buttonup.tools.sources.mcp.child import Child
from buttonup.tools.sources.mcp.connecting import Connect, to_address, to_child
from buttonup.tools.sources.mcp.content import result_of
from buttonup.tools.sources.mcp.link import Link
from buttonup.tools.sources.mcp.listed import listed, tools_of
from buttonup.tools.sources.mcp.spec import Command, taken_apart
from buttonup.tools.sources.pace import Pace

logging.getLogger("mcp").addHandler(logging.NullHandler())
"""What the SDK logs of a bad server is told by what its calls give."""


@asynccontextmanager
async def serving(spec: str, limits: Limits, env: Sequence[str]) -> AsyncIterator[Source]:
    """Start a server or connect to one, and list its tools; it is gone when the context ends.

    Raises  BadInput for a server that cannot be started or reached, or lists no tools
    """
    where = taken_apart(spec, env, os.environ)
    if isinstance(where, Command):
        child = Child(where.words, where.environment, limits.megabytes)
        server = Served(spec, to_child(child), limits, child, anew=not where.reuse)
    else:
        server = Served(spec, to_address(where, limits), limits)
    try:
        await server.open()
        yield server
    finally:
        await server.close()


class Served:
    """The open source. `child` is the process that serves, where it is one of ours.

    `anew` says whether a reset starts it anew.
    """

    def __init__(
        self,
        spec: str,
        connect: Connect,
        limits: Limits,
        child: Child | None = None,
        *,
        anew: bool = False,
    ) -> None:
        self._spec, self._connect, self._child = spec, connect, child
        self._anew = anew
        self._limits, self._pace = limits, Pace(limits.a_second)
        self._tools: dict[str, tuple[Tool, str]] = {}
        self._link: Link | None = None
        self.losses = 0
        """How often a call broke the connection, and a new one begins in a new session."""

    @property
    def tools(self) -> tuple[Tool, ...]:
        """Those that the server listed when it was opened."""
        return tuple(tool for tool, _ in self._tools.values())

    async def open(self) -> None:
        """Connect, and list the tools. Raises BadInput."""
        try:
            client = await self._linked().client()
            async with asyncio.timeout(self._limits.seconds):
                stated = await listed(client)
        except BadInput:
            raise
        except Exception as wrong:
            what = f"{self._spec!r} is no MCP server that answers ({self._why(wrong)})"
            raise BadInput(what, "try its command or address by itself") from wrong
        if not stated:
            raise BadInput(f"{self._spec!r} lists no tools", "name a server that has some")
        self._tools = tools_of(stated, self._spec)

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
        """Call a tool of the server."""
        if name not in self._tools:
            return {"error": f"There is no function {name!r}."}
        await self._pace.wait()
        link = self._linked()
        client = await self._reached(link)
        try:
            async with asyncio.timeout(self._limits.seconds):
                result = await client.call_tool(self._tools[name][1], arguments)
        except Exception as wrong:  # noqa: BLE001 - whatever the SDK makes of what a server does is the server's
            if _is_broken(wrong) or (self._child and isinstance(wrong, TimeoutError)):
                self.losses += self._link is link  # once, whoever else waits on it
                await self._drop(link)
            if isinstance(wrong, TimeoutError):
                return late(self._limits.seconds)
            return {"error": self._why(wrong)}
        given = result_of(result)
        if len(encode(given)) > self._limits.result_bytes:
            return {"error": f"the result is larger than {self._limits.result_bytes} bytes"}
        return given

    async def reset(self) -> None:
        """Start the server anew, where that is wanted; another one keeps its state."""
        if self._anew:
            await self.close()

    async def close(self) -> None:
        """Let the server go."""
        if self._link:
            await self._drop(self._link)

    def _linked(self) -> Link:
        if self._link is not None and self._link.over:
            self.losses += 1
        if self._link is None or self._link.over:
            self._link = Link(self._connect)
        return self._link

    async def _drop(self, link: Link) -> None:
        """Close a connection; the next call has a new one."""
        if self._link is link:
            self._link = None
        await link.close()

    async def _reached(self, link: Link) -> Client:
        """Wait until a connection is there. Raises Away where it does not come."""
        try:
            return await link.client()
        except Exception as wrong:
            await self._drop(link)
            raise Away(self._why(wrong)) from wrong

    def _why(self, wrong: BaseException) -> str:
        """Say in one line what went wrong."""
        while isinstance(wrong, BaseExceptionGroup):
            wrong = wrong.exceptions[0]
        if isinstance(wrong, MCPError) and wrong.code != CONNECTION_CLOSED:
            return _line(wrong.message)
        if isinstance(wrong, TimeoutError):
            return "no answer in time"
        last = _line(self._child.last_words) if self._child else ""
        if _is_broken(wrong):
            return f"the server ended{f': {last}' if last else ''}"
        return _line(str(wrong)) or type(wrong).__name__


def _is_broken(wrong: BaseException) -> bool:
    return isinstance(wrong, MCPError) and wrong.code == CONNECTION_CLOSED


def _line(words: str) -> str:
    return "".join(c for c in " ".join(words.split()) if c.isprintable())[-300:]
