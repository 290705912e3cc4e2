from __future__ import annotations

from typing import Any

import pytest

from buttonup.tools.sources.openapi.document import Document
from buttonup.tools.sources.openapi.servers import is_address, same_host, server_of

Json = Any


def document(root: Json, file: str = "/api.json") -> Document:
    return Document(file, {file: root})


def home(root: Json, file: str = "/api.json") -> str:
    made = document(root, file)
    return server_of(made, (made.root,))


SWAGGER = {"swagger": "2.0", "host": "a.example"}
URL = "https://docs.example/v2/api.json"


@pytest.mark.parametrize(
    ("root", "file", "address"),
    [
        ({"servers": [{"url": "https://a.example/v1"}, {"url": "https://b.example"}]}, URL, "https://a.example/v1"),
        ({"servers": [{"url": "/v1"}]}, URL, "https://docs.example/v1"),
        ({"servers": [{"url": "v1"}]}, URL, "https://docs.example/v2/v1"),
        ({"servers": [{"url": "//c.example/x"}]}, URL, "https://c.example/x"),
        ({"servers": [{"url": "/v1"}]}, "/api.json", ""),
        ({}, URL, "https://docs.example/"),
        ({}, "/api.json", ""),
        ({"servers": []}, URL, "https://docs.example/"),
        ({"servers": [{"url": "file:///etc"}]}, URL, ""),
        ({"servers": [{"url": "https://{host}/"}]}, URL, ""),
        ({"servers": [{"url": "https://user:pw@a.example"}]}, URL, ""),
        ({"servers": "https://a.example"}, "/api.json", ""),
        ({**SWAGGER, "basePath": "/v1", "schemes": ["http", "https"]}, URL, "https://a.example/v1"),
        ({"swagger": "2.0", "host": "a.example:81", "schemes": ["http"]}, URL, "http://a.example:81/"),
        (SWAGGER, "/api.json", "https://a.example/"),
        ({"swagger": "2.0", "basePath": "/v1"}, URL, "https://docs.example/v1"),
        ({"swagger": "2.0"}, "/api.json", ""),
    ],
)  # fmt: skip
def test_a_description_says_where_its_server_is(root: Json, file: str, address: str) -> None:
    assert home(root, file) == address


def test_variables_of_an_address_take_their_defaults() -> None:
    variables = {"region": {"default": "eu"}, "port": {"enum": [8443, 443]}, "odd": "x"}
    root = {"servers": [{"url": "https://{region}.a.example:{port}", "variables": variables}]}
    assert home(root) == "https://eu.a.example:8443"


def test_the_nearest_level_that_names_a_server_counts() -> None:
    made = document(
        {
            "servers": [{"url": "https://a.example"}],
            "x": {"servers": [{"url": "https://b.example"}]},
        }
    )
    assert server_of(made, (made.root["y"], made.root["x"], made.root)) == "https://b.example"
    assert server_of(made, (made.root["y"], made.root)) == "https://a.example"


def test_a_host_is_the_same_by_name_port_and_protocol() -> None:
    assert same_host("https://a.example/x", "https://a.example/y?z")
    assert not same_host("https://a.example", "http://a.example")
    assert not same_host("https://a.example", "https://a.example:8443")
    assert not same_host("https://a.example", "https://a.example.evil.example")


@pytest.mark.parametrize(
    "text", ["ftp://a", "https://", "https://a b", "a.example", "https://a/{x}"]
)
def test_what_cannot_be_called_is_no_address(text: str) -> None:
    assert not is_address(text)
