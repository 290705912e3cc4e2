"""Swagger 2.0 in the words of OpenAPI 3: the same things, kept in other places.

Source: Swagger 2.0 specification; OpenAPI 3.0.4, "Style Values".
"""

from __future__ import annotations

from collections.abc import Sequence

from buttonup.records import Json, Schema
from buttonup.tools.sources.openapi.document import Node

STYLES: dict[str, Schema] = {
    "ssv": {"style": "spaceDelimited", "explode": False},
    "pipes": {"style": "pipeDelimited", "explode": False},
    "tsv": {"style": "tabDelimited", "explode": False},
    "multi": {"style": "form", "explode": True},
}
"""`collectionFormat`, where it is not what a place has anyhow: values between commas."""
ABOUT = {"name", "in", "required", "description", "collectionFormat", "allowEmptyValue"}
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def parameter(node: Node) -> Node:
    """Give a parameter as OpenAPI 3 has it: its type in a schema of its own."""
    if not isinstance(node.value, dict) or "schema" in node.value or "type" not in node.value:
        return node
    about = {k: v for k, v in node.value.items() if k in ABOUT}
    kind = {k: v for k, v in node.value.items() if k not in ABOUT}
    style = STYLES.get(node["collectionFormat"].text, {"explode": False})
    return Node({**about, **style, "schema": kind}, node.file)


def body(parameters: Sequence[Node], media: Sequence[str]) -> Node | None:
    """Make a request body of the parameters that are in the body, or of those of a form."""
    for node in parameters:
        if node["in"].text == "body":
            said = {
                "required": node["required"].value,
                "content": {m: {"schema": node["schema"].value} for m in media or _JSON},
            }
            return Node(said, node.file)
    fields = [parameter(node) for node in parameters if node["in"].text == "formData"]
    if not fields:
        return None
    needed = [f["name"].text for f in fields if f["required"].value is True]
    kinds = {f["name"].text: _described(f) for f in fields}
    form = next((m for m in media if m in FORMS), "")
    if not form:
        form = FORMS[not any(f["schema"]["type"].text == "file" for f in fields)]
    schema = {"type": "object", "properties": kinds, "required": needed}
    styles = {
        f["name"].text: {"style": f["style"].text or "form", "explode": f["explode"].value}
        for f in fields
        if f["schema"]["type"].text == "array"
    }
    said = {"required": bool(needed), "content": {form: {"schema": schema, "encoding": styles}}}
    return Node(said, fields[0].file)


def response(node: Node, media: Sequence[str]) -> Node:
    """Give a response as OpenAPI 3 has it: its schema under each media type."""
    if node["schema"].value is None:
        return node
    content = {m: {"schema": node["schema"].value} for m in media or _JSON}
    return Node({"description": node["description"].text, "content": content}, node.file)


def security_scheme(node: Node) -> Node:
    """Give a security scheme as OpenAPI 3 has it."""
    if node["type"].text == "basic":
        return Node({"type": "http", "scheme": "basic"}, node.file)
    return node


_JSON = ("application/json",)


def _described(field: Node) -> Json:
    schema = dict(field["schema"].value)
    return (
        {**schema, "description": field["description"].text}
        if field["description"].text
        else schema
    )
