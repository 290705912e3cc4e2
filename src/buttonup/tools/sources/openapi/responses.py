"""What a call gives when it succeeds, by the description."""

from __future__ import annotations

from buttonup.records import Schema
from buttonup.tools.sources.openapi import swagger
from buttonup.tools.sources.openapi.document import Document, Node
from buttonup.tools.sources.openapi.media import kind_of
from buttonup.tools.sources.openapi.schemas import Schemas

STATUS: Schema = {
    "type": "object",
    "properties": {"status": {"type": "integer"}},
    "required": ["status"],
}
"""What a call gives whose reply has nothing in it."""


def read_responses(document: Document, operation: Node, schemas: Schemas) -> Schema:
    """Give the schema of a result; {} where nothing tells."""
    found: list[Schema] = []
    produces = [m.text for m in operation["produces"]] or [
        m.text for m in document.root["produces"]
    ]
    codes = [(code, node) for code, node in operation["responses"].items() if _succeeds(code)]
    for _, stated in sorted(codes, key=lambda pair: pair[0]):
        response = document.follow(stated)
        if response is None:
            schemas.doubt(f"unread_ref:{stated['$ref'].text}")
            continue
        schema = _schema(swagger.response(response, produces), schemas)
        if schema is None:
            return {}
        if schema not in found:
            found.append(schema)
    return found[0] if len(found) == 1 else {"anyOf": found} if found else {}


def _succeeds(code: str) -> bool:
    return len(code) == 3 and code[0] == "2"  # noqa: PLR2004 - as HTTP's codes are, and "2XX"


def _schema(response: Node, schemas: Schemas) -> Schema | None:
    """Read one response; None where it may be anything."""
    content = dict(response["content"].items())
    if not content:
        return STATUS
    for media, about in content.items():
        if kind_of(media) == "json":
            return schemas.read(about["schema"]) if about["schema"].value is not None else None
    return {"type": "string"} if all(m.startswith("text/plain") for m in content) else None
