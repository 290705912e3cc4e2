from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

from buttonup.tools.source import Limits
from buttonup.tools.sources.mcp.connecting import to_address
from buttonup.tools.sources.mcp.spec import Address


def test_an_address_is_connected_to_and_its_tools_are_there(over_http: str) -> None:
    async def story() -> set[str]:
        async with to_address(Address(over_http, {"X-Key": "k"}), Limits())() as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    assert {"add", "dies"} <= asyncio.run(story())
