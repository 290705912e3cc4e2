from __future__ import annotations

import base64
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.tools.sources.openapi.document import Document, Node
from buttonup.tools.sources.openapi.requests import Key
from buttonup.tools.sources.openapi.security import (
    chosen,
    key_names,
    keys_for,
    read_variables,
    schemes,
    ways_in,
)

Json = Any
SCHEMES = {
    "key": {"type": "apiKey", "in": "query", "name": "api_key"},
    "head": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "jar": {"type": "apiKey", "in": "cookie", "name": "sid"},
    "token": {"type": "http", "scheme": "Bearer"},
    "login": {"type": "http", "scheme": "basic"},
    "flow": {"type": "oauth2", "flows": {}},
}


def known(root: Json | None = None) -> dict[str, Node]:
    stated = root or {"components": {"securitySchemes": SCHEMES}}
    return schemes(Document("/api.json", {"/api.json": stated}))


@pytest.mark.parametrize(
    ("scheme", "key"),
    [
        ("key", Key("query", "api_key", "a:b")),
        ("head", Key("header", "X-Key", "a:b")),
        ("jar", Key("cookie", "sid", "a:b")),
        ("token", Key("header", "Authorization", "Bearer a:b")),
        ("login", Key("header", "Authorization", f"Basic {base64.b64encode(b'a:b').decode()}")),
        ("flow", Key("header", "Authorization", "Bearer a:b")),
    ],
)
def test_a_key_goes_where_its_scheme_says(scheme: str, key: Key) -> None:
    assert keys_for(known(), {scheme: "a:b"}) == {scheme: key}


def test_a_variable_without_a_scheme_is_for_every_one() -> None:
    assert keys_for(known(), {"": "x"}).keys() == SCHEMES.keys()


def test_swaggers_own_place_and_word_for_basic_are_known() -> None:
    root = {"swagger": "2.0", "securityDefinitions": {"login": {"type": "basic"}}}
    assert keys_for(known(root), {"": "u:p"})["login"].value.startswith("Basic ")


def test_a_scheme_that_is_not_there_is_told() -> None:
    with pytest.raises(BadInput, match=r"no security scheme 'other'.*it has: flow, head"):
        keys_for(known(), {"other": "x"})


def test_variables_are_read_and_one_that_is_not_set_is_told() -> None:
    assert read_variables(["A", "token:B"], {"A": "1\n", "B": "2"}) == {"": "1", "token": "2"}
    with pytest.raises(BadInput, match="the variable B is not set"):
        read_variables(["token:B"], {"A": "1", "B": ""})


def test_the_first_way_in_that_there_are_keys_for_is_taken() -> None:
    keys = keys_for(known(), {"head": "x", "token": "y"})
    assert chosen((("key",), ("head", "token"), ("head",)), keys) == (keys["head"], keys["token"])
    assert chosen((("key",),), keys) is None
    assert chosen((("key",), ()), keys) == ()
    assert chosen((), keys) == ()


def test_an_operation_says_its_ways_in_or_the_root_does() -> None:
    root = {
        "components": {"securitySchemes": SCHEMES},
        "security": [{"key": []}],
        "own": {"security": [{"head": [], "token": []}, {}]},
        "open": {"security": []},
        "none": {},
    }
    document = Document("/api.json", {"/api.json": root})
    assert ways_in(document, document.root["own"]) == (("head", "token"), ())
    assert ways_in(document, document.root["open"]) == ()
    assert ways_in(document, document.root["none"]) == (("key",),)
    assert key_names(document, (("key", "token"), ("unknown",))) == {"api_key"}
