from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

from buttonup.tools.sources.mcp.link import Link


def test_a_client_is_closed_by_the_task_that_opened_it() -> None:
    tasks: list[Any] = []

    @asynccontextmanager
    async def connect() -> AsyncIterator[Any]:
        tasks.append(asyncio.current_task())
        yield "client"
        tasks.append(asyncio.current_task())

    async def story() -> None:
        link = Link(connect)
        assert str(await link.client()) == "client"
        await asyncio.create_task(link.close())
        assert link.over

    asyncio.run(story())
    assert tasks[0] is tasks[1]


def test_what_keeps_a_client_from_coming_is_raised() -> None:
    @asynccontextmanager
    async def connect() -> AsyncIterator[Any]:
        raise OSError("no")
        yield

    async def story() -> None:
        link = Link(connect)
        with pytest.raises(OSError, match="no"):
            await link.client()
        await link.close()

    asyncio.run(story())


def test_one_that_never_comes_can_be_closed() -> None:
    @asynccontextmanager
    async def connect() -> AsyncIterator[Any]:
        await asyncio.sleep(60)
        yield

    async def story() -> None:
        link = Link(connect)
        await asyncio.sleep(0)
        await link.close()
        assert link.over

    asyncio.run(asyncio.wait_for(story(), 5))
