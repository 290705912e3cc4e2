"""Requests over HTTP, as far as the user has named where they go.

Redirects are followed on the same host alone. A reply is read as far as it may be long.
"""

from __future__ import annotations

import asyncio
import time
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urljoin, urlsplit

from pyreqwest.client import Client
from pyreqwest.exceptions import ConnectError, ConnectTimeoutError, PyreqwestError

from buttonup.model.completion import pause
from buttonup.model.endpoint import CONNECTING, Heard, innermost, strict_client
from buttonup.tools.source import Away
from buttonup.tools.sources.openapi.requests import Wire
from buttonup.tools.sources.openapi.servers import same_host

HOPS = 5  # redirects of one request
MOVED = {301, 302, 303, 307, 308}
SAME_AGAIN = {307, 308}  # redirects that keep method and body: RFC 9110, section 15.4


class Failed(Exception):  # noqa: N818 - told to whoever called, as data
    """No reply came, or none that may be read; the words say why."""


class Late(Failed):
    """No reply came in time."""


class Reply(NamedTuple):
    """What came back, all of it."""

    status: int
    media: str
    said: bytes
    pause: float | None = None
    """Seconds after which to ask again, where it says so."""


class Web:
    """Connections to hosts that the user has named. An async context manager."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._client: Client | None = None

    async def __aenter__(self) -> Self:
        self._client = strict_client(self._seconds, min(CONNECTING, self._seconds)).build()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._client is not None
        await self._client.close()

    async def send(self, wire: Wire, most: int) -> Reply:
        """Send a request, and give the reply, which may have `most` bytes.

        Raises  Failed; Away where nobody listens
        """
        try:
            async with asyncio.timeout(self._seconds):
                for _ in range(HOPS):
                    reply, moved = await self._once(wire, most)
                    if not moved:
                        return reply
                    wire = redirected(wire, reply.status, moved)
        except TimeoutError as late:
            raise Late(f"no reply within {self._seconds:g} s") from late
        raise Failed(f"more than {HOPS} redirects")

    async def _once(self, wire: Wire, most: int) -> tuple[Reply, str]:
        """Send it, and give the reply, and where it says to go instead."""
        assert self._client is not None, "use `async with Web(...)`"
        said = bytearray()
        try:
            asked = self._client.request(wire.method, wire.url).headers(list(wire.headers))
            asked = asked if wire.body is None else asked.body_bytes(wire.body)
            async with asked.build_streamed() as response:
                moved = response.get_header("Location") if response.status in MOVED else None
                while (chunk := await response.body_reader.read_chunk()) is not None:
                    said += chunk
                    if len(said) > most:
                        raise Failed(f"the reply is longer than {most} bytes")
                media = response.get_header("Content-Type") or ""
                wait = pause(response.get_header("Retry-After") or "")
                return Reply(response.status, media, bytes(said), wait), moved or ""
        except (PyreqwestError, OverflowError, ValueError) as error:
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError from error  # pyreqwest lets an error that is there win
            if isinstance(error, ConnectError | ConnectTimeoutError):
                raise Away(f"nobody answers there ({innermost(error)})") from error
            if isinstance(error, TimeoutError):
                raise
            raise Failed(f"nobody answers properly there ({innermost(error)})") from error
        finally:
            Heard.last = time.monotonic()


def redirected(wire: Wire, status: int, location: str) -> Wire:
    """Give the request that a redirect asks for. Raises Failed where it leads to another host."""
    there = urljoin(wire.url, location)
    if not (same_host(wire.url, there) or _upgraded(wire.url, there)):
        raise Failed(f"it redirects to another host ({urlsplit(there).hostname})")
    if status in SAME_AGAIN or wire.method in ("GET", "HEAD"):
        return Wire(wire.method, there, wire.headers, wire.body)
    headers = tuple((k, v) for k, v in wire.headers if k != "Content-Type")
    return Wire("GET", there, headers)


def _upgraded(one: str, other: str) -> bool:
    """Say whether the second is the first by a safer protocol."""
    before, after = urlsplit(one), urlsplit(other)
    ports = (before.port, after.port)
    return (
        (before.scheme, after.scheme) == ("http", "https")
        and before.hostname == after.hostname
        and ports == (None, None)
    )
