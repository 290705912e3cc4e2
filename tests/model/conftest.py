"""Both event loops, and a chat-completions server on this machine that answers as told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
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
