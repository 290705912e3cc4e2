"""The tools that an MCP server lists, as ours."""

from __future__ import annotations

import mcp_types
from mcp import Client

from buttonup.errors import BadInput
from buttonup.records import Function, Schema
from buttonup.tools.definitions.doubts import doubts_of
from buttonup.tools.definitions.inlined import inlined
from buttonup.tools.definitions.names import clear
from buttonup.tools.door import unusable
from buttonup.tools.source import Tool

MOST_PAGES = 100  # of a list: a server that never ends one is refused


async def listed(client: Client) -> list[mcp_types.Tool]:
    """Ask for all tools, page by page. Raises BadInput for a list that does not end."""
    tools: list[mcp_types.Tool] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await client.list_tools(cursor=cursor, cache_mode="refresh")
        tools += page.tools
        if not (cursor := page.next_cursor):
            return tools
    raise BadInput(f"the MCP server lists tools without end ({len(tools)} so far)", "mend it")


def tools_of(stated: list[mcp_types.Tool], source: str) -> dict[str, tuple[Tool, str]]:
    """Give each tool as ours, by its clash-free name, with the server's own name for it."""
    tools: dict[str, tuple[Tool, str]] = {}
    for one in stated:
        name = clear(one.name, source, tools)
        tools[name] = _tool(one, name, source), one.name
    return tools


def _tool(stated: mcp_types.Tool, name: str, source: str) -> Tool:
    doubts: list[str] = []
    told = stated.annotations
    function = Function(
        name=name,
        description=(stated.description or stated.title or (told and told.title) or "").strip(),
        parameters=_schema(stated.input_schema, doubts) or {"type": "object"},
        responses=_schema(stated.output_schema or {}, doubts),
    )
    writes = None
    if told and (told.read_only_hint is not None or told.destructive_hint):
        writes = not told.read_only_hint
    if writes is False:
        doubts.append("claims_to_read")
    return Tool(
        function=function,
        source=source,
        writes=writes,
        doubts=tuple(dict.fromkeys((*doubts_of(function), *doubts))),
    )


def _schema(stated: Schema, doubts: list[str]) -> Schema:
    """Write a schema out, so that it stands alone; {} for one that cannot be used."""
    schema, cut = inlined({word: value for word, value in stated.items() if word != "$schema"})
    if cut:
        doubts.append("recursive")
    if unusable(schema):
        doubts.append("odd:schema")
        return {}
    return schema
