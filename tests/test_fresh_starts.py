"""No sample is changed by the one before it, wherever the tools are: shown on tools that remember.

Each source has the same shelf of books, which lends and takes back, and counts what it has lent.
The calls of every sample are made again on a source that was never called before, the last sample
first: they give what stands in the sample.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from buttonup import accepted, make
from buttonup.recipe import read_recipe
from buttonup.records import Assistant, Call, Json, Sample, Tool
from buttonup.tools.source import opened
from buttonup.tools.sources.reset import run_reset

pytestmark = pytest.mark.slow

SHELF = '''
from typing_extensions import TypedDict

class Book(TypedDict):
    book_id: str
    title: str
    lent: bool
    lent_before: int

BOOKS = {f"BK-{n}": {"book_id": f"BK-{n}", "title": f"Volume {n}", "lent": False, "lent_before": 0}
         for n in range(6)}

def list_books() -> list[Book]:
    """List the books on the shelf."""
    return list(BOOKS.values())

def get_book(book_id: str) -> Book:
    """Get a book."""
    return BOOKS[book_id]

def lend_book(book_id: str) -> Book:
    """Lend a book."""
    book = BOOKS[book_id]
    if book["lent"]:
        raise ValueError("It is lent already.")
    book.update(lent=True, lent_before=book["lent_before"] + 1)
    return book

def take_back_book(book_id: str) -> Book:
    """Take a book back."""
    BOOKS[book_id]["lent"] = False
    return BOOKS[book_id]
'''
SERVED = """
import copy, json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
FIRST = copy.deepcopy(BOOKS)
CALLS = {f.__name__: f for f in (list_books, get_book, lend_book, take_back_book)}

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["Content-Length"] or 0)
        given = json.loads(self.rfile.read(length) or "{}")
        if self.path == "/reset":
            BOOKS.update(copy.deepcopy(FIRST))
            return self.tell(200, {})
        try:
            self.tell(200, CALLS[self.path[1:]](**given))
        except (KeyError, ValueError) as error:
            self.tell(404, {"why": str(error)})

    do_GET = do_POST

    def tell(self, status, told):
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
"""
MCP = """
from mcp.server.mcpserver import MCPServer
from mcp_types import ToolAnnotations
server = MCPServer("shelf")
for f, reads in ((list_books, True), (get_book, True), (lend_book, False), (take_back_book, False)):
    server.tool(annotations=ToolAnnotations(read_only_hint=reads))(f)
server.run()
"""
BOOK = {
    "type": "object",
    "properties": {
        "book_id": {"type": "string"},
        "title": {"type": "string"},
        "lent": {"type": "boolean"},
        "lent_before": {"type": "integer"},
    },
    "required": ["book_id", "title", "lent", "lent_before"],
}


def described(port: int) -> dict[str, Any]:
    """Describe the shelf over HTTP."""

    def operation(name: str, says: str, gives: Json, takes: bool) -> dict[str, Any]:
        media = {"application/json": {"schema": gives}}
        body = {"type": "object", "properties": {"book_id": {"type": "string"}}}
        asked = {"content": {"application/json": {"schema": {**body, "required": ["book_id"]}}}}
        return {
            "operationId": name,
            "summary": says,
            "responses": {"200": {"description": "It.", "content": media}},
            **({"requestBody": {**asked, "required": True}} if takes else {}),
        }

    return {
        "openapi": "3.0.4",
        "info": {"title": "Shelf", "version": "1"},
        "servers": [{"url": f"http://127.0.0.1:{port}"}],
        "paths": {
            "/list_books": {
                "get": operation(
                    "list_books", "List the books.", {"type": "array", "items": BOOK}, takes=False
                )
            },
            "/lend_book": {"post": operation("lend_book", "Lend a book.", BOOK, takes=True)},
            "/take_back_book": {
                "post": operation("take_back_book", "Take a book back.", BOOK, takes=True)
            },
        },
    }


Tools = tuple[str, str]
"""A spec, and the command that resets it."""


def python(tmp_path: Path) -> Iterator[Tools]:
    (tmp_path / "shelf.py").write_text(
        f'{SHELF}\nbuttonup_writes = ["lend_book", "take_back_book"]'
    )
    yield f"python:{tmp_path / 'shelf.py'}", ""


def mcp(tmp_path: Path) -> Iterator[Tools]:
    pytest.importorskip("mcp", reason="the extra `mcp` is not installed")
    (tmp_path / "server.py").write_text(SHELF + MCP)
    yield f"mcp:{sys.executable} {tmp_path / 'server.py'}", ""


def http(tmp_path: Path) -> Iterator[Tools]:
    (tmp_path / "served.py").write_text(SHELF + SERVED)
    command = [sys.executable, str(tmp_path / "served.py")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        port = int(server.stdout.readline())
        (tmp_path / "api.json").write_text(json.dumps(described(port)))
        reset = f"import urllib.request as r; r.urlopen('http://127.0.0.1:{port}/reset', b'')"
        yield f"openapi:{tmp_path / 'api.json'}", f'{sys.executable} -c "{reset}"'
        server.kill()


KINDS: dict[str, Callable[[Path], Iterator[Tools]]] = {"python": python, "mcp": mcp, "http": http}


@pytest.fixture(params=list(KINDS))
def remembering(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Tools]:
    yield from KINDS[request.param](tmp_path)


def calls_of(sample: Sample) -> list[tuple[Call, Json]]:
    """Pair a sample's calls with what they gave, but those that an upset kept from the tools."""
    messages = sample.trajectory.messages
    results = {m.call_id: m.result for m in messages if isinstance(m, Tool)}
    upset = [u.result for u in sample.trajectory.blueprint.tools.upsets]
    made = [c for m in messages if isinstance(m, Assistant) for c in m.calls]
    return [(call, results[call.id]) for call in made if results[call.id] not in upset]


def test_every_sample_is_what_its_calls_give_on_tools_that_were_never_called(
    remembering: Tools, tmp_path: Path
) -> None:
    spec, reset = remembering
    given = {"tools": spec, "n": 12, "own.writes": ["*"], "own.reset": reset}
    asyncio.run(make(read_recipe(None, given), tmp_path / "run"))
    samples = list(accepted(tmp_path / "run"))

    async def anew(sample: Sample) -> list[Json]:
        if reset:
            await run_reset(reset)
        async with opened(spec) as source:
            return [
                await source.call(call.name, call.arguments or {}) for call, _ in calls_of(sample)
            ]

    for sample in reversed(samples):
        assert asyncio.run(anew(sample)) == [result for _, result in calls_of(sample)]
    wrote = [s for s in samples if any("lend" in c.name for c, _ in calls_of(s))]
    assert len(wrote) >= 2
    replays = [v for s in samples for v in s.verdicts if v.gate == "replay"]
    assert all(v.passed for v in replays)
