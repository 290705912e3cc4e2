"""Modules of a user's, and their tools in processes of their own."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from buttonup.tools.sources.isolated.process import Isolated, Order, environment_of

Json = Any
Use = Callable[[Isolated], Awaitable[Json]]
With = Callable[..., Json]


@pytest.fixture
def isolated(tmp_path: Path) -> With:
    """Write a module, have its functions run elsewhere, and give what a coroutine makes of them."""
    pytest.importorskip("docstring_parser", reason="the extra `tools` is not installed")

    def run(text: str, use: Use, **order: Any) -> Json:
        file = tmp_path / "mine.py"
        file.write_text(textwrap.dedent(text), "utf-8")
        process = Isolated(Order("python", str(file), **order), environment_of(()))

        async def used() -> Json:
            await process.begin()
            try:
                return await use(process)
            finally:
                await process.end()

        return asyncio.run(used())

    return run
