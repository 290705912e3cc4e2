from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from buttonup.errors import BadInput
from buttonup.model.batching import Batching
from buttonup.model.door import Request, Turn
from buttonup.model.stack import Way, batches_of, in_batches, reached
from buttonup.store.submitted import Submitted

Play = Callable[[Any], Any]
Serving = Callable[[Any], AbstractAsyncContextManager[str]]
REQUEST = Request(model="m", messages=(Turn("user", "hello"),))


def test_at_most_so_many_requests_as_the_way_says_are_with_the_endpoint(
    play: Play, serving: Serving, completion: Callable[..., Any]
) -> None:
    now, most = 0, 0

    async def answer(request: web.Request) -> web.Response:
        nonlocal now, most
        now, most = now + 1, max(most, now + 1)
        await asyncio.sleep(0.01)
        now -= 1
        return web.json_response(completion())

    async def story() -> None:
        async with serving(answer) as url, reached(Way(url, in_flight=3)) as model:
            await asyncio.gather(*(model(REQUEST) for _ in range(12)))

    play(story())
    assert most == 3


def test_an_endpoint_where_nobody_answers_is_told_before_anything_is_asked(play: Play) -> None:
    async def story() -> None:
        async with reached(Way("http://127.0.0.1:9/v1")):
            raise AssertionError("reached")

    with pytest.raises(BadInput, match="nobody answers"):
        play(story())


def test_batches_are_reached_only_where_somebody_answers(play: Play) -> None:
    async def story() -> None:
        async with batches_of(Way("http://127.0.0.1:9/v1")):
            raise AssertionError("reached")

    with pytest.raises(BadInput, match="nobody answers"):
        play(story())


def test_what_is_asked_in_batches_is_asked_of_the_way(
    play: Play, provide: Callable[..., Any], completion: Callable[..., Any], tmp_path: Path
) -> None:
    provider = provide(lambda _body: (200, completion("yes")))

    async def story() -> str:
        notes, fast = Submitted(tmp_path), Batching(quiet=0.02, longest=0.02)
        async with (
            batches_of(Way(provider.address)) as batches,
            in_batches(batches, notes, lambda _key: False, fast) as model,
        ):
            return (await model(REQUEST)).text

    assert play(story()) == "yes"
