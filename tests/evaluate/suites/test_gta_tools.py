"""The door to GTA's tools says so where there are none; what they do is tested with the suite."""

from __future__ import annotations

import asyncio
import socket

import pytest

from buttonup.errors import BadInput
from buttonup.evaluate.suites.gta_tools import tools_at


def test_where_no_server_answers_one_line_says_how_to_start_it() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    async def run() -> None:
        async with tools_at(f"http://127.0.0.1:{port}"):
            raise AssertionError

    with pytest.raises(BadInput, match="agentlego-server start"):
        asyncio.run(run())
