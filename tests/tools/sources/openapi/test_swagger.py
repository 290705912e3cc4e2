from __future__ import annotations

from typing import Any

from buttonup.tools.sources.openapi import swagger
from buttonup.tools.sources.openapi.document import Document, Node
from buttonup.tools.sources.openapi.operations import Offered, offered
from buttonup.tools.sources.openapi.requests import request

Json = Any


def read(operation: Json, **root: Json) -> Offered:
    paths = {"/pets/{id}": {"post": operation}}
    stated = {"swagger": "2.0", "host": "a.example", "paths": paths, **root}
    return next(iter(offered(Document("/api.json", {"/api.json": stated}), "openapi:x")))


ID = {"name": "id", "in": "path", "type": "integer", "required": True}


def test_parameters_have_their_types_and_their_formats_of_lists() -> None:
    lists = [
        {"name": name, "in": "query", "type": "array", "items": {"type": "string"}, **how}
        for name, how in {
            "csv": {},
            "ssv": {"collectionFormat": "ssv"},
            "pipes": {"collectionFormat": "pipes"},
            "multi": {"collectionFormat": "multi"},
        }.items()
    ]
    tool, operation = read({"parameters": [ID, *lists]})
    assert tool.function.parameters["properties"]["id"] == {"type": "integer"}
    values = {name: ["a", "b"] for name in ("csv", "ssv", "pipes", "multi")}
    assert request(operation, {"id": 1, **values}).url == (
        "https://a.example/pets/1?csv=a,b&ssv=a%20b&pipes=a%7Cb&multi=a&multi=b"
    )


def test_the_body_is_a_parameter_whose_properties_are_arguments() -> None:
    pet = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    stated = [
        ID,
        {"name": "pet", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Pet"}},
    ]
    tool, operation = read({"parameters": stated}, definitions={"Pet": pet})
    assert tool.function.parameters["required"] == ["id", "name"]
    assert request(operation, {"id": 1, "name": "Rex"}).body == b'{"name":"Rex"}'


def test_fields_of_a_form_are_one_body_and_a_file_makes_it_one_of_parts() -> None:
    fields = [
        {
            "name": "name",
            "in": "formData",
            "type": "string",
            "required": True,
            "description": "Its name.",
        },
        {"name": "tags", "in": "formData", "type": "array", "items": {"type": "string"}},
    ]
    tool, operation = read({"parameters": [ID, *fields]})
    assert tool.function.parameters["properties"]["name"] == {
        "type": "string",
        "description": "Its name.",
    }
    wire = request(operation, {"id": 1, "name": "Rex", "tags": ["a", "b"]})
    assert (wire.body, dict(wire.headers)["Content-Type"]) == (
        b"name=Rex&tags=a,b",
        "application/x-www-form-urlencoded",
    )
    photo = {"name": "photo", "in": "formData", "type": "file"}
    _, operation = read({"parameters": [ID, *fields, photo]})
    assert operation.body
    assert operation.body.kind == "multipart"


def test_consumes_says_what_a_body_is_written_in() -> None:
    fields = [{"name": "a", "in": "formData", "type": "string"}]
    stated = {"parameters": [ID, *fields], "consumes": ["multipart/form-data"]}
    _, operation = read(stated)
    assert operation.body
    assert operation.body.kind == "multipart"


def test_what_is_openapi_3_already_stays_as_it_is() -> None:
    node = Node({"name": "a", "in": "query", "schema": {"type": "string"}}, "/api.json")
    assert swagger.parameter(node) is node
    assert swagger.response(Node({"content": {}}, "/api.json"), ()).value == {"content": {}}
