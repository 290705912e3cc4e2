from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buttonup.tools.door import misfit
from buttonup.tools.sources.openapi.document import Document
from buttonup.tools.sources.openapi.operations import LONGEST_DESCRIPTION, Offered, offered
from buttonup.tools.sources.openapi.requests import Wire, request

Json = Any
Offer = Callable[..., Offered]
Describe = Callable[..., Document]


def test_an_operation_is_a_function_with_its_words(offer: Offer) -> None:
    stated = {"operationId": "listPets", "summary": "List pets", "description": "All of them."}
    function = offer(stated).tool.function
    assert (function.name, function.description) == ("listPets", "List pets. All of them.")


@pytest.mark.parametrize(
    ("summary", "description", "words"),
    [
        ("List pets", "", "List pets"),
        ("", "All of them.", "All of them."),
        ("List pets.", "List pets that are for sale.", "List pets that are for sale."),
        ("", "", ""),
    ],
)
def test_summary_and_description_are_not_said_twice(
    offer: Offer, summary: str, description: str, words: str
) -> None:
    stated = {"summary": summary, "description": description}
    assert offer(stated).tool.function.description == words


def test_an_operation_without_a_name_is_called_by_its_method_and_path(offer: Offer) -> None:
    assert offer({}, path="/pets/{id}/toys").tool.function.name == "get_pets_id_toys"


def test_names_are_fit_for_a_chat_api_and_nobody_shares_one(describe: Describe) -> None:
    paths = {
        f"/{i}": {"get": {"operationId": name}} for i, name in enumerate(["a/b", "a b", "x" * 90])
    }
    names = [o.tool.function.name for o in offered(describe(paths), "openapi:pets.json")]
    assert names == ["a_b", "pets_a_b", "x" * 64]


@pytest.mark.parametrize(
    ("method", "writes"),
    [
        ("get", False),
        ("head", False),
        ("post", True),
        ("put", True),
        ("patch", True),
        ("delete", True),
    ],
)
def test_the_method_tells_whether_it_writes(offer: Offer, method: str, writes: bool) -> None:
    assert offer({}, method=method).tool.writes is writes


def test_an_operation_without_a_server_does_not_run_unless_the_user_names_one(
    describe: Describe,
) -> None:
    document = describe({"/a": {"get": {}}})
    (without,) = offered(document, "openapi:a.json")
    assert not without.tool.runs
    assert "no_server" in without.tool.doubts
    (named,) = offered(document, "openapi:a.json", "https://a.example/v1")
    assert named.tool.runs
    assert request(named.operation, {}).url == "https://a.example/v1/a"


def test_an_operation_on_another_host_does_not_run_unless_the_user_names_it(
    describe: Describe,
) -> None:
    elsewhere = {"servers": [{"url": "https://evil.example"}]}
    document = describe(
        {"/a": {"get": elsewhere}, "/b": {**elsewhere, "get": {}}, "/c": {"get": {}}},
        servers=[{"url": "https://a.example"}],
    )
    offers = list(offered(document, "openapi:a.json"))
    assert [o.tool.runs for o in offers] == [False, False, True]
    assert "other_server" in offers[0].tool.doubts
    named = list(offered(document, "openapi:a.json", "https://b.example"))
    assert {o.operation.server for o in named} == {"https://b.example"}


def test_a_path_cannot_lead_to_another_host(offer: Offer) -> None:
    _, operation = offer({}, path="@evil.example/x", servers=[{"url": "https://a.example"}])
    assert urlsplit(request(operation, {}).url).hostname == "a.example"


def test_a_body_that_cannot_be_written_keeps_the_operation_from_running(offer: Offer) -> None:
    stated = {"requestBody": {"content": {"text/xml": {"schema": {"type": "object"}}}}}
    tool, _ = offer(stated, method="post")
    assert not tool.runs
    assert "body:text/xml" in tool.doubts


def test_parameters_of_a_path_are_those_of_its_operations_unless_they_say_otherwise(
    describe: Describe,
) -> None:
    shared = [
        {"name": "a", "in": "query", "schema": {"type": "string"}},
        {"name": "b", "in": "query", "schema": {"type": "string"}},
    ]
    own = [{"name": "a", "in": "query", "schema": {"type": "integer"}}]
    document = describe({"/x": {"parameters": shared, "get": {"parameters": own}}})
    (made,) = offered(document, "openapi:x.json")
    properties = made.tool.function.parameters["properties"]
    assert {name: schema["type"] for name, schema in properties.items()} == {
        "a": "integer",
        "b": "string",
    }


@pytest.mark.parametrize(
    "operation",
    [
        {"parameters": "odd"},
        {"parameters": [None, 3, {"$ref": "#/nowhere"}, {}, {"name": 3, "in": 4}]},
        {"requestBody": 7, "responses": []},
        {"requestBody": {"$ref": "#/nowhere"}},
        {"requestBody": {"content": {"application/json": None}}},
        {"operationId": 5, "summary": ["x"], "security": "odd", "servers": {"url": 1}},
        {"responses": {"200": {"content": {"application/json": {"schema": [1]}}}}},
        {"parameters": [{"name": "a", "in": "query", "schema": {"pattern": "(["}}]},
    ],
)
def test_whatever_is_odd_costs_a_doubt_and_not_the_operation(offer: Offer, operation: Json) -> None:
    tool, made = offer(operation)
    assert misfit({}, tool.function.parameters) == ""
    assert request(made, {}).url == "http://127.0.0.1:1/pets"


def test_what_is_too_big_for_a_prompt_is_told(offer: Offer) -> None:
    many = [
        {"name": f"p{i}", "in": "query", "schema": {"type": "string", "description": "words " * 20}}
        for i in range(80)
    ]
    tool, _ = offer({"parameters": many, "description": "long " * 400})
    assert {"big", "long_description"} <= set(tool.doubts)
    assert len(tool.function.description) <= LONGEST_DESCRIPTION


def test_paths_that_are_odd_are_passed_over(describe: Describe) -> None:
    document = describe(
        {"/a": None, "/b": {"get": "odd"}, "/c": {"$ref": "#/x"}, "/d": {"get": {}}}
    )
    assert [o.operation.path for o in offered(document, "openapi:x")] == ["/d"]
    assert list(offered(describe(["odd"]), "openapi:x")) == []


# --- a law: whatever fits goes into a request from which it can be read back ---------------------

SCALARS: dict[str, st.SearchStrategy[Json]] = {
    "string": st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1).filter(
        lambda text: text not in (".", "..")
    ),
    "integer": st.integers(-(10**9), 10**9),
    "boolean": st.booleans(),
}
HEADER_WORDS = st.text(alphabet="abcXYZ 019-_.~/:;=", min_size=1).map(str.strip).filter(bool)
KINDS = st.sampled_from(sorted(SCALARS))


@st.composite
def stated(draw: st.DrawFn) -> tuple[Json, str, dict[str, Json]]:
    """Make up an operation, its path, and arguments that fit it."""
    places = draw(
        st.lists(
            st.tuples(st.sampled_from(["path", "query", "header", "body"]), KINDS, st.booleans()),
            max_size=6,
        )
    )
    parameters, properties, values, path = [], {}, {}, "/x"
    for index, (at, kind, many) in enumerate(places):
        name = f"p{index}"
        one = HEADER_WORDS if (at, kind) == ("header", "string") else SCALARS[kind]
        several = many and at in ("query", "body")
        schema: Json = {"type": "array", "items": {"type": kind}} if several else {"type": kind}
        values[name] = draw(st.lists(one, min_size=1, max_size=3) if several else one)
        if at == "body":
            properties[name] = schema
            continue
        explode = {"explode": draw(st.booleans())} if several else {}
        parameters.append({"name": name, "in": at, "schema": schema, **explode})
        path += f"/{{{name}}}" if at == "path" else ""
    media = draw(st.sampled_from(["application/json", "application/x-www-form-urlencoded"]))
    content = {media: {"schema": {"type": "object", "properties": properties}}}
    sent = {"requestBody": {"required": True, "content": content}} if properties else {}
    return {"parameters": parameters, **sent}, path, values


def read_back(wire: Wire, operation: Json, path: str) -> dict[str, Json]:
    """Read the arguments out of a request, as a server that knows the description would."""
    address = urlsplit(wire.url)
    steps = dict(zip(path.split("/"), address.path.split("/"), strict=True))
    query, headers = parse_qs(address.query, keep_blank_values=True), dict(wire.headers)
    raw = dict(pair.split("=", 1) for pair in address.query.split("&") if pair)
    values: dict[str, Json] = {}
    for one in operation["parameters"]:
        name, kind, at = one["name"], one["schema"]["type"], one["in"]
        if at == "path":
            values[name] = typed(unquote(steps[f"{{{name}}}"]), kind)
        elif at == "header":
            values[name] = typed(headers[name], kind)
        elif kind != "array":
            values[name] = typed(query[name][0], kind)
        else:
            split = query[name] if one["explode"] else [unquote(v) for v in raw[name].split(",")]
            values[name] = [typed(v, one["schema"]["items"]["type"]) for v in split]
    body = operation.get("requestBody", {}).get("content", {})
    if "application/json" in body:
        return {**values, **json.loads(wire.body or b"{}")}
    for media in body.values():
        form = parse_qs((wire.body or b"").decode(), keep_blank_values=True)
        for name, schema in media["schema"]["properties"].items():
            inner = schema["items"]["type"] if schema["type"] == "array" else schema["type"]
            read = [typed(v, inner) for v in form[name]]
            values[name] = read if schema["type"] == "array" else read[0]
    return values


def typed(text: str, kind: str) -> Json:
    return text if kind == "string" else json.loads(text)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(made=stated())
def test_arguments_that_fit_go_into_a_request_from_which_they_can_be_read_back(
    offer: Offer, made: tuple[Json, str, dict[str, Json]]
) -> None:
    operation, path, arguments = made
    tool, how = offer(operation, path=path, method="post")
    assert misfit(arguments, tool.function.parameters) == ""
    assert read_back(request(how, arguments), operation, path) == arguments
