"""A server of ours, over pipes or over HTTP, that does all that a bad one does."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVER = '''
import asyncio, os, subprocess, sys, time
from mcp.server.mcpserver import Image, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

server = MCPServer("bad")
count = 0

@server.tool(annotations=ToolAnnotations(read_only_hint=True))
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b

@server.tool()
def counted() -> dict[str, int]:
    """Count the calls."""
    global count
    count += 1
    return {"count": count, "pid": os.getpid()}

@server.tool(structured_output=False)
def said(text: str) -> str:
    """Say it back."""
    return text

@server.tool()
def picture() -> Image:
    """Draw."""
    return Image(data=b"x" * 10, format="png")

@server.tool()
def fails() -> str:
    """Fail."""
    raise ToolError("there is no such thing")

@server.tool()
def dies() -> str:
    """Die."""
    print("last words", file=sys.stderr, flush=True)
    os._exit(3)

@server.tool()
async def hangs() -> str:
    """Hang."""
    time.sleep(60)
    return ""

@server.tool(structured_output=False)
def prints() -> str:
    """Print."""
    os.write(1, b"debug: hello\\n{\\n")
    return "done"

@server.tool(structured_output=False)
def megabytes(count: int) -> str:
    """Give many."""
    return "x" * count * 2**20

@server.tool()
def eats(count: int) -> int:
    """Take memory."""
    return len(bytearray(count * 2**20))

@server.tool()
def sees() -> list[str]:
    """List the environment."""
    return sorted(os.environ)

@server.tool()
def leaves() -> int:
    """Leave a process behind."""
    return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid

if len(sys.argv) > 1:
    server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[1]))
else:
    server.run()
'''


@pytest.fixture
def bad(tmp_path: Path) -> str:
    """Write the server, and give the command that starts it."""
    pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    (tmp_path / "bad.py").write_text(SERVER)
    return f"{sys.executable} {tmp_path / 'bad.py'}"


@pytest.fixture
def over_http(bad: str) -> Iterator[str]:
    """Serve it over HTTP on loopback, and give its address."""

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [*bad.split(), str(port)], stderr=subprocess.PIPE, text=True, env=os.environ
    )
    assert server.stderr
    while "running on" not in (line := server.stderr.readline()):
        assert line, "the server did not start"
    yield f"http://127.0.0.1:{port}/mcp"
    server.kill()
    server.communicate()
