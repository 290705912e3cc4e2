"""How arguments become a request: what goes where, and how each value is written there.

Sources: OpenAPI 3.1.1, "Style Values", "Encoding Object" and Appendix C; RFC 6570 (URI templates);
RFC 7578 (multipart/form-data).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Literal
from urllib.parse import quote

from buttonup.records import Json, Record, encode

Where = Literal["path", "query", "header", "cookie", "body"]
Style = Literal[
    "simple", "label", "matrix", "form", "spaceDelimited", "pipeDelimited", "tabDelimited",
    "deepObject",
]  # fmt: skip
"""OpenAPI's, and Swagger 2's `tsv`."""

BETWEEN: dict[str, str] = {"spaceDelimited": "%20", "pipeDelimited": "%7C", "tabDelimited": "%09"}
RESERVED = ":/?#[]@!$&'()*+,;="  # RFC 3986, section 2.2
DOTS = {".", ".."}  # a path with one of these is another path

Pair = tuple[str, str]


class Unsent(Exception):  # noqa: N818 - it is told to whoever called
    """Arguments of which no request can be made; the words say why."""


class Place(Record):
    """Where one argument goes in a request."""

    argument: str
    name: str
    """What it is called there."""
    at: Where
    style: Style = "form"
    explode: bool = False
    """Whether each item of a list or an object is written out with a name of its own."""
    as_json: bool = False
    """Whether it is written as JSON, whatever it is."""
    reserved: bool = False
    """Whether characters that mean something in an address stay as they are."""


class Body(Record):
    """What the body of a request is made of."""

    kind: Literal["json", "form", "multipart", "text"]
    media: str
    """Its Content-Type."""
    argument: str = ""
    """The one argument that is all of it; "" where each of its properties is an argument."""
    required: bool = False
    open: bool = False
    """Whether arguments without a place are properties of it too."""


class Key(Record):
    """A secret of the user, and where it goes."""

    at: Literal["header", "query", "cookie"]
    name: str
    value: str


class Operation(Record):
    """One operation: how it is asked for."""

    method: str
    path: str
    """With `{name}` for each argument that stands in it."""
    server: str = ""
    """The address that the path comes after; "" where there is none."""
    places: tuple[Place, ...] = ()
    body: Body | None = None
    security: tuple[tuple[str, ...], ...] = ()
    """Ways of being let in, each by names of security schemes that are all needed."""


class Wire(Record):
    """A request as it is sent."""

    method: str
    url: str
    headers: tuple[Pair, ...] = ()
    body: bytes | None = None


def request(
    operation: Operation, arguments: Mapping[str, Json], keys: tuple[Key, ...] = ()
) -> Wire:
    """Make the request of a call. A null is left out, but in JSON.

    Raises  Unsent
    """
    places = {place.argument: place for place in operation.places}
    given: dict[Where, list[tuple[Place, Json]]] = {}
    more: dict[str, Json] = {}
    for argument, value in arguments.items():
        if place := places.get(argument):
            if value is not None or place.at == "body":
                given.setdefault(place.at, []).append((place, value))
        elif operation.body and (operation.body.open or argument == operation.body.argument):
            more[argument] = value
        else:
            raise Unsent(f"There is no parameter {argument!r}.")
    body = _body(operation.body, given.get("body", []), more) if operation.body else None
    headers = [pair for place, value in given.get("header", []) for pair in _header(place, value)]
    cookies = [f"{k}={v}" for p, value in given.get("cookie", []) for k, v in _pairs(p, value)]
    cookies += [f"{key.name}={quote(key.value, safe='')}" for key in keys if key.at == "cookie"]
    headers += [(key.name, key.value) for key in keys if key.at == "header"]
    headers += [("Cookie", "; ".join(cookies))] if cookies else []
    headers += [("Content-Type", body[0])] if body else []
    path = _path(operation, given.get("path", []))
    query = [f"{k}={v}" for p, value in given.get("query", []) for k, v in _pairs(p, value)]
    query += [
        f"{quote(k.name, safe='')}={quote(k.value, safe='')}" for k in keys if k.at == "query"
    ]
    url = operation.server.rstrip("/") + path
    if query:
        url += ("&" if "?" in url else "?") + "&".join(query)
    return Wire(operation.method.upper(), url, tuple(headers), body[1] if body else None)


def text(value: Json) -> str:
    """Write a value as it stands outside JSON; what has parts, as JSON all the same."""
    return value if isinstance(value, str) else encode(value).decode()


# --- path, query, header, cookie ----------------------------------------------------------------


def _path(operation: Operation, given: list[tuple[Place, Json]]) -> str:
    path = operation.path
    written = {place.name: _segment(place, value) for place, value in given}
    for place in operation.places:
        if place.at == "path":
            if not written.get(place.name):
                raise Unsent(f"{place.argument!r} is missing: it is a part of the address.")
            if written[place.name] in DOTS:
                raise Unsent(f"{place.argument!r} cannot be {written[place.name]!r}.")
            path = path.replace(f"{{{place.name}}}", written[place.name])
    return path


def _segment(place: Place, value: Json) -> str:
    """Write a value in a path. Source: RFC 6570, 3.2.2, 3.2.5 and 3.2.7."""
    name = quote(place.name, safe="")
    if place.as_json or not isinstance(value, list | dict):
        one = quote(text(value), safe="")
        return {"label": f".{one}", "matrix": f";{name}={one}"}.get(place.style, one)
    items = _items(place, value)
    joined = ",".join(items)
    match place.style:
        case "label":
            return "." + ".".join(items) if place.explode else f".{joined}"
        case "matrix" if place.explode and isinstance(value, dict):
            return "".join(f";{item}" for item in items)
        case "matrix" if place.explode:
            return "".join(f";{name}={item}" for item in items)
        case "matrix":
            return f";{name}={joined}"
        case _:
            return joined


def _items(place: Place, value: list[Json] | dict[str, Json], safe: str = "") -> list[str]:
    """Write what is in a list or an object: `a`, or `k` and `a`, or `k=a`."""
    if isinstance(value, list):
        return [quote(text(item), safe=safe) for item in value]
    pairs = [(quote(k, safe=safe), quote(text(v), safe=safe)) for k, v in value.items()]
    return [f"{k}={v}" for k, v in pairs] if place.explode else [part for p in pairs for part in p]


def _pairs(place: Place, value: Json) -> Iterator[Pair]:
    """Write a value as names and values of a query, a form or cookies, percent-encoded."""
    safe = RESERVED.replace("&", "").replace("#", "").replace("+", "") if place.reserved else ""
    name = quote(place.name, safe="[]")
    if place.as_json or (place.at == "body" and place.style == "form" and isinstance(value, dict)):
        yield name, quote(encode(value), safe=safe)
    elif not isinstance(value, list | dict):
        yield name, quote(text(value), safe=safe)
    elif place.style == "deepObject":
        yield from _deep(name, value)
    elif place.explode and isinstance(value, list):
        yield from ((name, quote(text(item), safe=safe)) for item in value)
    elif place.explode and isinstance(value, dict):
        yield from ((quote(k, safe=""), quote(text(v), safe=safe)) for k, v in value.items())
    elif value:
        yield name, BETWEEN.get(place.style, ",").join(_items(place, value, safe))


def _deep(name: str, value: Json) -> Iterator[Pair]:
    """Write each leaf as `name[key]=value`, and further down as `name[key][0]=value`.

    The specification ends at the first level; so the libraries of PHP, Node and Stripe go on.
    """
    if isinstance(value, list | dict):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in parts:
            yield from _deep(f"{name}[{quote(str(key), safe='')}]", inner)
    else:
        yield name, quote(text(value), safe="")


def _header(place: Place, value: Json) -> Iterator[Pair]:
    """Write a header: `a,b` or `k,a` or `k=a`, nothing encoded, as the specification has it."""
    if place.as_json:
        said = encode(value).decode()
    elif isinstance(value, list):
        said = ",".join(map(text, value))
    elif isinstance(value, dict):
        said = ",".join(
            f"{k}={text(v)}" if place.explode else f"{k},{text(v)}" for k, v in value.items()
        )
    else:
        said = text(value)
    if not (said.isascii() and said.isprintable()):
        raise Unsent(f"{place.argument!r} goes into a header, and has characters that cannot.")
    yield place.name, said


# --- body ---------------------------------------------------------------------------------------


def _body(
    body: Body, given: list[tuple[Place, Json]], more: dict[str, Json]
) -> tuple[str, bytes] | None:
    """Make the body and its Content-Type; None where no argument is for it."""
    if not given and not more and (body.argument or not body.required):
        return None
    if body.argument:
        whole = more[body.argument]
        return body.media, text(whole).encode() if body.kind == "text" else encode(whole)
    if body.kind == "json":
        fields = {place.name: value for place, value in given} | more
        return body.media, encode(fields)
    filled = [(place, value) for place, value in given if value is not None]
    filled += [(_field(name), value) for name, value in more.items() if value is not None]
    if body.kind == "multipart":
        return _multipart(filled)
    pairs = [pair for place, value in filled for pair in _pairs(place, value)]
    return body.media, "&".join(f"{k}={v}" for k, v in pairs).encode()


def _field(name: str) -> Place:
    return Place(argument=name, name=name, at="body", explode=True)


def _multipart(filled: list[tuple[Place, Json]]) -> tuple[str, bytes]:
    """Write a form of parts: an item of a list each has its own, an object is JSON."""
    parts = [
        (place.name, item)
        for place, value in filled
        for item in (value if isinstance(value, list) else [value])
    ]
    said = [
        (_quoted(name), text(item).encode(), isinstance(item, list | dict)) for name, item in parts
    ]
    boundary = "part-" + hashlib.sha256(repr(said).encode()).hexdigest()
    lines = b""
    for name, content, as_json in said:
        kind = b"Content-Type: application/json\r\n" if as_json else b""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n'.encode()
        lines += head + kind + b"\r\n" + content + b"\r\n"
    return f"multipart/form-data; boundary={boundary}", lines + f"--{boundary}--\r\n".encode()


def _quoted(name: str) -> str:
    """Escape the name of a part as browsers do. Source: HTML, "multipart/form-data"."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
