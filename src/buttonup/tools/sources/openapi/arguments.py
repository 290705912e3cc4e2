"""The arguments of one operation: all that it takes, put flat into one `parameters` object.

Of arguments with one name the first keeps it, in the order path, query, header, cookie, body;
another is called NAME_query and so on. A body that is no object with named properties is one
argument, `body`.
Sources: OpenAPI 3.0.4, 3.1.1 and Swagger 2.0, "Parameter Object".
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import get_args

import msgspec

from buttonup.records import Json, Schema
from buttonup.tools.sources.openapi.bodies import Read
from buttonup.tools.sources.openapi.document import Node
from buttonup.tools.sources.openapi.media import kind_of
from buttonup.tools.sources.openapi.requests import Place, Style, Where
from buttonup.tools.sources.openapi.schemas import Schemas

USUAL: dict[Where, Style] = {
    "path": "simple", "query": "form", "header": "simple", "cookie": "form",
}  # fmt: skip
"""Place -> the style in which it is written unless another is told; in this order they are read."""
OURS = {"accept", "content-type", "authorization", "host", "content-length", "connection", "cookie",
        "transfer-encoding", "te", "upgrade", "expect", "proxy-authorization"}  # fmt: skip
"""Headers that are not for an argument to say: the first three by the specification."""
TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a header's name: RFC 9110, 5.6.2
LONGEST_NAME = 64  # characters; OpenAI's limit for functions, Anthropic's for properties too


def fit_name(name: str, taken: Container[str], also: str = "") -> str:
    """Make a name that a chat API takes and nobody else has; `also` tells twins apart."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:LONGEST_NAME] or "unnamed"
    tries = [plain, *([_ended(plain, f"_{also}")] if also else [])]
    number = 2
    while tries[0] in taken:
        tries = tries[1:] or [_ended(plain, f"_{number}")]
        number += 1
    return tries[0]


def _ended(name: str, end: str) -> str:
    return name[: LONGEST_NAME - len(end)] + end


class Arguments:
    """Arguments as they come together."""

    def __init__(self, schemas: Schemas) -> None:
        self.places: list[Place] = []
        self.properties: dict[str, Schema] = {}
        self.required: list[str] = []
        self.more: bool | Schema = False
        self._schemas = schemas

    def add(self, place: Place, schema: Schema, required: bool) -> None:
        """Add one; its name is made to fit."""
        name = fit_name(place.name, self.properties, place.at)
        self.places.append(msgspec.structs.replace(place, argument=name))
        self._describe(name, schema, required)

    def add_parameters(self, parameters: Sequence[Node], path: str, secret: Container[str]) -> None:
        """Add what goes into path, query, headers and cookies; `secret` is for keys to say."""
        declared = set(re.findall(r"\{([^{}]+)\}", path))
        for at in USUAL:
            for node in parameters:
                name = node["name"].text
                if node["in"].text != at or name in secret:
                    continue
                if not name or (at == "path" and name not in declared):
                    self._schemas.doubt(f"odd:{name or 'parameter'}")
                elif at == "header" and (name.lower() in OURS or not TOKEN.fullmatch(name)):
                    if name.lower() not in OURS:
                        self._schemas.doubt(f"odd:{name}")
                else:
                    needed = at == "path" or node["required"].value is True
                    self.add(_place(node, at), self._schema(node), needed)
        for name in sorted(declared - {p.name for p in self.places if p.at == "path"}):
            self._schemas.doubt(f"undeclared:{name}")
            self.add(Place(name, name, "path", "simple"), {"type": "string"}, required=True)

    def add_body(self, read: Read) -> str:
        """Add what the body is made of; gives the argument that is all of it, if one is."""
        for field in read.fields:
            self.add(*field)
        self.more = read.more
        if read.whole is None:
            return ""
        name = fit_name("body", self.properties, "whole")
        self._describe(name, read.whole, read.body.required)
        return name

    def schema(self) -> Schema:
        """Give the one object that they all are properties of."""
        needed = {"required": self.required} if self.required else {}
        shape: Schema = {"type": "object", "properties": self.properties, **needed}
        return {**shape, "additionalProperties": self.more}

    def _describe(self, name: str, schema: Schema, required: bool) -> None:
        self.properties[name] = schema
        if required:
            self.required.append(name)

    def _schema(self, node: Node) -> Schema:
        """Read the schema of a parameter, with what is said of the parameter itself."""
        about = next((about for _, about in node["content"].items()), node)
        return {**self._read(about), **_said(node)}

    def _read(self, about: Node) -> Schema:
        schema = about["schema"]
        return self._schemas.read(schema) if schema.value is not None else {}


def _said(node: Node) -> Schema:
    words = node["description"].text
    several = [about["value"].value for _, about in node["examples"].items()]
    examples = [v for v in [node["example"].value, *several] if isinstance(v, str | int | float)]
    said: dict[str, Json] = {"description": words} if words else {}
    return {**said, "examples": examples} if examples else said


def _place(node: Node, at: Where) -> Place:
    usual = USUAL[at]
    style = next((s for s in get_args(Style) if s == node["style"].text), usual)
    explode = node["explode"].value
    media = [kind_of(media) for media, _ in node["content"].items()]
    return Place(
        argument="",
        name=node["name"].text,
        at=at,
        style=style,
        explode=explode if isinstance(explode, bool) else style in ("form", "deepObject"),
        as_json=media[:1] == ["json"],
        reserved=node["allowReserved"].value is True,
    )
