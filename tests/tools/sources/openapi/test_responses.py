from __future__ import annotations

from typing import Any

import pytest

from buttonup.tools.sources.openapi.document import Document
from buttonup.tools.sources.openapi.responses import STATUS, read_responses
from buttonup.tools.sources.openapi.schemas import Schemas

Json = Any
TEXT = {"type": "string"}
PET = {"type": "object"}


def gives(schema: Json, media: str = "application/json") -> Json:
    return {"content": {media: {"schema": schema}}}


def read(responses: Json, **root: Json) -> tuple[Json, list[str]]:
    stated = {"openapi": "3.1.0", **root, "operation": {"responses": responses}}
    document = Document("/api.json", {"/api.json": stated})
    schemas = Schemas(document, "responses")
    return read_responses(document, document.root["operation"], schemas), list(schemas.doubts)


@pytest.mark.parametrize(
    ("responses", "schema"),
    [
        ({"200": gives(PET), "404": gives(TEXT)}, PET),
        ({"default": gives(TEXT)}, {}),
        ({"2XX": gives(PET, "application/hal+json; charset=utf-8")}, PET),
        ({"200": {"content": {"text/html": {}, "application/json": {"schema": PET}}}}, PET),
        ({"204": {"description": "gone"}}, STATUS),
        ({"200": gives(PET), "204": {}}, {"anyOf": [PET, STATUS]}),
        ({"200": gives(PET), "201": gives(PET)}, PET),
        ({"200": gives(TEXT, "text/plain")}, TEXT),
        ({"200": gives(TEXT, "text/csv")}, {}),
        ({"200": {"content": {"application/json": {}}}}, {}),
        ({}, {}),
        ("odd", {}),
        ({"200": "odd"}, STATUS),
    ],
)
def test_what_a_success_gives_is_the_result(responses: Json, schema: Json) -> None:
    assert read(responses)[0] == schema


def test_a_response_that_is_referred_to_is_read_and_one_that_is_nowhere_told() -> None:
    shared = {"responses": {"Pet": gives(PET)}}
    assert read({"200": {"$ref": "#/components/responses/Pet"}}, components=shared) == (PET, [])
    assert read({"200": {"$ref": "#/x"}}) == ({}, ["unread_ref:#/x"])


def test_swagger_2_says_it_in_its_own_way() -> None:
    root = {"swagger": "2.0", "produces": ["application/json"]}
    assert read({"200": {"schema": PET}}, **root)[0] == PET
    assert read({"200": {"schema": PET}}, swagger="2.0", produces=["text/xml"])[0] == {}
