from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from buttonup.tools.source import Away
from buttonup.tools.sources.openapi.requests import Wire
from buttonup.tools.sources.openapi.web import Failed, Reply, Web, redirected

Beside = Callable[[web.Application], str]
Handler = Callable[[web.Request], Any]


async def send(wire: Wire, seconds: float = 5, most: int = 1000) -> Reply:
    async with Web(seconds) as held:
        return await held.send(wire, most)


def answered(beside: Beside, handler: Handler, **given: Any) -> Reply:
    app = web.Application()
    app.router.add_route("*", "/v1/{rest:.*}", handler)
    return asyncio.run(send(Wire("GET", f"{beside(app)}/a"), **given))


def test_a_reply_is_given_whole(beside: Beside) -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response(text=f"{request.method} {request.path}", status=418)

    assert answered(beside, handler) == Reply(418, "text/plain; charset=utf-8", b"GET /v1/a")


def test_a_reply_that_takes_too_long_is_given_up(beside: Beside) -> None:
    async def handler(_request: web.Request) -> web.Response:
        await asyncio.sleep(1)
        raise AssertionError

    with pytest.raises(Failed, match=r"no reply within 0\.2 s"):
        answered(beside, handler, seconds=0.2)


def test_a_reply_that_trickles_is_given_up_too(beside: Beside) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b" ")
            await asyncio.sleep(0.05)
        return response

    with pytest.raises(Failed, match=r"no reply within 0\.3 s"):
        answered(beside, handler, seconds=0.3)


@pytest.mark.parametrize("zipped", [False, True])
def test_a_reply_without_end_is_read_only_so_far(beside: Beside, zipped: bool) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if zipped:
            response.enable_compression(web.ContentCoding.gzip)
        await response.prepare(request)
        for _ in range(1000):
            await response.write(b"x" * 10_000)
        return response

    with pytest.raises(Failed, match="longer than 1000 bytes"):
        answered(beside, handler)


def test_a_redirect_on_the_same_host_is_followed(beside: Beside) -> None:
    async def handler(request: web.Request) -> web.Response:
        if request.path.endswith("/a"):
            return web.Response(status=302, headers={"Location": "b?x=1"})
        return web.Response(text=request.path_qs)

    assert answered(beside, handler).said == b"/v1/b?x=1"


def test_redirects_have_an_end(beside: Beside) -> None:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "a"})

    with pytest.raises(Failed, match="more than 5 redirects"):
        answered(beside, handler)


def test_a_redirect_to_another_host_is_refused(beside: Beside) -> None:
    heard: list[str] = []

    async def other(request: web.Request) -> web.Response:
        heard.append(request.path)
        return web.Response(text="secret")

    elsewhere = web.Application()
    elsewhere.router.add_route("*", "/v1/{rest:.*}", other)
    there = beside(elsewhere)  # another port of this machine

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": f"{there}/steal"})

    with pytest.raises(Failed, match="redirects to another host"):
        answered(beside, handler)
    assert heard == []


def test_nobody_there_is_told() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{held.getsockname()[1]}/"
        with pytest.raises(Away, match="nobody answers there"):
            asyncio.run(send(Wire("GET", address)))


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(Failed):
        asyncio.run(send(Wire("GET", "http://127.0.0.1:99999/")))


POSTED = Wire("POST", "http://a.example/x", (("Content-Type", "text/plain"), ("K", "v")), b"hi")


@pytest.mark.parametrize(
    ("status", "location", "method", "body"),
    [
        (307, "/y", "POST", b"hi"),
        (308, "http://a.example/y", "POST", b"hi"),
        (302, "/y", "GET", None),
        (303, "/y", "GET", None),
        (308, "https://a.example/y", "POST", b"hi"),
    ],
)
def test_a_redirect_keeps_method_and_body_where_it_says_so(
    status: int, location: str, method: str, body: bytes | None
) -> None:
    wire = redirected(POSTED, status, location)
    assert (wire.method, wire.body, wire.url[-2:]) == (method, body, "/y")
    assert ("K", "v") in wire.headers


@pytest.mark.parametrize(
    "location",
    ["http://b.example/", "//b.example/", "http://a.example:81/", "https://a.example:444/", "ftp://a.example/"],
)  # fmt: skip
def test_a_key_never_goes_to_another_host(location: str) -> None:
    with pytest.raises(Failed, match="another host"):
        redirected(POSTED, 307, location)
