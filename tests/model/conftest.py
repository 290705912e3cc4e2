"""Both event loops, and a chat-completions server on this machine that answers as told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvloop
from aiohttp import web

Json = Any
Play = Callable[[Coroutine[Any, Any, Any]], Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serving = Callable[[Handler], AbstractAsyncContextManager[str]]


@pytest.fixture(params=["asyncio", "uvloop"])
def play(request: pytest.FixtureRequest) -> Play:
    """Run a coroutine on each of the two event loops; what the loop complains of is an error."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop

    def run(story: Coroutine[Any, Any, Any]) -> Any:
        complaints: list[dict[str, Any]] = []

        async def told() -> Any:
            asyncio.get_running_loop().set_exception_handler(lambda _, c: complaints.append(c))
            return await asyncio.wait_for(story, 20)

        with asyncio.Runner(loop_factory=factory) as runner:
            told_of = runner.run(told())
        assert complaints == []
        return told_of

    return run


@pytest.fixture
def serving() -> Serving:
    """Serve one handler under /v1, on a free port."""

    @asynccontextmanager
    async def serve(handler: Handler) -> AsyncIterator[str]:
        app = web.Application(client_max_size=2**24)

        async def answer(request: web.Request) -> web.StreamResponse:
            return await handler(request)

        app.router.add_route("*", "/v1/{rest:.*}", answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        try:
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            await runner.cleanup()

    return serve


@pytest.fixture
def completion() -> Callable[..., dict[str, Json]]:
    """Make a chat completion with a text, as an endpoint would send it."""

    def make(text: Json = '{"a": 1}', **message: Json) -> dict[str, Json]:
        usage = {
            "prompt_tokens": 7,
            "completion_tokens": 3,
            "prompt_tokens_details": {"cached_tokens": 2},
        }
        said = {"role": "assistant", "content": text, **message}
        choice = {"index": 0, "finish_reason": "stop", "message": said}
        return json.loads(json.dumps({"choices": [choice], "usage": usage}))  # type: ignore[no-any-return]

    return make


LLAMA = '''
"""Stands for xllamacpp: says what it was started with, and answers with what it is asked."""
import json, os, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Params:
    def __init__(self):
        self.__dict__["given"] = {}

    def __setattr__(self, name, value):
        self.given[name] = value


class CommonParams(Params):
    def __init__(self):
        super().__init__()
        for name in ("model", "cpuparams", "cpuparams_batch"):
            self.__dict__[name] = Params()


class Server:
    def __init__(self, params):
        held = open(params.model.given["path"], "rb").read()
        if b"damaged" in held:
            print("0.01 E gguf_init: two tensors \\x1b[2J are missing", file=sys.stderr)
            print("0.02 E srv init: exiting due to model loading error", file=sys.stderr)
            raise RuntimeError("Failed to init server")
        if b"huge" in held:
            os.kill(os.getpid(), 9)
        print("chatter on stdout", flush=True)

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.say(200 if self.known() else 401, {"data": []})

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if asked["messages"][0]["content"] == "die":
                    os.kill(os.getpid(), 9)
                told = {"pid": os.getpid(), "asked": asked, "started": params.given}
                told["threads"] = params.cpuparams.given["n_threads"]
                told["waiting"] = os.environ["OMP_WAIT_POLICY"]
                message = {"role": "assistant", "content": json.dumps(told)}
                self.say(200 if self.known() else 401, {"choices": [{"message": message}]})

            def known(self):
                (key,) = params.given["api_keys"]
                return self.headers["Authorization"] == f"Bearer {key}"

            def say(self, status, body):
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

            def log_message(self, *words):
                pass

        server = ThreadingHTTPServer((params.given["hostnames"][0], params.given["port"]), Handler)
        self.listening_address = f"http://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
'''


@pytest.fixture
def llama(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a stand-in for xllamacpp in the way of this process and its children; give a model."""
    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "xllamacpp.py").write_text(LLAMA)
    monkeypatch.syspath_prepend(tmp_path / "packages")
    model = tmp_path / "model.gguf"
    model.write_bytes(b"GGUF and so on")
    return model
