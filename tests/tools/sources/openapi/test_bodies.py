from __future__ import annotations

from typing import Any

import pytest

from buttonup.tools.sources.openapi.bodies import Read, read_body
from buttonup.tools.sources.openapi.document import Document, Node
from buttonup.tools.sources.openapi.requests import Body
from buttonup.tools.sources.openapi.schemas import Schemas

Json = Any
PET = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
    "required": ["name"],
}


def read(content: Json, *, required: bool = True) -> Read | None:
    root = {"openapi": "3.1.0"}
    schemas = Schemas(Document("/api.json", {"/api.json": root}), "parameters")
    return read_body(Node({"content": content, "required": required}, "/api.json"), schemas)


def of(schema: Json, media: str = "application/json", **more: Json) -> Json:
    return {media: {"schema": schema, **more}}


def test_properties_of_an_object_are_arguments_of_their_own() -> None:
    body = read(of(PET))
    assert body
    assert body.body == Body("json", "application/json", "", required=True)
    assert [(f.place.name, f.place.at, f.required) for f in body.fields] == [
        ("name", "body", True),
        ("age", "body", False),
    ]


def test_a_body_that_may_be_left_out_requires_nothing() -> None:
    body = read(of(PET), required=False)
    assert body
    assert [f.required for f in body.fields] == [False, False]


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "array", "items": PET},
        {"type": "string"},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"oneOf": [PET, {"type": "string"}]},
        {},
    ],
)
def test_any_other_body_is_one_argument(schema: Json) -> None:
    body = read(of(schema))
    assert body
    assert (body.whole, body.body.argument, body.fields) == (schema, "body", ())


def test_json_is_preferred_to_forms_and_what_cannot_be_written_is_none() -> None:
    both = {**of(PET, "multipart/form-data"), **of(PET, "application/json; charset=utf-8")}
    body = read(both)
    assert body
    assert (body.body.kind, body.body.media) == ("json", "application/json; charset=utf-8")
    assert read(of(PET, "text/xml")) is None


def test_a_range_of_media_is_sent_as_json() -> None:
    body = read(of(PET, "*/*"))
    assert body
    assert body.body.media == "application/json"


def test_fields_of_a_form_are_written_as_its_encoding_says() -> None:
    encoding = {
        "name": {"style": "deepObject", "explode": True},
        "age": {"contentType": "application/json"},
    }
    body = read(of(PET, "application/x-www-form-urlencoded", encoding=encoding))
    assert body
    name, age = (f.place for f in body.fields)
    assert (name.style, name.explode, name.as_json) == ("deepObject", True, False)
    assert (age.style, age.explode, age.as_json) == ("form", True, True)


def test_an_object_that_lets_others_in_stays_open() -> None:
    body = read(of({**PET, "additionalProperties": {"type": "string"}}))
    assert body
    assert body.body.open
    assert body.more == {"type": "string"}
