"""Functions of an MCP server (extra `mcp`)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager

from buttonup.errors import BadInput
from buttonup.tools.source import Limits, Source


def opening(spec: str, limits: Limits, env: Sequence[str]) -> AbstractAsyncContextManager[Source]:
    """Open a server. Raises BadInput where the extra is absent, and as `live.serving` does."""
    try:
        from buttonup.tools.sources.mcp.live import serving  # noqa: PLC0415 - it needs the extra
    except ModuleNotFoundError as absent:
        what = f"MCP servers cannot be called here ({absent.name} is not installed)"
        raise BadInput(what, "pip install 'buttonup[mcp]'") from absent
    return serving(spec, limits, env)
