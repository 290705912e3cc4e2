from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.batched import Batched
from buttonup.model.batches import Batches
from buttonup.model.batching import Batching, Standing
from buttonup.model.door import Reply, Request, Turn
from buttonup.model.endpoint import Endpoint
from buttonup.store.submitted import Submitted

Json = Any
Play = Callable[[Any], Any]
Provide = Callable[..., Any]
Lines = list[dict[str, Json]]

FAST = Batching(quiet=0.05, longest=0.02)


def request(words: str, model: str = "m") -> Request:
    return Request(model=model, messages=(Turn("user", words),))


def echo(body: Json) -> tuple[int, Json]:
    said = {"role": "assistant", "content": body["messages"][0]["content"].upper()}
    used = {"prompt_tokens": 7, "completion_tokens": 3}
    return 200, {"choices": [{"finish_reason": "stop", "message": said}], "usage": used}


def batched(
    endpoint: Endpoint, folder: Path, knobs: Batching = FAST, known: set[str] | None = None
) -> Batched:
    there = set[str]() if known is None else known
    batches = Batches(endpoint, times=5, first=0.01)
    return Batched(batches, Submitted(folder), there.__contains__, knobs)


@pytest.fixture
def asked(play: Play, tmp_path: Path) -> Callable[..., list[Any]]:
    """Ask a provider for several things at a time; give replies and what was raised."""

    def ask(provider: Any, words: Sequence[str | Request], knobs: Batching = FAST) -> list[Any]:
        async def story() -> list[Any]:
            requests = [w if isinstance(w, Request) else request(w) for w in words]
            async with (
                Endpoint(provider.address, "sk-very-secret-0123456789") as endpoint,
                batched(endpoint, tmp_path / "batches", knobs) as model,
            ):
                return await asyncio.gather(*map(model, requests), return_exceptions=True)

        return play(story())  # type: ignore[no-any-return]

    return ask


Asked = Callable[..., list[Any]]
ABC = ["a", "b", "c"]


def texts(replies: list[Any]) -> list[str]:
    assert all(isinstance(reply, Reply) for reply in replies), replies
    return [reply.text for reply in replies]


def sizes(provider: Any) -> list[int]:
    return [batch["request_counts"]["total"] for batch in provider.batches.values()]


async def until(so: Callable[[], bool]) -> None:
    while not so():  # noqa: ASYNC110 - the provider lives in another thread
        await asyncio.sleep(0.01)


# --- what goes together -------------------------------------------------------------------------


def test_what_is_asked_at_a_time_goes_in_one_batch(provide: Provide, asked: Asked) -> None:
    provider = provide(echo)
    assert asked(provider, ABC) == [
        Reply(text=word, prompt_tokens=7, completion_tokens=3) for word in "ABC"
    ]
    assert sizes(provider) == [3]


def test_what_the_replies_lead_to_goes_in_the_next_batch(
    provide: Provide, play: Play, tmp_path: Path
) -> None:
    provider = provide(echo)

    async def chain(model: Batched, word: str) -> str:
        for step in range(3):
            word = (await model(request(f"{word}{step}"))).text
        return word

    async def story() -> list[str]:
        async with (
            Endpoint(provider.address, None) as endpoint,
            batched(endpoint, tmp_path / "batches") as model,
        ):
            return await asyncio.gather(*(chain(model, word) for word in ABC))

    assert play(story()) == ["A012", "B012", "C012"]
    assert sizes(provider) == [3, 3, 3]


def test_no_batch_has_more_requests_than_the_provider_takes(provide: Provide, asked: Asked) -> None:
    provider = provide(echo)
    many = [f"word {i}" for i in range(25)]
    replies = asked(provider, many, Batching(quiet=0.05, longest=0.02, requests=10))
    assert texts(replies) == [word.upper() for word in many]
    assert sizes(provider) == [10, 10, 5]


def test_no_file_is_larger_than_the_provider_takes(
    provide: Provide, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("buttonup.model.batched.MOST_BYTES", 1000)
    provider = provide(echo)
    asked(provider, [f"{i}" * 300 for i in range(5)])
    uploads = [provider.files[batch["input_file_id"]] for batch in provider.batches.values()]
    assert len(uploads) == 3
    assert all(len(upload) <= 1000 for upload in uploads)


def test_each_model_has_a_batch_of_its_own(provide: Provide, asked: Asked) -> None:
    provider = provide(echo)
    replies = asked(provider, [request("a"), request("b", "other"), request("c")])
    assert texts(replies) == ["A", "B", "C"]
    assert sizes(provider) == [2, 1]


def test_a_line_says_what_the_endpoint_would_have_been_asked(
    provide: Provide, asked: Asked, play: Play
) -> None:
    provider = provide(echo)
    wanted = Request(
        model="m",
        messages=(Turn("user", "a"),),
        schema={"type": "object", "properties": {}},
        temperature=0.3,
        max_tokens=99,
        seed=5,
        prompt="atom",
    )
    asked(provider, [wanted])
    (line,) = [json.loads(line) for line in provider.files["file-0"].splitlines()]
    body = Endpoint("http://127.0.0.1:1/v1", None).body(wanted)
    assert line["body"] == json.loads(msgspec.json.encode(body))
    assert (line["custom_id"], line["method"]) == (wanted.key, "POST")


# --- what goes wrong with a request -------------------------------------------------------------


def failing(spoil: Callable[[Json, Lines, Lines], None]) -> Callable[[Json, Lines, Lines], None]:
    """Spoil the first batch alone."""

    def first(batch: Json, out: Lines, err: Lines) -> None:
        if batch["id"] == "batch-0":
            spoil(batch, out, err)

    return first


def lose(_batch: Json, out: Lines, _err: Lines) -> None:
    out.pop(1)


def error_line(_batch: Json, out: Lines, err: Lines) -> None:
    gone = out.pop(1)
    err.append({**gone, "response": None, "error": {"code": "server_error", "message": "oops"}})


def busy(_batch: Json, out: Lines, err: Lines) -> None:
    gone = out.pop(1)
    err.append({**gone, "response": {"status_code": 429, "body": {"error": {"message": "slow"}}}})


def no_completion(_batch: Json, out: Lines, _err: Lines) -> None:
    out[1]["response"]["body"] = "<html>"


def expire(batch: Json, out: Lines, err: Lines) -> None:
    batch["status"] = "expired"
    expired = {"code": "batch_expired", "message": "This request could not be executed in time."}
    err += [{**line, "response": None, "error": expired} for line in out[1:]]
    del out[1:]


def cancel(batch: Json, out: Lines, _err: Lines) -> None:
    batch["status"] = "cancelled"
    del out[1:]


def nothing(batch: Json, out: Lines, _err: Lines) -> None:
    batch["status"] = "expired"
    out.clear()


@pytest.mark.parametrize("fault", [lose, error_line, busy, no_completion, expire, cancel, nothing])
def test_what_was_not_answered_in_a_batch_goes_in_the_next_one_and_nothing_else_does(
    provide: Provide, asked: Asked, fault: Any
) -> None:
    provider = provide(echo, spoils=failing(fault))
    assert texts(asked(provider, ABC)) == ["A", "B", "C"]
    assert len(provider.batches) == 2
    assert provider.repeats == (1 if fault is no_completion else 0)


def never(word: str) -> Callable[[Json, Lines, Lines], None]:
    """Leave one request out of every batch."""

    def spoil(_batch: Json, out: Lines, _err: Lines) -> None:
        out[:] = [line for line in out if line["custom_id"] != request(word).key]

    return spoil


def test_a_request_for_which_there_is_never_time_is_in_three_batches_and_then_a_fault(
    provide: Provide, asked: Asked
) -> None:
    provider = provide(echo, spoils=never("b"))
    first, second, third = asked(provider, ABC)
    assert (first.text, third.text) == ("A", "C")
    assert isinstance(second, Fault)
    assert "3 batches" in str(second)
    assert sizes(provider) == [3, 1, 1]


def hopeless(body: Json) -> tuple[int, Json]:
    if body["messages"][0]["content"] == "b":
        return 500, {"error": {"message": "oops"}}
    return echo(body)


def test_a_request_that_fails_each_time_while_others_do_not_is_given_up(
    provide: Provide, asked: Asked
) -> None:
    provider = provide(hopeless)
    first, second, third = asked(provider, ABC)
    assert (first.text, third.text) == ("A", "C")
    assert isinstance(second, Reject)
    assert (second.reason, "oops" in second.detail) == ("unanswered", True)
    assert sizes(provider) == [3, 1, 1]


def test_when_nobody_is_answered_it_is_the_provider(provide: Provide, asked: Asked) -> None:
    (error,) = asked(provide(hopeless), ["b"])
    assert isinstance(error, Fault)


def test_a_request_that_is_refused_for_itself_is_a_reject(provide: Provide, asked: Asked) -> None:
    def picky(body: Json) -> tuple[int, Json]:
        if body["messages"][0]["content"] == "b":
            return 400, {"error": {"message": "the context is too long"}}
        return echo(body)

    provider = provide(picky)
    first, second, third = asked(provider, ABC)
    assert (first.text, third.text) == ("A", "C")
    assert isinstance(second, Reject)
    assert second.reason == "refused_by_endpoint"
    assert "the context is too long" in second.detail
    assert sizes(provider) == [3]


def test_a_field_that_the_model_does_not_take_is_left_out_in_the_next_batch(
    provide: Provide, asked: Asked
) -> None:
    def modern(body: Json) -> tuple[int, Json]:
        if "temperature" in body:
            return 400, {"error": {"message": "'temperature' is not supported with this model"}}
        return echo(body)

    provider = provide(modern)
    assert texts(asked(provider, ABC)) == ["A", "B", "C"]
    assert sizes(provider) == [3, 3]


def test_a_model_that_does_not_exist_is_the_users_to_mend(provide: Provide, asked: Asked) -> None:
    provider = provide(lambda _body: (404, {"error": {"message": "no such model"}}))
    assert all(isinstance(error, BadInput) for error in asked(provider, ABC))


# --- odd files ----------------------------------------------------------------------------------


def shuffle(_batch: Json, out: Lines, _err: Lines) -> None:
    out.reverse()


def repeat(_batch: Json, out: Lines, _err: Lines) -> None:
    other = {"choices": [{"message": {"content": "another"}}]}
    out.append({**out[0], "response": {"status_code": 200, "body": other}})


def strangers(_batch: Json, out: Lines, _err: Lines) -> None:
    out.insert(0, {**out[0], "custom_id": "stranger"})
    out.insert(0, {"hello": 1})


@pytest.mark.parametrize("oddity", [shuffle, repeat, strangers])
def test_lines_in_any_order_repeated_or_of_strangers_do_no_harm(
    provide: Provide, asked: Asked, oddity: Any
) -> None:
    provider = provide(echo, spoils=oddity)
    assert texts(asked(provider, ABC)) == ["A", "B", "C"]
    assert len(provider.batches) == 1


def test_a_download_that_is_torn_is_fetched_again(provide: Provide, asked: Asked) -> None:
    def torn(what: str, nth: int) -> web.Response | None:
        if what != "content" or nth > 2:
            return None
        whole = provider.files["batch-0-output_file_id"]
        return web.Response(body=whole[: len(whole) // 2 + nth])

    provider = provide(echo, trips=torn)
    assert texts(asked(provider, ABC)) == ["A", "B", "C"]
    assert provider.calls["content"] == 3
    assert len(provider.batches) == 1


def test_a_connection_that_breaks_in_a_download_is_opened_again(
    provide: Provide, asked: Asked
) -> None:
    class Breaking(web.StreamResponse):
        async def prepare(self, request: web.BaseRequest) -> Any:
            self.content_length = 9999
            await super().prepare(request)
            await self.write(b"half a line")
            assert request.transport is not None
            request.transport.close()

    def breaks(what: str, nth: int) -> web.StreamResponse | None:
        return Breaking() if what == "content" and nth == 1 else None

    provider = provide(echo, trips=breaks)
    assert texts(asked(provider, ABC)) == ["A", "B", "C"]


def test_an_echo_of_the_key_is_taken_out_of_a_reply(provide: Provide, asked: Asked) -> None:
    said = {"role": "assistant", "content": "your key is sk-very-secret-0123456789"}
    provider = provide(lambda _body: (200, {"choices": [{"message": said}]}))
    assert texts(asked(provider, ["a"])) == ["your key is [key]"]


# --- what goes wrong with a batch ---------------------------------------------------------------


@pytest.mark.parametrize("what", ["upload", "create", "look", "content"])
def test_a_provider_that_fails_for_a_while_is_asked_again(
    provide: Provide, asked: Asked, what: str
) -> None:
    def trips(now: str, nth: int) -> web.Response | None:
        return web.Response(status=500, text="oops") if now == what and nth < 3 else None

    provider = provide(echo, trips=trips, takes=0.1)
    assert texts(asked(provider, ABC)) == ["A", "B", "C"]
    assert len(provider.batches) == 1


def test_a_batch_whose_making_was_not_confirmed_is_found_and_not_made_twice(
    provide: Provide, asked: Asked
) -> None:
    def trips(what: str, nth: int) -> web.Response | None:
        if what == "create" and nth == 1:
            for file in range(7):  # others make batches too, so that the list has pages
                provider.files[f"other-{file}"] = b""
                wanted = {"endpoint": "/v1/chat/completions", "completion_window": "24h"}
                ours = "file-0" if file == 0 else f"other-{file}"
                asyncio.get_running_loop().call_soon(
                    provider.create, {**wanted, "input_file_id": ours}
                )
            return web.Response(status=502, text="bad gateway")
        return None

    provider = provide(echo, trips=trips)
    assert texts(asked(provider, ABC)) == ["A", "B", "C"]
    assert provider.repeats == 0
    assert provider.calls["create"] == 1
    assert provider.calls["list"] == 3


def test_a_batch_that_is_refused_says_why_in_one_line_and_leaves_no_note(
    provide: Provide, asked: Asked, tmp_path: Path
) -> None:
    def fail(batch: Json, out: Lines, _err: Lines) -> None:
        out.clear()
        trouble = {"code": "billing", "message": "hard\nlimit", "line": 3}
        batch |= {"status": "failed", "errors": {"data": [trouble]}}

    errors = asked(provide(echo, spoils=fail), ABC)
    assert {type(error) for error in errors} == {BadInput}
    assert "batch-0: line 3: hard limit" in str(errors[0])
    assert list((tmp_path / "batches").iterdir()) == []


def test_a_provider_without_batches_is_the_users_to_mend(provide: Provide, asked: Asked) -> None:
    def none(_what: str, _nth: int) -> web.Response:
        return web.Response(status=404, text="not found")

    errors = asked(provide(echo, trips=none), ABC)
    assert {type(error) for error in errors} == {BadInput}
    assert "teacher.batch = false" in str(errors[0])


def test_a_refused_key_is_the_users_to_mend(provide: Provide, asked: Asked) -> None:
    def refused(_what: str, _nth: int) -> web.Response:
        return web.Response(status=401, text="no")

    assert {type(error) for error in asked(provide(echo, trips=refused), ABC)} == {BadInput}


def test_a_full_queue_makes_for_smaller_batches_one_at_a_time(
    provide: Provide, asked: Asked
) -> None:
    provider = provide(echo, most=10, takes=0.05)
    many = [f"word {i}" for i in range(35)]
    assert texts(asked(provider, many)) == [word.upper() for word in many]
    assert sizes(provider) == [35, 17, 8, 8, 8, 8, 3]
    assert provider.repeats == 0


def test_a_queue_without_room_for_one_request_is_a_fault(provide: Provide, asked: Asked) -> None:
    (error,) = asked(provide(echo, most=0), ["a"])
    assert isinstance(error, Fault)
    assert "Enqueued token limit" in str(error)


# --- stopping and going on ----------------------------------------------------------------------


def test_what_is_out_when_a_run_breaks_off_is_found_again_and_never_paid_for_twice(
    provide: Provide, play: Play, tmp_path: Path
) -> None:
    provider = provide(echo, takes=0.3)

    async def broken_off() -> None:
        async with (
            Endpoint(provider.address, None) as endpoint,
            batched(endpoint, tmp_path / "batches") as model,
        ):
            asking = asyncio.gather(*(model(request(word)) for word in ABC))
            await until(lambda: bool(provider.batches))
            asking.cancel()
            await asking

    async def going_on() -> list[Any]:
        async with (
            Endpoint(provider.address, None) as endpoint,
            batched(endpoint, tmp_path / "batches") as model,
        ):
            return [(await model(request(word))).text for word in "cdab"]

    with pytest.raises(asyncio.CancelledError):
        play(broken_off())
    assert provider.calls["cancel"] == 0
    assert play(going_on()) == ["C", "D", "A", "B"]
    assert provider.repeats == 0
    assert sizes(provider) == [3, 1]


def test_what_nobody_needs_any_more_is_stopped_at_the_end(
    provide: Provide, play: Play, tmp_path: Path
) -> None:
    provider = provide(echo, takes=30)

    async def story() -> None:
        async with (
            Endpoint(provider.address, None) as endpoint,
            batched(endpoint, tmp_path / "batches") as model,
        ):
            asking = asyncio.create_task(model(request("a")))
            await until(lambda: bool(provider.calls["look"]))
            assert model.standing == Standing(batches=1, requests=1, done=0, failed=0)
            asking.cancel()

    play(story())
    assert provider.batches["batch-0"]["status"] == "cancelled"


def test_a_batch_whose_replies_are_all_in_the_journal_is_forgotten(
    provide: Provide, play: Play, tmp_path: Path
) -> None:
    provider, known = provide(echo), set[str]()

    async def story() -> None:
        async with (
            Endpoint(provider.address, None) as endpoint,
            batched(endpoint, tmp_path / "batches", known=known) as model,
        ):
            await model(request("a"))
            assert [path.name for path in (tmp_path / "batches").iterdir()] == ["00001.json"]
            known.add(request("a").key)

    play(story())
    assert list((tmp_path / "batches").iterdir()) == []


def test_a_batch_that_the_provider_does_not_know_says_how_to_go_on(
    provide: Provide, asked: Asked, tmp_path: Path
) -> None:
    asked(provide(echo), ABC)

    def lost(what: str, _nth: int) -> web.Response | None:
        return web.Response(status=404, text="no such batch") if what == "look" else None

    errors = asked(provide(echo, trips=lost), ABC)
    assert {type(error) for error in errors} == {BadInput}
    assert "that the batch was made with" in str(errors[0])
    assert len(list((tmp_path / "batches").iterdir())) == 1
