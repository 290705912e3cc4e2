"""The body of a request: which of its media types is sent, and which arguments it is made of."""

from __future__ import annotations

from typing import NamedTuple

from buttonup.records import Schema
from buttonup.tools.sources.openapi.document import Node
from buttonup.tools.sources.openapi.media import Kind, kind_of
from buttonup.tools.sources.openapi.requests import Body, Place, Style
from buttonup.tools.sources.openapi.schemas import Schemas

LIKED: tuple[Kind, ...] = ("json", "form", "multipart", "text")
"""Of the media types that a body may have, the first of these is sent."""
STYLES: tuple[Style, ...] = (
    "form",
    "spaceDelimited",
    "pipeDelimited",
    "tabDelimited",
    "deepObject",
)
WHOLE = "body"


class Field(NamedTuple):
    """A part of a body that is an argument of its own."""

    place: Place
    schema: Schema
    required: bool


class Read(NamedTuple):
    """A body as it was read. `whole` is the schema of all of it, where that is one argument."""

    body: Body
    fields: tuple[Field, ...] = ()
    whole: Schema | None = None
    more: bool | Schema = False


def read_body(stated: Node, schemas: Schemas) -> Read | None:
    """Read a request body; None where none of its media types can be sent."""
    chosen = [(kind, media) for media, _ in stated["content"].items() if (kind := kind_of(media))]
    if not chosen:
        return None
    kind, media = min(chosen, key=lambda pair: LIKED.index(pair[0]))
    about = stated["content"][media]
    sent_as = media if "*" not in media else "application/json"
    required = stated["required"].value is True
    schema = schemas.read(about["schema"]) if about["schema"].value is not None else {}
    if kind == "text" or not _is_flat(schema):
        schema = {"type": "string", **schema} if kind == "text" else schema
        if kind in ("form", "multipart") and "object" not in schema.get("type", ""):
            schema = {"type": "object", **schema}
        whole = {"description": stated["description"].text, **schema}
        return Read(
            Body(kind, sent_as, WHOLE, required), whole=whole if whole["description"] else schema
        )
    needed = schema.get("required", []) if required else []
    more = schema.get("additionalProperties", False)
    fields = tuple(
        Field(_place(name, about["encoding"][name]), inner, name in needed)
        for name, inner in schema["properties"].items()
    )
    return Read(Body(kind, sent_as, "", required, more is not False), fields, more=more)


def _is_flat(schema: Schema) -> bool:
    """Say whether a body is an object that its named properties describe."""
    closed = {"type", "properties", "required", "additionalProperties", "description", "examples"}
    plain = schema.get("type", "object") in ("object", ["object", "null"])
    return (
        plain and bool(schema.get("properties")) and schema.keys() <= closed | {"default", "format"}
    )


def _place(name: str, encoding: Node) -> Place:
    style: Style = next((s for s in STYLES if s == encoding["style"].text), "form")
    explode = encoding["explode"].value
    return Place(
        argument=name,
        name=name,
        at="body",
        style=style,
        explode=explode if isinstance(explode, bool) else style == "form",
        as_json=kind_of(encoding["contentType"].text) == "json",
    )
