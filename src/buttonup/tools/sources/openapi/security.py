"""How a service lets in who calls it, with keys from environment variables that the user names.

Source: OpenAPI 3.1.1, "Security Scheme Object"; RFC 7617 (basic), RFC 6750 (bearer).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from buttonup.errors import BadInput
from buttonup.tools.sources.openapi import swagger
from buttonup.tools.sources.openapi.document import Document, Node
from buttonup.tools.sources.openapi.requests import Key

Ways = tuple[tuple[str, ...], ...]
"""Ways of being let in, each by the names of the schemes that it needs, all together."""

ANY = ""  # the scheme that a variable without one is for: every one


def ways_in(document: Document, operation: Node) -> Ways:
    """List the ways in of an operation; none where it asks for nothing."""
    own = operation["security"]
    stated = own if own.value is not None else document.root["security"]
    return tuple(tuple(name for name, _ in way.items()) for way in stated)


def schemes(document: Document) -> dict[str, Node]:
    """Give the security schemes of a description by name."""
    root = document.root
    stated = [*root["components"]["securitySchemes"].items(), *root["securityDefinitions"].items()]
    followed = {name: document.follow(node) for name, node in stated}
    return {name: swagger.security_scheme(node) for name, node in followed.items() if node}


def key_names(document: Document, ways: Ways) -> set[str]:
    """Name the parameters that keys are for."""
    known = schemes(document) if ways else {}
    return {known[name]["name"].text for way in ways for name in way if name in known} - {""}


def read_variables(auth: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Give what the variables hold that the user names, by the scheme that each is for.

    Raises  BadInput for one that is not set
    """
    found = {}
    for stated in auth:
        scheme, _, variable = stated.rpartition(":")
        if not environment.get(variable):
            raise BadInput(f"the variable {variable} is not set", "set it, or mend auth=")
        found[scheme] = environment[variable].strip()
    return found


def keys_for(known: Mapping[str, Node], secrets: Mapping[str, str]) -> dict[str, Key]:
    """Make the key of each scheme that the user has one for.

    Raises  BadInput for a scheme that the description does not have
    """
    if strange := sorted(secrets.keys() - known.keys() - {ANY}):
        has = ", ".join(sorted(known)) or "none"
        raise BadInput(f"there is no security scheme {strange[0]!r}", f"it has: {has}")
    values = {name: secrets.get(name, secrets.get(ANY)) for name in known}
    return {name: _key(known[name], value) for name, value in values.items() if value}


def chosen(ways: Ways, keys: Mapping[str, Key]) -> tuple[Key, ...] | None:
    """Take the first way in that there are keys for; None where there is none."""
    if not ways:
        return ()
    way = next((way for way in ways if all(name in keys for name in way)), None)
    return None if way is None else tuple(keys[name] for name in way)


def bearer(value: str) -> Key:
    """Make the key that most services take."""
    return Key("header", "Authorization", f"Bearer {value}")


def _key(scheme: Node, value: str) -> Key:
    if scheme["type"].text == "apiKey":
        at = next((at for at in ("query", "cookie") if at == scheme["in"].text), "header")
        return Key(at, scheme["name"].text, value)  # type: ignore[arg-type] # one of the three
    if scheme["scheme"].text.lower() == "basic":
        return Key("header", "Authorization", f"Basic {base64.b64encode(value.encode()).decode()}")
    return bearer(value)
