from __future__ import annotations

import asyncio
import os
import sys

import pytest

pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

from buttonup.tools.sources.mcp import child
from buttonup.tools.sources.mcp.child import MOST_JUNK, Child

MESSAGE = '{"jsonrpc": "2.0", "method": "hello"}'


def heard(code: str) -> list[str]:
    """Run a program, and list the messages that it prints."""

    async def story() -> list[str]:
        made = Child([sys.executable, "-c", code], os.environ, 300)
        async with made.started() as (messages, _):
            return [message.message.method async for message in messages]  # type: ignore[union-attr]

    return asyncio.run(asyncio.wait_for(story(), 20))


def test_messages_are_heard_and_what_is_none_is_passed_over() -> None:
    assert heard(f"print('debug'); print('{MESSAGE}'); print('{{'); print()") == ["hello"]


def test_one_that_prints_junk_without_end_is_heard_no_more() -> None:
    code = f"while True: print('x')\nprint('{MESSAGE}')"
    assert MOST_JUNK > 0
    assert heard(code) == []


def test_a_line_without_end_is_heard_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "LONGEST_LINE", 1000)
    assert heard(f"print('x' * 100_000); print('{MESSAGE}')") == []
