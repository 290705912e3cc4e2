from __future__ import annotations

import asyncio
from typing import Any

import pytest

from buttonup.errors import BadInput

mcp_types = pytest.importorskip("mcp_types", reason="the extra `mcp` is not installed")

from buttonup.tools.sources.mcp.listed import MOST_PAGES, listed, tools_of  # noqa: E402 - it needs the extra

Json = Any


def stated(name: str, **more: Json) -> Any:
    return mcp_types.Tool.model_validate({"name": name, "inputSchema": {"type": "object"}, **more})


class Pages:
    def __init__(self, pages: int) -> None:
        self._pages = pages

    async def list_tools(self, *, cursor: str | None, **_: str) -> Any:
        at = int(cursor or 0)
        more = str(at + 1) if at + 1 < self._pages else None
        return mcp_types.ListToolsResult(tools=[stated(f"t{at}")], next_cursor=more)


def test_all_pages_of_a_list_are_read_and_one_without_end_is_refused() -> None:
    names = [tool.name for tool in asyncio.run(listed(Pages(3)))]
    assert names == ["t0", "t1", "t2"]
    with pytest.raises(BadInput, match="lists tools without end"):
        asyncio.run(listed(Pages(MOST_PAGES + 1)))


@pytest.mark.parametrize(
    ("hints", "writes"),
    [
        (None, None),
        ({}, None),
        ({"readOnlyHint": True}, False),
        ({"readOnlyHint": False}, True),
        ({"destructiveHint": True}, True),
        ({"destructiveHint": False}, None),
    ],
)
def test_hints_say_whether_it_writes_and_a_claim_to_read_is_a_doubt(
    hints: Json, writes: bool | None
) -> None:
    ((tool, _),) = tools_of([stated("t", annotations=hints)], "mcp:x").values()
    assert tool.writes is writes
    assert ("claims_to_read" in tool.doubts) is (writes is False)


def test_schemas_stand_alone_and_names_are_fit() -> None:
    schema = {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"type": "string"}},
    }
    tools = tools_of([stated("a/b", inputSchema=schema), stated("a b")], "mcp:x")
    assert list(tools) == ["a_b", "x_a_b"]
    tool, name = tools["a_b"]
    assert name == "a/b"
    properties = {"a": {"type": "string"}}
    assert tool.function.parameters == {"type": "object", "properties": properties}


def test_a_schema_that_cannot_be_used_is_left_out_and_told() -> None:
    ((tool, _),) = tools_of([stated("t", outputSchema={"type": "nonsense"})], "mcp:x").values()
    assert tool.function.responses == {}
    assert "odd:schema" in tool.doubts
