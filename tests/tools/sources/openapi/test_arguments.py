from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.tools.sources.openapi.arguments import LONGEST_NAME, fit_name
from buttonup.tools.sources.openapi.operations import Offered
from buttonup.tools.sources.openapi.requests import request

Json = Any
Offer = Callable[..., Offered]


def parameter(name: str, at: str, **more: Json) -> Json:
    return {"name": name, "in": at, "schema": {"type": "string"}, **more}


def body(**properties: Json) -> Json:
    schema = {"type": "object", "properties": properties}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def test_everything_that_an_operation_takes_is_flat_in_one_object(offer: Offer) -> None:
    stated = {
        "parameters": [
            parameter("limit", "query", description="At most.", example=5),
            parameter("X-Trace", "header"),
            parameter("lang", "cookie"),
            parameter("pet", "path"),
        ],
        "requestBody": body(age={"type": "integer"}),
    }
    parameters = offer(stated, path="/pets/{pet}").tool.function.parameters
    assert list(parameters["properties"]) == ["pet", "limit", "X-Trace", "lang", "age"]
    assert parameters["required"] == ["pet"]
    assert parameters["additionalProperties"] is False
    described = {"type": "string", "description": "At most.", "examples": [5]}
    assert parameters["properties"]["limit"] == described


def test_of_arguments_with_one_name_the_first_keeps_it(offer: Offer) -> None:
    stated = {
        "parameters": [
            parameter("id", "header"),
            parameter("id", "query"),
            parameter("id", "path"),
        ],
        "requestBody": body(id={"type": "string"}, id_body={"type": "string"}),
    }
    tool, operation = offer(stated, path="/{id}", method="post")
    names = ["id", "id_query", "id_header", "id_body", "id_body_body"]
    assert list(tool.function.parameters["properties"]) == names
    wire = request(operation, {name: f"v{i}" for i, name in enumerate(names)})
    assert wire.url.endswith("/v0?id=v1")
    assert wire.headers[0] == ("id", "v2")
    assert wire.body == b'{"id":"v3","id_body":"v4"}'


def test_names_that_a_chat_api_does_not_take_are_made_fit_and_sent_as_they_are(
    offer: Offer,
) -> None:
    tool, operation = offer(
        {"parameters": [parameter("filter[at]", "query"), parameter("$top", "query")]}
    )
    assert list(tool.function.parameters["properties"]) == ["filter_at", "top"]
    wire = request(operation, {"filter_at": "1", "top": "2"})
    assert urlsplit(wire.url).query == "filter[at]=1&%24top=2"


def test_headers_that_are_not_for_an_argument_to_say_are_left_out(offer: Offer) -> None:
    names = ("Accept", "Authorization", "Content-Type", "Host", "Content-Length", "X-Mine")
    tool, _ = offer({"parameters": [parameter(name, "header") for name in names]})
    assert list(tool.function.parameters["properties"]) == ["X-Mine"]


def test_a_parameter_that_a_key_is_for_is_left_out(offer: Offer) -> None:
    key = {"securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "api_key"}}}
    stated = {"parameters": [parameter("api_key", "query")], "security": [{"key": []}]}
    tool, _ = offer(stated, components=key)
    assert tool.function.parameters["properties"] == {}


@pytest.mark.parametrize(
    ("stated", "doubt"),
    [
        (parameter("a b", "header"), "odd:a b"),
        (parameter("", "query"), "odd:parameter"),
        (parameter("gone", "path"), "odd:gone"),
    ],
)
def test_a_parameter_that_cannot_be_sent_is_left_out_and_told(
    offer: Offer, stated: Json, doubt: str
) -> None:
    tool, _ = offer({"parameters": [stated]})
    assert tool.function.parameters["properties"] == {}
    assert doubt in tool.doubts


def test_a_part_of_the_path_that_nobody_declares_is_an_argument_all_the_same(offer: Offer) -> None:
    tool, operation = offer({}, path="/pets/{id}")
    assert tool.function.parameters["required"] == ["id"]
    assert "undeclared:id" in tool.doubts
    assert request(operation, {"id": "7"}).url.endswith("/pets/7")


def test_a_parameter_may_say_its_schema_in_a_media_type(offer: Offer) -> None:
    content = {"application/json": {"schema": {"type": "object"}}}
    tool, operation = offer({"parameters": [{"name": "where", "in": "query", "content": content}]})
    assert tool.function.parameters["properties"]["where"] == {"type": "object"}
    assert request(operation, {"where": {"a": 1}}).url.endswith("?where=%7B%22a%22%3A1%7D")


def test_a_whole_body_has_the_name_body_or_one_that_is_free(offer: Offer) -> None:
    listed = {"content": {"application/json": {"schema": {"type": "array"}}}}
    stated = {"parameters": [parameter("body", "query")], "requestBody": listed}
    tool, operation = offer(stated, method="post")
    assert list(tool.function.parameters["properties"]) == ["body", "body_whole"]
    wire = request(operation, {"body": "q", "body_whole": [1]})
    assert (urlsplit(wire.url).query, wire.body) == ("body=q", b"[1]")


def test_a_body_that_lets_other_properties_in_says_so(offer: Offer) -> None:
    stated = {"requestBody": body(a={"type": "string"})}
    stated["requestBody"]["content"]["application/json"]["schema"]["additionalProperties"] = True
    tool, operation = offer(stated, method="post")
    assert tool.function.parameters["additionalProperties"] is True
    assert request(operation, {"a": "1", "other": 2}).body == b'{"a":"1","other":2}'


@given(st.lists(st.text(max_size=80) | st.sampled_from(["a", "a_query", "a_2"]), max_size=12))
def test_names_are_fit_and_nobody_shares_one(names: list[str]) -> None:
    taken: dict[str, str] = {}
    for name in names:
        made = fit_name(name, taken, "query")
        assert made not in taken
        assert re.fullmatch(rf"[A-Za-z0-9_-]{{1,{LONGEST_NAME}}}", made)
        taken[made] = name
