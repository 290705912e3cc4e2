from __future__ import annotations

import json
from collections.abc import Callable
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.tools.sources.openapi.requests import (
    Body,
    Key,
    Operation,
    Place,
    Style,
    Unsent,
    Where,
    Wire,
    request,
)

Json = Any
SERVER = "https://api.example/v1/"


def sent(place: Place, value: Json) -> Wire:
    path = f"/a/{{{place.name}}}/b" if place.at == "path" else "/a"
    return request(Operation("get", path, SERVER, (place,)), {place.argument: value})


def at(where: Where, style: Style = "form", *, explode: bool = False, **more: Any) -> Place:
    return Place("id", "id", where, style, explode, **more)


LIST, OBJECT = ["blue", "black"], {"R": 100, "G": 200}


# The specification's own table, OpenAPI 3.1.1, "Style Examples", with other values.
@pytest.mark.parametrize(
    ("style", "explode", "value", "path"),
    [
        ("simple", False, "blue", "blue"),
        ("simple", False, LIST, "blue,black"),
        ("simple", False, OBJECT, "R,100,G,200"),
        ("simple", True, OBJECT, "R=100,G=200"),
        ("label", False, "blue", ".blue"),
        ("label", False, LIST, ".blue,black"),
        ("label", True, LIST, ".blue.black"),
        ("label", True, OBJECT, ".R=100.G=200"),
        ("matrix", False, "blue", ";id=blue"),
        ("matrix", False, LIST, ";id=blue,black"),
        ("matrix", True, LIST, ";id=blue;id=black"),
        ("matrix", False, OBJECT, ";id=R,100,G,200"),
        ("matrix", True, OBJECT, ";R=100;G=200"),
    ],
)
def test_values_in_a_path_are_written_in_its_style(
    style: Style, explode: bool, value: Json, path: str
) -> None:
    assert (
        sent(at("path", style, explode=explode), value).url == f"https://api.example/v1/a/{path}/b"
    )


@pytest.mark.parametrize(
    ("style", "explode", "value", "query"),
    [
        ("form", True, "a b&c", "id=a%20b%26c"),
        ("form", True, True, "id=true"),
        ("form", True, 2.5, "id=2.5"),
        ("form", True, LIST, "id=blue&id=black"),
        ("form", False, LIST, "id=blue,black"),
        ("form", False, ["a,b", "c"], "id=a%2Cb,c"),
        ("form", True, OBJECT, "R=100&G=200"),
        ("form", False, OBJECT, "id=R,100,G,200"),
        ("spaceDelimited", False, LIST, "id=blue%20black"),
        ("pipeDelimited", False, LIST, "id=blue%7Cblack"),
        ("tabDelimited", False, LIST, "id=blue%09black"),
        ("deepObject", True, OBJECT, "id[R]=100&id[G]=200"),
        ("deepObject", True, {"a": {"b": [1, 2]}}, "id[a][b][0]=1&id[a][b][1]=2"),
        ("form", True, [], ""),
        ("form", False, [], ""),
        ("form", True, None, ""),
    ],
)
def test_values_in_a_query_are_written_in_its_style(
    style: Style, explode: bool, value: Json, query: str
) -> None:
    assert urlsplit(sent(at("query", style, explode=explode), value).url).query == query


def test_a_parameter_whose_content_is_json_is_written_as_json() -> None:
    query = urlsplit(sent(at("query", as_json=True), {"a": [1]}).url).query
    assert unquote(query) == 'id={"a":[1]}'


def test_reserved_characters_stay_where_they_may() -> None:
    wire = sent(at("query", reserved=True), "a/b?c&d#e")
    assert urlsplit(wire.url).query == "id=a/b?c%26d%23e"


def test_headers_and_cookies_carry_their_values() -> None:
    operation = Operation("get", "/a", SERVER, (at("header", "simple"), Place("c", "c", "cookie")))
    wire = request(operation, {"id": [1, "x"], "c": "a;b"})
    assert wire.headers == (("id", "1,x"), ("Cookie", "c=a%3Bb"))


@pytest.mark.parametrize("value", ["a\r\nX-Admin: yes", "a\x00b", "naïve"])
def test_what_cannot_stand_in_a_header_is_not_sent(value: str) -> None:
    with pytest.raises(Unsent, match="'id' goes into a header"):
        sent(at("header", "simple"), value)


@pytest.mark.parametrize("value", ["..", ".", "", [], None])
def test_a_path_cannot_be_made_another_one(value: Json) -> None:
    with pytest.raises(Unsent, match="'id'"):
        sent(at("path", "simple"), value)


def test_a_slash_in_a_value_is_no_slash_of_the_path() -> None:
    wire = sent(at("path", "simple"), "../../admin?x=1#y")
    assert wire.url == "https://api.example/v1/a/..%2F..%2Fadmin%3Fx%3D1%23y/b"


def test_a_part_of_the_path_that_is_missing_is_told() -> None:
    with pytest.raises(Unsent, match="'id' is missing"):
        request(Operation("get", "/{id}", SERVER, (at("path", "simple"),)), {})


def test_an_argument_that_nobody_takes_is_told() -> None:
    with pytest.raises(Unsent, match="no parameter 'x'"):
        request(Operation("get", "/", SERVER), {"x": 1})


def test_keys_go_where_their_scheme_says() -> None:
    keys = (Key("header", "X-Key", "h"), Key("query", "key", "q q"), Key("cookie", "sid", "c"))
    wire = request(Operation("get", "/a?b=1", SERVER), {}, keys)
    assert wire.url == "https://api.example/v1/a?b=1&key=q%20q"
    assert wire.headers == (("X-Key", "h"), ("Cookie", "sid=c"))


# --- bodies -------------------------------------------------------------------------------------


def posted(body: Body, arguments: dict[str, Json], *places: Place) -> Wire:
    return request(Operation("post", "/a", SERVER, places, body), arguments)


def field(name: str, style: Style = "form", **more: Any) -> Place:
    return Place(name, name, "body", style, **{"explode": True, **more})


def test_a_json_body_is_made_of_its_properties_and_null_stays() -> None:
    wire = posted(Body("json", "application/json"), {"a": None, "b": [1]}, field("a"), field("b"))
    assert wire.headers == (("Content-Type", "application/json"),)
    assert json.loads(wire.body or b"") == {"a": None, "b": [1]}


def test_a_body_that_is_open_takes_other_arguments_too() -> None:
    wire = posted(Body("json", "application/json", open=True), {"a": 1, "z": 2}, field("a"))
    assert json.loads(wire.body or b"") == {"a": 1, "z": 2}


def test_a_body_that_is_one_argument_is_sent_as_it_is() -> None:
    wire = posted(Body("json", "application/json", "body"), {"body": [1, 2]})
    assert json.loads(wire.body or b"") == [1, 2]
    assert posted(Body("text", "text/plain", "body"), {"body": "ä"}).body == "ä".encode()


def test_a_body_without_arguments_is_sent_only_where_one_is_required() -> None:
    assert posted(Body("json", "application/json"), {}).body is None
    assert posted(Body("json", "application/json", required=True), {}).body == b"{}"


def test_a_form_is_percent_encoded_and_its_objects_are_json_or_deep() -> None:
    places = (field("a"), field("b"), field("c"), field("d", "deepObject"))
    arguments = {"a": "x&y", "b": [1, 2], "c": {"k": 1}, "d": {"k": 1}}
    wire = posted(Body("form", "application/x-www-form-urlencoded"), arguments, *places)
    pairs = parse_qsl((wire.body or b"").decode())
    assert pairs == [("a", "x&y"), ("b", "1"), ("b", "2"), ("c", '{"k":1}'), ("d[k]", "1")]


def parts(wire: Wire) -> list[tuple[str, str]]:
    head = f"Content-Type: {dict(wire.headers)['Content-Type']}\r\n\r\n".encode()
    message = message_from_bytes(head + (wire.body or b""), policy=policy.HTTP)
    assert not message.defects
    return [
        (
            str(part["Content-Disposition"].params["name"]),
            bytes(part.get_payload(decode=True)).decode(),
        )
        for part in message.iter_parts()
    ]


def test_a_form_of_parts_has_one_for_each_value() -> None:
    wire = posted(
        Body("multipart", "multipart/form-data"),
        {"a": "line\r\n--x", "b": [1, 2], "c": {"k": 1}},
        field("a"), field("b"), field("c"),
    )  # fmt: skip
    assert parts(wire) == [("a", "line\r\n--x"), ("b", "1"), ("b", "2"), ("c", '{"k":1}')]


# --- laws ---------------------------------------------------------------------------------------

WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1)
SCALARS = WORDS | st.integers() | st.booleans()
SAFE_WORDS = st.text(alphabet="abcXYZ019-_.~", min_size=1)


def told(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def by_form(query: str, value: Json) -> Json:
    """Read a query back as a server that knows what kind of value to expect."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if isinstance(value, list):
        return [v for k, v in pairs if k == "id"]
    return dict(pairs) if isinstance(value, dict) else dict(pairs)["id"]


def by_commas(query: str, value: Json) -> Json:
    raw = query.removeprefix("id=")
    read = [unquote(part) for part in raw.split(",")] if raw else []
    if isinstance(value, list):
        return read
    return (
        dict(zip(read[::2], read[1::2], strict=True)) if isinstance(value, dict) else unquote(raw)
    )


def by_brackets(query: str, value: Json) -> Json:
    pairs = parse_qsl(query, keep_blank_values=True)
    return {k.removeprefix("id[").removesuffix("]"): v for k, v in pairs}


READERS: dict[tuple[Style, bool], Callable[[str, Json], Json]] = {
    ("form", True): by_form,
    ("form", False): by_commas,
    ("deepObject", True): by_brackets,
}


def as_text(value: Json) -> Json:
    if isinstance(value, list):
        return [told(v) for v in value]
    return {k: told(v) for k, v in value.items()} if isinstance(value, dict) else told(value)


@given(
    st.sampled_from(sorted(READERS)),
    SCALARS | st.lists(SCALARS) | st.dictionaries(SAFE_WORDS, SCALARS, min_size=1),
)
def test_what_a_query_says_can_be_read_back(how: tuple[Style, bool], value: Json) -> None:
    style, explode = how
    if style == "deepObject" and not isinstance(value, dict):
        return
    query = urlsplit(sent(at("query", style, explode=explode), value).url).query
    assert READERS[how](query, value) == as_text(value)


@given(WORDS)
def test_what_a_path_says_can_be_read_back(value: str) -> None:
    if value in (".", ".."):
        return
    address = urlsplit(sent(at("path", "simple"), value).url)
    assert (address.netloc, address.query, address.fragment) == ("api.example", "", "")
    assert [unquote(step) for step in address.path.split("/")] == ["", "v1", "a", value, "b"]


@given(st.dictionaries(WORDS, SCALARS | st.lists(SCALARS), min_size=1))
def test_what_a_form_says_can_be_read_back(arguments: dict[str, Json]) -> None:
    places = [Place(name, name, "body", explode=True) for name in arguments]
    wire = posted(Body("form", "application/x-www-form-urlencoded"), arguments, *places)
    expected = [
        (name, told(v))
        for name, value in arguments.items()
        for v in (value if isinstance(value, list) else [value])
    ]
    pairs = parse_qsl((wire.body or b"").decode(), keep_blank_values=True)
    assert pairs == expected


@given(st.dictionaries(SAFE_WORDS, SCALARS | st.lists(SCALARS), min_size=1))
def test_what_a_form_of_parts_says_can_be_read_back(arguments: dict[str, Json]) -> None:
    places = [Place(name, name, "body", explode=True) for name in arguments]
    wire = posted(Body("multipart", "multipart/form-data"), arguments, *places)
    boundary = dict(wire.headers)["Content-Type"].partition("boundary=")[2]
    said = (wire.body or b"").split(f"--{boundary}".encode())[1:-1]
    contents = [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n").decode() for part in said]
    values = [v if isinstance(v, list) else [v] for v in arguments.values()]
    assert contents == [told(v) for several in values for v in several]
