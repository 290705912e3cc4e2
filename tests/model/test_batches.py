from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from buttonup.errors import Fault, Reject
from buttonup.model.batches import Batch, Batches, Trouble, Troubles
from buttonup.model.endpoint import Endpoint

Json = Any
Play = Callable[[Any], Any]
Provide = Callable[..., Any]
LINE = b'{"custom_id": "a", "body": {"model": "m"}}\n'


def echo(_body: Json) -> tuple[int, Json]:
    return 200, {}


@pytest.fixture
def told(play: Play) -> Callable[..., Any]:
    """Have a provider's batches tell something."""

    def tell(provider: Any, story: Callable[[Batches], Any]) -> Any:
        async def telling() -> Any:
            async with Endpoint(provider.address, None) as endpoint:
                return await story(Batches(endpoint, times=3, first=0.01))

        return play(telling())

    return tell


Told = Callable[..., Any]


def test_a_file_goes_up_as_it_is_however_often_it_is_sent(provide: Provide, told: Told) -> None:
    def trips(what: str, nth: int) -> web.Response | None:
        return web.Response(status=500) if what == "upload" and nth == 1 else None

    provider = provide(echo, trips=trips)

    async def story(batches: Batches) -> str:
        with tempfile.TemporaryFile() as file:
            file.write(LINE)
            file.flush()
            return await batches.upload(file)

    assert provider.files[told(provider, story)] == LINE


def test_a_batch_is_made_and_looked_at(provide: Provide, told: Told) -> None:
    provider = provide(echo)
    provider.files["file-0"] = LINE

    async def story(batches: Batches) -> list[Batch]:
        made = await batches.create("file-0", {"buttonup": "1"}, None)
        return [made, await batches.look(made.id)]

    made, seen = told(provider, story)
    assert (made.id, made.input_file_id, made.ended) == ("batch-0", "file-0", False)
    assert (seen.id, seen.status) == ("batch-0", "completed")
    assert provider.batches["batch-0"]["metadata"] == {"buttonup": "1"}
    assert provider.calls["list"] == 0


def test_a_batch_that_was_asked_for_before_is_looked_for_first(
    provide: Provide, told: Told
) -> None:
    provider = provide(echo)
    provider.files["file-0"] = LINE

    async def story(batches: Batches) -> list[Batch]:
        return [await batches.create("file-0", {}, since) for since in (5.0, 5.0)]

    first, second = told(provider, story)
    assert first.id == second.id
    assert len(provider.batches) == 1


def test_a_file_that_is_cut_off_is_not_appended(provide: Provide, told: Told) -> None:
    provider = provide(echo)
    provider.files |= {"whole": b'{"a": 1}', "torn": b'{"a": 1}\n{"b"'}

    async def story(batches: Batches) -> bytes:
        file = io.BytesIO()
        await batches.fetch("whole", file)
        with pytest.raises(Fault, match="only in part"):
            await batches.fetch("torn", file)
        await batches.fetch("whole", file)
        return file.getvalue()

    assert told(provider, story) == b'{"a": 1}\n{"a": 1}\n'
    assert provider.calls["content"] == 5


def test_an_empty_file_is_whole(provide: Provide, told: Told) -> None:
    provider = provide(echo)
    provider.files["empty"] = b""

    async def story(batches: Batches) -> bytes:
        file = io.BytesIO()
        await batches.fetch("empty", file)
        return file.getvalue()

    assert told(provider, story) == b""


@pytest.mark.parametrize("said", [b"<html>", b"{}", b'{"id": 5}', b"[" * 10_000])
def test_what_is_no_answer_of_a_batch_api_is_a_fault(
    provide: Provide, told: Told, said: bytes
) -> None:
    def trips(_what: str, _nth: int) -> web.Response:
        return web.Response(body=said)

    async def story(batches: Batches) -> Batch:
        return await batches.look("batch-0")

    with pytest.raises(Fault, match="no answer of a batch API"):
        told(provide(echo, trips=trips), story)


def test_a_batch_that_is_refused_when_it_is_made_is_a_reject(provide: Provide, told: Told) -> None:
    def trips(_what: str, _nth: int) -> web.Response:
        return web.json_response({"error": {"message": "no such purpose"}}, status=400)

    async def story(batches: Batches) -> Batch:
        return await batches.create("file-0", {}, None)

    with pytest.raises(Reject, match="no such purpose"):
        told(provide(echo, trips=trips), story)


def test_an_id_cannot_lead_elsewhere(play: Play, serving: Callable[..., Any]) -> None:
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.raw_path)
        return web.json_response({"id": "x", "status": "completed"})

    async def story() -> None:
        async with serving(answer) as url, Endpoint(url, None) as endpoint:
            await Batches(endpoint).look("../files?purpose=batch")

    play(story())
    assert asked == ["/v1/batches/..%2Ffiles%3Fpurpose%3Dbatch"]


def test_a_batch_says_why_it_failed_in_one_line() -> None:
    troubles = (Trouble("a", "no\nmodel", 3), Trouble("token_limit_exceeded"))
    failed = Batch("b", "failed", errors=Troubles(troubles))
    assert failed.why == "line 3: no model; token_limit_exceeded"
    assert failed.crowded_out
    assert Batch("b", "failed").why == "no reason is given"
    assert not Batch("b", "completed").crowded_out
