"""What a description offers: each operation as a tool, and how it is asked for.

Whatever is odd in an operation costs a doubt, never the operation, nor the others.
Sources: OpenAPI 3.0.4, 3.1.1 and Swagger 2.0, "Operation Object".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from buttonup.records import Function, Json, Schema, encode
from buttonup.tools.definitions.doubts import doubts_of
from buttonup.tools.definitions.names import clear
from buttonup.tools.door import unusable
from buttonup.tools.source import Tool
from buttonup.tools.sources.openapi import swagger
from buttonup.tools.sources.openapi.arguments import Arguments
from buttonup.tools.sources.openapi.bodies import read_body
from buttonup.tools.sources.openapi.document import METHODS, Document, Node
from buttonup.tools.sources.openapi.requests import Body, Operation
from buttonup.tools.sources.openapi.responses import STATUS, read_responses
from buttonup.tools.sources.openapi.schemas import Schemas
from buttonup.tools.sources.openapi.security import key_names, ways_in
from buttonup.tools.sources.openapi.servers import same_host, server_of

SAFE = {"get", "head", "options", "trace"}
"""Methods that change nothing. Source: RFC 9110, section 9.2.1."""
LONGEST_DESCRIPTION = 1024  # characters; OpenAI's limit for a function's
BIG = 8000  # bytes of a definition: some 2,000 tokens, and a prompt has several. Ours


class Offered(NamedTuple):
    """A tool, and how it is asked for."""

    tool: Tool
    operation: Operation


class _Stated(NamedTuple):
    """An operation as it stands in the description."""

    path: str
    method: str
    item: Node
    node: Node


def offered(document: Document, source: str, server: str = "") -> Iterator[Offered]:
    """Read every operation, in the description's order. `server` is the one that the user names."""
    taken = set[str]()
    for path, stated in document.root["paths"].items():
        item = document.follow(stated) or Node(None, stated.file)
        for method in METHODS:
            node = item[method]
            if isinstance(node.value, dict):
                made = _offered(document, _Stated(path, method, item, node), server)
                name = clear(made.tool.function.name, source, taken)
                taken.add(name)
                function = msgspec.structs.replace(made.tool.function, name=name)
                tool = msgspec.structs.replace(made.tool, function=function, source=source)
                yield Offered(tool, made.operation)


def _offered(document: Document, at: _Stated, server: str) -> Offered:
    sent, given = Schemas(document, "parameters"), Schemas(document, "responses")
    security = ways_in(document, at.node)
    parameters = list(_parameters(document, at, sent))
    arguments = Arguments(sent)
    arguments.add_parameters(parameters, at.path, key_names(document, security))
    body, unsendable = _body(document, at.node, parameters, arguments, sent)
    address, elsewhere = _server(document, at, server)
    function = Function(
        name=at.node["operationId"].text or f"{at.method}/{at.path}",
        description=_description(at),
        parameters=_usable(arguments.schema(), sent),
        responses=STATUS
        if at.method == "head"
        else _usable(read_responses(document, at.node, given), given),
    )
    doubts = [
        *doubts_of(function),
        *sent.doubts,
        *given.doubts,
        *(["long_description"] if len(_words(at)) > LONGEST_DESCRIPTION else []),
        *(["big"] if len(encode(msgspec.structs.replace(function, responses={}))) > BIG else []),
        *(["deprecated"] if at.node["deprecated"].value is True else []),
        *([unsendable] if unsendable else []),
        *([elsewhere] if elsewhere else []),
    ]
    tool = Tool(
        function=function,
        source="",
        writes=at.method not in SAFE,
        doubts=tuple(dict.fromkeys(doubts)),
        runs=not (unsendable or elsewhere),
    )
    path = at.path if at.path.startswith("/") else f"/{at.path}"
    places = tuple(arguments.places)
    return Offered(
        tool, Operation(at.method, path.partition("#")[0], address, places, body, security)
    )


def _parameters(document: Document, at: _Stated, schemas: Schemas) -> Iterator[Node]:
    """Give the parameters of a path and an operation; the operation's own word counts."""
    found: dict[tuple[str, str], Node] = {}
    for stated in (*at.item["parameters"], *at.node["parameters"]):
        node = document.follow(stated)
        if node is None:
            schemas.doubt(f"unread_ref:{stated['$ref'].text}")
        elif isinstance(node.value, dict):
            found[node["name"].text, node["in"].text] = swagger.parameter(node)
    yield from found.values()


def _body(
    document: Document, node: Node, parameters: list[Node], arguments: Arguments, schemas: Schemas
) -> tuple[Body | None, str]:
    """Read the body, and say why it cannot be sent."""
    media = [m.text for m in node["consumes"]] or [m.text for m in document.root["consumes"]]
    stated = node["requestBody"]
    followed = (
        document.follow(stated) if stated.value is not None else swagger.body(parameters, media)
    )
    if followed is None:
        if stated.value is not None:
            schemas.doubt(f"unread_ref:{stated['$ref'].text}")
        return None, ""
    kinds = [media for media, _ in followed["content"].items()]
    read = read_body(followed, schemas) if kinds else None
    if read is None:
        return None, f"body:{kinds[0]}" if kinds else ""
    whole = arguments.add_body(read)
    return msgspec.structs.replace(read.body, argument=whole), ""


def _server(document: Document, at: _Stated, named: str) -> tuple[str, str]:
    """Give the address that an operation is at, and why it cannot be called there."""
    if named:
        return named, ""
    address = server_of(document, (at.node, at.item, document.root))
    if not address:
        return "", "no_server"
    home = server_of(document, (document.root,)) or document.root.file
    return address, "" if same_host(address, home) else "other_server"


def _words(at: _Stated) -> str:
    summary, description = (at.node[w].text.strip() for w in ("summary", "description"))
    if not description or description.startswith(summary.rstrip(".")):
        return description or summary or at.item["summary"].text.strip()
    return f"{summary.rstrip('.')}. {description}" if summary else description


def _description(at: _Stated) -> str:
    words = _words(at)
    if len(words) <= LONGEST_DESCRIPTION:
        return words
    return words[: LONGEST_DESCRIPTION - 1].rsplit(None, 1)[0] + "…"


def _plainer(value: Json) -> Json:
    """Leave out patterns wherever they stand."""
    if isinstance(value, list):
        return [_plainer(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        k: _plainer(v)
        for k, v in value.items()
        if k != "patternProperties" and not (k == "pattern" and isinstance(v, str))
    }


def _usable(schema: Schema, schemas: Schemas) -> Schema:
    """Give a schema that can be checked against: without patterns, or without all but types."""
    if not unusable(schema):
        return schema
    schemas.doubt("odd:pattern")
    plainer: Schema = _plainer(schema)
    if not unusable(plainer):
        return plainer
    schemas.doubt("odd:schema")
    return {"type": "object"} if schemas.side == "parameters" else {}
