"""No test reaches beyond this machine: connecting or resolving elsewhere raises."""

from __future__ import annotations

import ipaddress
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvloop

from buttonup.model.endpoint import Endpoint

# A shell that starts the tests in its background has them ignore Ctrl-C, which they send.
signal.signal(signal.SIGINT, signal.default_int_handler)

NAMES = {"", "localhost", "none"}  # "none": no host at all, such as a socket that is made


class Beyond(AssertionError):  # noqa: N818 - it says where the test wanted to go
    """A test wanted to leave this machine. No OSError: nothing may take it for a bad network."""


def stay(host: object) -> None:
    """Raise unless the host is this machine."""
    name = (host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)).lower()
    if name in NAMES or name.endswith(".localhost"):
        return
    try:
        near = ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        near = False
    if not near:
        raise Beyond(f"a test tried to reach {name}")


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    match event, arguments:
        case "socket.getaddrinfo" | "socket.gethostbyname", (host, *_):
            stay(host)
        case "socket.connect" | "socket.sendto", (_, (host, _, *_)):
            stay(host)


sys.addaudithook(_listen)  # hears of every socket that Python opens, in any thread


def _guarded(of: Callable[..., Awaitable[Any]], place: int) -> Callable[..., Awaitable[Any]]:
    async def guarded(*given: Any, **named: Any) -> Any:
        target = given[place] if len(given) > place else named.get("host")
        stay(target[0] if isinstance(target, tuple) else target)
        return await of(*given, **named)

    return guarded


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep uvloop and the endpoint at home too: they open sockets behind Python's back."""
    for name, place in {"getaddrinfo": 1, "sock_connect": 2, "create_connection": 2}.items():
        monkeypatch.setattr(uvloop.Loop, name, _guarded(getattr(uvloop.Loop, name), place))
    entered = Endpoint.__aenter__

    async def enter(endpoint: Endpoint) -> Endpoint:
        stay(urlsplit(endpoint._base).hostname)
        return await entered(endpoint)

    monkeypatch.setattr(Endpoint, "__aenter__", enter)
