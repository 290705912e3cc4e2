"""Where the operations of a description are.

Calls go to the server that the description as a whole names, or to the one that the user names
instead. What names another host for some of its operations is not followed there: the user has
named one service, and keys are for that one.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from buttonup.tools.sources.openapi.document import Document, Node


def server_of(document: Document, levels: tuple[Node, ...]) -> str:
    """Give the address of the first of some levels that names one; "" where none can be called.

    A relative address is relative to that of the description, if it has one.
    """
    servers = [server for level in levels for server in level["servers"]]
    if servers:
        stated = filled(servers[0])
    elif document.root["swagger"].value is not None:
        stated = _swagger(document)
    else:
        stated = "/"
    address = urljoin(document.root.file, stated) if is_address(document.root.file) else stated
    return address if is_address(address) else ""


def filled(server: Node) -> str:
    """Give a server's address with its variables at their defaults."""
    address = server["url"].text
    for name, variable in server["variables"].items():
        values = [variable["default"].value, *(variable["enum"].value or ())]
        value = next((v for v in values if isinstance(v, str | int) and v != ""), None)
        if value is not None:
            address = address.replace(f"{{{name}}}", str(value))
    return address


def same_host(one: str, other: str) -> bool:
    """Say whether two addresses are of one host and port, by one protocol."""
    return urlsplit(one)[:2] == urlsplit(other)[:2]


def _swagger(document: Document) -> str:
    """Put the address of Swagger 2 together: `schemes`, `host` and `basePath`."""
    root = document.root
    path = "/" + root["basePath"].text.lstrip("/")
    if not root["host"].text:
        return path
    schemes = [scheme.text for scheme in root["schemes"]]
    own = urlsplit(root.file).scheme
    scheme = "https" if "https" in schemes else next((s for s in schemes if s in ("http", own)), "")
    return f"{scheme or (own if own.startswith('http') else 'https')}://{root['host'].text}{path}"


def is_address(text: str) -> bool:
    """Say whether words are an address that can be called."""
    return bool(re.fullmatch(r"https?://[^\s/?#@{}]+(?:[/?][^\s{}#]*)?", text, re.IGNORECASE))
