from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.tools.sources.openapi.document import Document, Node, beside, parsed, read_document

Json = Any


def read(root: Path) -> Document:
    return asyncio.run(read_document(str(root.resolve()), beside(root.resolve())))


def write(path: Path, value: Json) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))
    return path


def refers(reference: str) -> Json:
    return {"openapi": "3.1.0", "paths": {"/a": {"$ref": reference}}}


@pytest.mark.parametrize(
    ("reference", "leads_to"),
    [
        ("#/a~1b/c~0d", 1),
        ("#/list/1", "second"),
        ("#/with%20space", 2),
        ("#/list/2", None),
        ("#/nowhere", None),
        ("other.json#/x", None),
        ("#/list/-1", None),
    ],
)
def test_a_reference_leads_where_its_pointer_says(reference: str, leads_to: Json) -> None:
    value = {"a/b": {"c~d": 1}, "list": ["first", "second"], "with space": 2}
    found = Document("/r.json", {"/r.json": value}).find("/r.json", reference)
    assert (found.value if found else None) == leads_to


def test_references_to_references_are_followed_and_circles_end() -> None:
    value = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": 3, "x": {"$ref": "#/x"}}
    document = Document("/r.json", {"/r.json": value})
    followed = document.follow(document.root["a"])
    assert followed
    assert followed.value == 3
    assert document.follow(document.root["x"]) is None


def test_files_beside_are_read_and_their_own_references_start_from_them(tmp_path: Path) -> None:
    root = write(tmp_path / "api.json", refers("paths/a.json"))
    write(tmp_path / "paths" / "a.json", {"get": {"$ref": "../shared.json#/get"}})
    write(tmp_path / "shared.json", {"get": {"summary": "shared"}})
    document = read(root)
    item = document.follow(document.root["paths"]["/a"])
    assert item
    get = document.follow(item["get"])
    assert get
    assert get["summary"].text == "shared"


@pytest.mark.parametrize(
    "reference",
    [
        "../secret.json",
        "/etc/passwd",
        "file:///etc/passwd",
        "notes.txt",
        "http://127.0.0.1:1/x.json",
    ],
)
def test_nothing_is_read_outside_of_the_folder_or_from_another_place(
    tmp_path: Path, reference: str
) -> None:
    write(tmp_path / "secret.json", {"get": {"summary": "secret"}})
    write(tmp_path / "inner" / "notes.txt", {"get": {"summary": "no description"}})
    document = read(write(tmp_path / "inner" / "api.json", refers(reference)))
    assert document.follow(document.root["paths"]["/a"]) is None


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path / "secret.json", {"get": {"summary": "secret"}})
    root = write(tmp_path / "inner" / "api.json", refers("link.json"))
    (tmp_path / "inner" / "link.json").symlink_to(tmp_path / "secret.json")
    document = read(root)
    assert document.follow(document.root["paths"]["/a"]) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1, 2", "is not JSON"),
        ("[]", "is no OpenAPI description"),
        ('{"paths": {}}', "is no OpenAPI description"),
        ("3", "is no OpenAPI description"),
    ],
)
def test_what_is_no_description_is_refused(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "api.json").write_text(text)
    with pytest.raises(BadInput, match=says):
        read(tmp_path / "api.json")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"cannot be read \(there is no such file\)"):
        read(tmp_path / "api.json")


def test_json_is_read_whatever_its_name_and_is_not_taken_for_yaml() -> None:
    assert parsed(b'{"a": "yes"}', "api.yaml") == {"a": "yes"}
    with pytest.raises(BadInput, match="is not JSON"):
        parsed(b"a: yes", "api.json")


def test_what_has_no_such_field_is_a_node_of_nothing() -> None:
    node = Node([1], "/r.json")
    assert node["a"]["b"].value is None
    assert list(node.items()) == []
    assert node["a"].text == ""
    assert [inner.value for inner in node] == [1]
