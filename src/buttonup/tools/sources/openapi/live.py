"""Operations of an OpenAPI description, called over HTTP.

Spec: "openapi:FILE_OR_URL", and after that words of its own: `server=URL` for an address that is
called instead of the description's, `auth=VARIABLE` or `auth=SCHEME:VARIABLE` for a key.
"""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Json, Record, encode
from buttonup.tools.source import Away, Limits, Source, Tool, late
from buttonup.tools.sources.openapi.document import LARGEST, Document, beside, read_document
from buttonup.tools.sources.openapi.operations import Offered, offered
from buttonup.tools.sources.openapi.requests import Key, Unsent, Wire, request
from buttonup.tools.sources.openapi.security import (
    bearer,
    chosen,
    keys_for,
    read_variables,
    schemes,
)
from buttonup.tools.sources.openapi.servers import is_address, same_host
from buttonup.tools.sources.openapi.web import Failed, Late, Reply, Web
from buttonup.tools.sources.pace import Pace

READING = 60.0  # seconds that a description may take to come
SLACK = 8  # times the bytes of a result that its JSON may have as it comes, spaces and all
PAUSES = (1.0, 4.0)  # seconds before each further try of a service that has too much to do
LONGEST = 30.0  # seconds that it may ask to be left alone for
SHOWN = 300  # characters that are told of a reply that is no result
SECRET = 8  # characters; a shorter key may be a word that replies say anyhow


class Place(Record):
    """A spec, taken apart."""

    root: str
    server: str = ""
    auth: tuple[str, ...] = ()


@asynccontextmanager
async def opening(spec: str, limits: Limits, env: Sequence[str]) -> AsyncIterator[Source]:  # noqa: ARG001 - no process of ours that could see it
    """Read a description, and call its operations for as long as the context lasts.

    Raises  BadInput for one that cannot be read or offers nothing, and for keys that are not there
    """
    place = taken_apart(spec)
    document = await _read(place.root)
    offers = list(offered(document, spec, place.server))
    if not offers:
        raise BadInput(f"{place.root} describes no operations", "name one that has some in `paths`")
    keys = _keys(document, offers, read_variables(place.auth, os.environ))
    async with Web(limits.seconds) as web:
        yield Described(offers, keys, web, limits)


def taken_apart(spec: str) -> Place:
    """Take a spec apart. Raises BadInput."""
    mend = (
        "write openapi:FILE_OR_URL [server=URL] [auth=[SCHEME:]VARIABLE], with quotes around spaces"
    )
    try:
        root, *words = shlex.split(spec.partition(":")[2])
    except ValueError as wrong:
        raise BadInput(f"{spec!r} names no description", mend) from wrong
    settings = [word.partition("=") for word in words]
    if strange := [
        name for name, _, value in settings if name not in ("server", "auth") or not value
    ]:
        raise BadInput(f"{strange[0]!r} is no setting of an OpenAPI source", mend)
    server = next((value for name, _, value in reversed(settings) if name == "server"), "")
    if server and not is_address(server):
        raise BadInput(f"{server!r} is no address", "write it as https://HOST/PATH")
    auth = tuple(value for name, _, value in settings if name == "auth")
    return Place(root if is_address(root) else str(Path(root).resolve()), server, auth)


async def _read(root: str) -> Document:
    if not is_address(root):
        return await read_document(root, beside(Path(root)))
    async with Web(READING) as web:

        async def read(place: str) -> bytes:
            if not (is_address(place) and same_host(place, root)):
                raise OSError("it is elsewhere")
            try:
                reply = await web.send(Wire("GET", place, (("Accept", "*/*"),)), LARGEST)
            except (Failed, Away) as failed:
                raise OSError(str(failed)) from failed
            if reply.status != HTTPStatus.OK:
                raise OSError(f"HTTP {reply.status}")
            return reply.said

        return await read_document(root, read)


def _keys(
    document: Document, offers: Sequence[Offered], secrets: dict[str, str]
) -> list[tuple[Key, ...] | None]:
    """Give the keys of each operation; None where it asks for some that the user has not named.

    A description that asks for none at all gets those that the user names.
    """
    known = schemes(document)
    keys = keys_for(known, secrets) if known else {n: bearer(v) for n, v in secrets.items()}
    if not any(offer.operation.security for offer in offers):
        return [tuple(keys.values())] * len(offers)
    return [chosen(offer.operation.security, keys) for offer in offers]


class Described:
    """The open source."""

    def __init__(
        self,
        offers: Sequence[Offered],
        keys: Sequence[tuple[Key, ...] | None],
        web: Web,
        limits: Limits,
    ) -> None:
        self._offers = {offer.tool.function.name: offer for offer in offers}
        self._keys = dict(zip(self._offers, keys, strict=True))
        self._web, self._limits, self._pace = web, limits, Pace(limits.a_second)
        self.losses = 0  # what a service loses, nobody hears of

    @property
    def tools(self) -> tuple[Tool, ...]:
        """One for each operation."""
        return tuple(
            offer.tool if self._keys[name] is not None else _locked(offer.tool)
            for name, offer in self._offers.items()
        )

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
        """Ask the service."""
        if name not in self._offers:
            return {"error": f"There is no function {name!r}."}
        tool, operation = self._offers[name]
        if not tool.runs:
            return {"error": f"{name} cannot be called ({', '.join(tool.doubts)})."}
        keys = self._keys[name] or ()
        try:
            wire = request(operation, arguments, keys)
            reply = await self._replied(wire)
        except UnicodeEncodeError:
            return {"error": "The arguments hold characters that cannot be sent."}
        except Late:
            return late(self._limits.seconds)
        except (Unsent, Failed) as wrong:
            return {"error": str(wrong)}
        return result_of(without_keys(reply, keys), self._limits.result_bytes)

    async def _replied(self, wire: Wire) -> Reply:
        """Send a request, and again where the service says that it has too much to do."""
        for wait in PAUSES:
            await self._pace.wait()
            reply = await self._web.send(wire, self._limits.result_bytes * SLACK)
            if not _asks_to_wait(wire, reply):
                return reply
            await asyncio.sleep(min(wait if reply.pause is None else reply.pause, LONGEST))
        return await self._web.send(wire, self._limits.result_bytes * SLACK)

    async def reset(self) -> None:
        """Do nothing: the state is the service's."""


def _asks_to_wait(wire: Wire, reply: Reply) -> bool:
    """Say whether a request is to be sent again later: 429, and 503 where nothing was written."""
    if reply.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return wire.method in ("GET", "HEAD")
    return reply.status == HTTPStatus.TOO_MANY_REQUESTS


def _locked(tool: Tool) -> Tool:
    return msgspec.structs.replace(tool, doubts=(*tool.doubts, "no_key"))


def without_keys(reply: Reply, keys: Sequence[Key]) -> Reply:
    """Take the user's keys out of what is said, where they are echoed."""
    said = reply.said
    for key in keys:
        secret = key.value.rpartition(" ")[2]
        if len(secret) >= SECRET:
            said = said.replace(secret.encode(), b"[key]")
    return reply._replace(said=said)


def result_of(reply: Reply, most: int) -> Json:
    """Give the result that a reply is, or the error that it tells of."""
    if reply.status >= HTTPStatus.BAD_REQUEST:
        return {"error": f"{_status(reply.status)}: {_short(reply.said)}".rstrip(": ")}
    if reply.status >= HTTPStatus.MULTIPLE_CHOICES:
        return {"error": f"{_status(reply.status)}: it leads nowhere"}
    if not reply.said.strip():
        return {"status": reply.status}
    try:
        result = msgspec.json.decode(reply.said)
    except (msgspec.DecodeError, RecursionError):
        result = _plain(reply)
        if result is None:
            return {
                "error": f"the reply is not JSON ({reply.media or 'no type'}): {_short(reply.said)}"
            }
    if len(encode(result)) > most:
        return {"error": f"the result is larger than {most} bytes"}
    return result


def _plain(reply: Reply) -> str | None:
    """Give a reply of plain text."""
    if not reply.media.lower().startswith("text/plain"):
        return None
    try:
        return reply.said.decode()
    except UnicodeDecodeError:
        return None


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _short(said: bytes) -> str:
    """Give the beginning of what was said, as one line."""
    words = " ".join(said.decode(errors="replace").split())
    shown = "".join(c for c in words if c.isprintable())
    return shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
