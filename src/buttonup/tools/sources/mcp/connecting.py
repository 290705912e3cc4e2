"""How a client comes to a server: over the pipes of a process of ours, or over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from buttonup.tools.source import Limits
from buttonup.tools.sources.mcp.child import LONGEST_LINE, Child
from buttonup.tools.sources.mcp.spec import Address

Connect = Callable[[], AbstractAsyncContextManager[Client]]


def to_child(child: Child) -> Connect:
    """Connect to a process that is started for it."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[Client]:
        async with Client(child.started(), cache=None) as client:
            yield client

    return connect


def to_address(address: Address, limits: Limits) -> Connect:
    """Connect to a server that is there: no proxies, and no redirects but on its own host."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[Client]:
        async with httpx2.AsyncClient(
            headers=address.headers,
            timeout=httpx2.Timeout(
                limits.seconds, read=None
            ),  # a call's time is limited as a whole
            transport=_Bounded(),
            trust_env=False,
        ) as http:
            transport = streamable_http_client(address.url, http_client=http)
            async with Client(transport, cache=None) as client:
                yield client

    return connect


class _Bounded(httpx2.AsyncHTTPTransport):
    """HTTP whose replies may be only so long; a stream of events has the SDK's own limit."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask, and give a reply that ends."""
        response = await super().handle_async_request(request)
        if not response.headers.get("Content-Type", "").startswith("text/event-stream"):
            assert isinstance(response.stream, httpx2.AsyncByteStream)
            response.stream = _Ending(response.stream)
        return response


class _Ending(httpx2.AsyncByteStream):
    """The bytes of a reply, up to the limit."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = LONGEST_LINE
        async for chunk in self._stream:
            if (left := left - len(chunk)) < 0:
                raise httpx2.ReadError("a reply without end")
            yield chunk

    async def aclose(self) -> None:
        """Let it go."""
        await self._stream.aclose()
