from __future__ import annotations

from typing import Any

import pytest

mcp_types = pytest.importorskip("mcp_types", reason="the extra `mcp` is not installed")

from buttonup.tools.sources.mcp.content import result_of  # noqa: E402 - it needs the extra

Json = Any


def result(*blocks: Json, **more: Json) -> Json:
    return result_of(mcp_types.CallToolResult.model_validate({"content": list(blocks), **more}))


def text(words: str) -> Json:
    return {"type": "text", "text": words}


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        (" [1, 2]", [1, 2]),
        ("42", "42"),
        ("null", "null"),
        ("{oops", "{oops"),
        ('{"a": NaN}', '{"a": NaN}'),
        ("", ""),
    ],
)
def test_text_that_is_an_object_or_a_list_is_read(words: str, value: Json) -> None:
    assert result(text(words)) == value


def test_structured_content_goes_before_text() -> None:
    assert result(text("{}"), structuredContent={"a": 1}) == {"a": 1}


def test_several_blocks_are_a_list_and_none_is_null() -> None:
    assert result(text("a"), text("b")) == ["a", "b"]
    assert result() is None


def test_what_is_no_text_is_told_with_its_size() -> None:
    picture = {"type": "image", "data": "eHh4eHh4eHh4eA==", "mimeType": "image/png"}
    link = {"type": "resource_link", "uri": "file:///a", "name": "a", "mimeType": "text/plain"}
    held = {"type": "resource", "resource": {"uri": "file:///b", "text": "in it"}}
    blob = {"type": "resource", "resource": {"uri": "file:///c", "blob": "eHh4"}}
    assert result(picture, link, held, blob) == [
        {"type": "image", "media": "image/png", "bytes": 10},
        {"type": "resource_link", "uri": "file:///a", "name": "a", "media": "text/plain"},
        {"type": "resource", "uri": "file:///b", "text": "in it"},
        {"type": "resource", "uri": "file:///c", "media": None, "bytes": 3},
    ]


def test_an_error_is_data_and_always_has_words() -> None:
    assert result(text("no"), isError=True, structuredContent={"a": 1}) == {"error": "no"}
    assert result(isError=True) == {"error": "the tool failed and does not say why"}
