from __future__ import annotations

import asyncio
import email.utils
import gzip
import json
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from aiohttp import web

from buttonup.errors import BadInput, Fault, Reject
from buttonup.model import endpoint as endpoint_module
from buttonup.model.door import Reply, Request, Turn
from buttonup.model.endpoint import Endpoint
from buttonup.model.retrying import Retrying

Json = Any
Play = Callable[[Coroutine[Any, Any, Any]], Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serving = Callable[[Handler], AbstractAsyncContextManager[str]]
Completion = Callable[..., dict[str, Json]]

KEY = "sk-very-secret-0123456789"
SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}}
REQUEST = Request(
    model="m",
    messages=(Turn("system", "be brief"), Turn("user", "hello")),
    schema=SCHEMA,
    seed=7,
    prompt="atom",
)


class Server:
    """Answers the requests to it one after another, the last answer for ever; keeps what came."""

    def __init__(self, *answers: web.Response | Handler) -> None:
        self.answers = list(answers)
        self.seen: list[web.Request] = []
        self.bodies: list[dict[str, Json]] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request)
        raw = await request.read()
        self.bodies.append(json.loads(raw) if raw else {})
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return copy(answer) if isinstance(answer, web.Response) else await answer(request)


def copy(answer: web.Response) -> web.Response:
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def answer(status: int, content: Json = None, **headers: str) -> web.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(content, bytes):
        return web.Response(status=status, body=content, headers=named)
    text = content if isinstance(content, str) else json.dumps(content)
    return web.Response(status=status, text=text, headers=named)


@pytest.fixture
def asked(play: Play, serving: Serving) -> Callable[..., Any]:
    """Ask a server once, or as often as told, and give the last reply."""

    def ask(server: Handler, *, times: int = 1, key: str | None = KEY, timeout: float = 5.0) -> Any:
        async def story() -> Reply | None:
            reply = None
            async with (
                serving(server) as url,
                Endpoint(url, key, key_env="THE_KEY", timeout=timeout) as endpoint,
            ):
                for _ in range(times):
                    reply = await endpoint(REQUEST)
            return reply

        try:
            return play(story())
        except (BadInput, Fault, Reject) as error:
            if KEY in f"{error!r} {error} {error.__cause__!r}" or "\n" in str(error):
                pytest.fail("the error shows the key, or is more than a line")
            raise

    return ask


Asked = Callable[..., Reply]


# --- what goes out ------------------------------------------------------------------------------


def test_a_request_carries_what_it_says_and_the_key(asked: Asked, completion: Completion) -> None:
    server = Server(answer(200, completion()))
    asked(server)
    (body,) = server.bodies
    assert body["model"] == "m"
    assert body["messages"] == [
        {"role": "system", "content": "be brief"},
        {"role": "user", "content": "hello"},
    ]
    assert (body["seed"], body["temperature"], body["max_tokens"]) == (7, 0.7, 2048)
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert server.seen[0].path == "/v1/chat/completions"
    assert server.seen[0].headers["Authorization"] == f"Bearer {KEY}"
    assert server.seen[0].headers["Content-Type"] == "application/json"


def test_tools_and_results_go_out_as_chat_completions_write_them(
    play: Play, serving: Serving, completion: Completion
) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": "{}"}}
    tool = {"type": "function", "function": {"name": "add"}}
    request = Request(
        model="m",
        messages=(
            Turn("user", "Add."),
            Turn("assistant", "", tool_calls=(call,)),
            Turn("tool", "5", tool_call_id="c1", name="add"),
        ),
        tools=(tool,),
        tool_choice="none",
    )
    server = Server(answer(200, completion(None, tool_calls=[call])))

    async def story() -> Reply:
        async with serving(server) as url, Endpoint(url, None) as endpoint:
            return await endpoint(request)

    assert play(story()).calls == (call,)
    (body,) = server.bodies
    assert (body["tools"], body["tool_choice"]) == ([tool], "none")
    assert body["messages"] == [
        {"role": "user", "content": "Add."},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "5", "tool_call_id": "c1", "name": "add"},
    ]


def test_a_text_goes_to_text_completions_and_comes_back_from_there(
    play: Play, serving: Serving
) -> None:
    request = Request(model="m", messages=(), text="<|user|>Hi<|end|>", stop=("<|end|>",))
    server = Server(answer(200, {"choices": [{"text": "Ho", "finish_reason": "stop"}]}))

    async def story() -> Reply:
        async with serving(server) as url, Endpoint(url, None) as endpoint:
            return await endpoint(request)

    assert play(story()) == Reply("Ho")
    (body,) = server.bodies
    assert server.seen[0].path == "/v1/completions"
    assert (body["prompt"], body["stop"]) == ("<|user|>Hi<|end|>", ["<|end|>"])
    assert "messages" not in body


def test_without_a_key_none_is_sent(asked: Asked, completion: Completion) -> None:
    server = Server(answer(200, completion()))
    asked(server, key=None)
    assert "Authorization" not in server.seen[0].headers


def test_proxies_and_cookies_of_the_surroundings_play_no_part(
    asked: Asked, completion: Completion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server = Server(answer(200, completion(), Set_Cookie="a=b; Path=/"))
    asked(server, times=2)
    assert all("Cookie" not in request.headers for request in server.seen)


# --- what comes back ----------------------------------------------------------------------------


def test_a_reply_is_read_with_what_it_took(asked: Asked, completion: Completion) -> None:
    assert asked(Server(answer(200, completion()))) == Reply(
        text='{"a": 1}', prompt_tokens=7, completion_tokens=3, cached_tokens=2
    )


def test_a_large_reply_that_comes_in_pieces_is_whole(asked: Asked, completion: Completion) -> None:
    words = "x" * 3_000_000
    body = json.dumps(completion(words)).encode()

    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": str(len(body))})
        await response.prepare(request)
        for at in range(0, len(body), 100_000):
            await response.write(body[at : at + 100_000])
            await asyncio.sleep(0)
        return response

    assert asked(trickle).text == words


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "ab"),
        ([{"type": "text", "text": None}, {"type": "image"}], ""),
        ([], ""),
        ("<think>\nlet me see {\n</think>\n\n{}", "{}"),
        ("let me see\n</think>\n{}", "{}"),
        ('{"a": "</think>"}', '{"a": "</think>"}'),
    ],
)
def test_the_text_is_found_in_what_endpoints_send(
    asked: Asked, completion: Completion, content: Json, text: str
) -> None:
    assert asked(Server(answer(200, completion(content)))).text == text


@pytest.mark.parametrize(
    ("message", "thought"),
    [
        ({"reasoning_content": "hm"}, "hm"),
        ({"reasoning": "hm"}, "hm"),
        ({"reasoning": {"odd": 1}}, ""),
        ({"reasoning_content": None}, ""),
    ],
)
def test_reasoning_is_kept_beside_the_text(
    asked: Asked, completion: Completion, message: dict[str, Json], thought: str
) -> None:
    reply = asked(Server(answer(200, completion("{}", **message))))
    assert (reply.text, reply.reasoning) == ("{}", thought)


def test_thoughts_in_the_text_are_kept_beside_it(asked: Asked, completion: Completion) -> None:
    reply = asked(Server(answer(200, completion("<think>so</think>{}"))))
    assert (reply.text, reply.reasoning) == ("{}", "so")


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        [],
        "many",
        {"prompt_tokens": None, "completion_tokens": "3"},
        {"prompt_tokens": -1, "completion_tokens": 2**70, "prompt_tokens_details": [1]},
        {"prompt_tokens": True, "completion_tokens": 1.5},
    ],
)
def test_odd_or_missing_usage_counts_nothing(
    asked: Asked, completion: Completion, usage: Json
) -> None:
    reply = asked(Server(answer(200, {**completion(), "usage": usage})))
    tokens = (reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens)
    assert [(type(n), n) for n in tokens] == [(int, 0)] * 3


def test_why_a_reply_ended_is_told(asked: Asked, completion: Completion) -> None:
    content = completion('{"a":')
    content["choices"][0]["finish_reason"] = "length"
    assert asked(Server(answer(200, content))).finish == "length"
    content["choices"][0]["finish_reason"] = None
    assert asked(Server(answer(200, content))).finish == "stop"


def test_a_refusal_in_words_counts_as_filtered(asked: Asked, completion: Completion) -> None:
    reply = asked(Server(answer(200, completion(None, refusal="I cannot do that."))))
    assert reply.finish == "content_filter"


# --- what may pass ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "<!doctype html><title>Welcome</title>",
        "",
        "null",
        "[]",
        '"ok"',
        "{}",
        '{"choices": []}',
        '{"choices": null}',
        '{"choices": [null]}',
        '{"choices": [{"message": null}]}',
        '{"choices": [{"message": "hello"}]}',
        '{"choices": [{"message": {"content": 5}}]}',
        '{"choices": [{"message": {"content": ["x"]}}]}',
        '{"choices": [{"message": {"content": "half',
        '{"error": {"message": "overloaded"}}',
        "[" * 20_000,
        '{"choices": [{"message": {"content": "\\ud800"}}]}',
        b"\xff\xfe\x00",
    ],
)
def test_a_200_that_is_no_chat_completion_may_pass(asked: Asked, body: Json) -> None:
    with pytest.raises(Fault, match="no chat completion"):
        asked(Server(answer(200, body)))


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504, 521, 529])
def test_overload_and_server_errors_may_pass(asked: Asked, status: int) -> None:
    with pytest.raises(Fault, match=f"{status} too busy") as caught:
        asked(Server(answer(status, {"error": {"message": "too busy"}})))
    assert caught.value.retry_after is None


@pytest.mark.parametrize(("header", "least", "most"), [("7", 7, 7), ("1.5", 1.5, 1.5)])
def test_retry_after_in_seconds_is_kept_to(
    asked: Asked, header: str, least: float, most: float
) -> None:
    with pytest.raises(Fault) as caught:
        asked(Server(answer(429, {}, Retry_After=header)))
    assert caught.value.retry_after is not None
    assert least <= caught.value.retry_after <= most


def test_retry_after_as_a_date_is_kept_to(asked: Asked) -> None:
    for ahead, least in ((3600, 3000), (-3600, 0)):
        date = email.utils.formatdate(time.time() + ahead, usegmt=True)
        with pytest.raises(Fault) as caught:
            asked(Server(answer(503, {}, Retry_After=date)))
        assert caught.value.retry_after is not None
        assert least <= caught.value.retry_after <= max(ahead, 0)


@pytest.mark.parametrize("header", ["", "soon", "-5", "inf", "nan", "1e9", "9" * 400, "\u0663"])
def test_an_odd_retry_after_says_nothing(asked: Asked, header: str) -> None:
    with pytest.raises(Fault) as caught:
        asked(Server(answer(429, {}, Retry_After=header)))
    assert caught.value.retry_after is None


def test_a_server_that_is_too_slow_may_pass(asked: Asked) -> None:
    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(5)
        raise AssertionError

    with pytest.raises(Fault, match=r"[Tt]ime"):
        asked(slow, timeout=0.05)


@pytest.mark.parametrize("promised", [None, "100000"])
def test_a_body_that_breaks_off_may_pass(asked: Asked, promised: str | None) -> None:
    async def breaking(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": promised} if promised else {})
        if not promised:
            response.enable_chunked_encoding()
        await response.prepare(request)
        await response.write(b'{"choices": [')
        assert request.transport is not None
        request.transport.abort()
        return response

    with pytest.raises(Fault):
        asked(breaking)


def test_a_connection_that_is_closed_at_once_may_pass(asked: Asked) -> None:
    async def closing(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    with pytest.raises(Fault):
        asked(closing)


def test_a_body_that_is_not_what_its_encoding_says_may_pass(asked: Asked) -> None:
    for body in (b"no gzip at all", gzip.compress(b"x" * 9000)[:40]):
        with pytest.raises(Fault):
            asked(Server(answer(200, body, Content_Encoding="gzip")))


def test_a_reply_without_end_is_given_up(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint_module, "LARGEST", 200_000)

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" " * 50_000)
            await asyncio.sleep(0)

    with pytest.raises(Fault, match="without end"):
        asked(endless)


def test_a_request_that_is_given_up_ends_though_its_failure_is_there_already(play: Play) -> None:
    async def story() -> list[Any]:
        async with Endpoint("http://127.0.0.1:9/v1", KEY) as endpoint:
            ends: list[Any] = []
            for nth in range(300):
                task = asyncio.ensure_future(Retrying(endpoint, first=60.0)(REQUEST))
                await asyncio.sleep(0.00001 * nth)
                task.cancel()
                ends += await asyncio.gather(task, return_exceptions=True)
            return ends

    assert {type(end) for end in play(story())} == {asyncio.CancelledError}


def test_a_refused_connection_may_pass(play: Play) -> None:
    async def story() -> None:
        async with Endpoint("http://127.0.0.1:9/v1", KEY) as endpoint:
            await endpoint(REQUEST)

    with pytest.raises(Fault, match=r"127\.0\.0\.1:9") as caught:
        play(story())
    assert not caught.value.billed, "nobody was reached"


# --- what the user must mend --------------------------------------------------------------------


@pytest.mark.parametrize("code", ["insufficient_quota", "You exceeded your current quota."])
def test_an_account_that_is_used_up_stops_the_run_though_the_status_says_wait(
    asked: Asked, code: str
) -> None:
    with pytest.raises(BadInput, match="paid"):
        asked(Server(answer(429, {"error": {"message": code}})))


@pytest.mark.parametrize(("status", "busy"), [(429, True), (503, True), (529, True), (500, False)])
def test_a_fault_says_whether_too_much_is_asked(asked: Asked, status: int, busy: bool) -> None:
    with pytest.raises(Fault) as caught:
        asked(Server(answer(status, {})))
    assert caught.value.busy == busy


@pytest.mark.parametrize(
    ("status", "content", "billed"),
    [(429, {}, False), (500, {}, False), (503, {}, False), (504, {}, True), (200, b"{to", True)],
)
def test_a_fault_says_whether_it_may_have_been_charged_for(
    asked: Asked, status: int, content: Json, billed: bool
) -> None:
    with pytest.raises(Fault) as caught:
        asked(Server(answer(status, content)))
    assert caught.value.billed == billed


def test_a_call_that_takes_too_long_may_have_been_charged_for(asked: Asked) -> None:
    async def slow(_request: web.Request) -> web.Response:
        await asyncio.sleep(1)
        return answer(200)

    with pytest.raises(Fault) as caught:
        asked(slow, timeout=0.05)
    assert caught.value.billed


def test_a_connection_that_is_cut_may_have_been_charged_for(asked: Asked) -> None:
    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return answer(200)

    with pytest.raises(Fault) as caught:
        asked(cut)
    assert caught.value.billed


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_names_the_variable_and_not_the_key(asked: Asked, status: int) -> None:
    told = {"error": {"message": f"Incorrect API key provided: {KEY}"}}
    with pytest.raises(BadInput, match="THE_KEY"):
        asked(Server(answer(status, told)))


@pytest.mark.parametrize("status", [200, 400, 404, 429, 500])
@pytest.mark.parametrize("told", [{"error": f"bad {KEY}"}, f"<html>{KEY} {'x' * 180}"])
def test_an_endpoint_that_echoes_the_key_does_not_get_it_shown(
    asked: Asked, status: int, told: Json
) -> None:
    with pytest.raises((BadInput, Fault, Reject)):  # `asked` looks at the words
        asked(Server(answer(status, told)))


def test_a_key_that_is_echoed_in_a_reply_is_not_kept(asked: Asked, completion: Completion) -> None:
    assert KEY not in repr(asked(Server(answer(200, completion(f"your key is {KEY}")))))


def test_a_stand_in_for_a_key_is_no_secret_and_changes_no_reply(
    asked: Asked, completion: Completion
) -> None:
    assert asked(Server(answer(200, completion("the box is EMPTY"))), key="EMPTY").text == (
        "the box is EMPTY"
    )


def test_an_unknown_model_is_the_users_to_mend(asked: Asked) -> None:
    told = {"error": {"message": "The model `m` does not exist"}}
    with pytest.raises(BadInput, match=r"'m'.*--teacher"):
        asked(Server(answer(404, told)))


def test_an_empty_purse_is_the_users_to_mend(asked: Asked) -> None:
    with pytest.raises(BadInput, match="paid"):
        asked(Server(answer(402, {"error": "insufficient credit"})))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(asked: Asked, status: int) -> None:
    server = Server(answer(status, "", Location="/v1/elsewhere"))
    with pytest.raises(BadInput, match=r"/v1/elsewhere.*--base-url"):
        asked(server)
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8000",
        "ftp://host/v1",
        "http://",
        "http:///v1",
        "http://user:word@host/v1",
        "http://host/v1?key=x",
        "file:///etc/passwd",
        "http://ho st/v1",
        "http://127.0.0.1:99999/v1",
        "http://[::1/v1",
    ],
)
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    with pytest.raises(BadInput, match="http") as caught:
        Endpoint(url, KEY)
    assert "word" not in str(caught.value)


@pytest.mark.parametrize("key", ["sk-a\nb", "sk-\u00e9", "a\x00b"])
def test_a_key_that_cannot_be_sent_names_its_variable(key: str) -> None:
    with pytest.raises(BadInput, match="THE_KEY") as caught:
        Endpoint("http://127.0.0.1:9/v1", key, key_env="THE_KEY")
    assert key not in str(caught.value)


def test_space_around_a_key_is_no_part_of_it(asked: Asked, completion: Completion) -> None:
    server = Server(answer(200, completion()))
    asked(server, key=f" {KEY}\n")
    assert server.seen[0].headers["Authorization"] == f"Bearer {KEY}"


# --- what is wrong with one request -------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_request_that_is_refused_is_rejected_with_the_words(asked: Asked, status: int) -> None:
    told = {"error": {"message": "This model's maximum context length is 4096 tokens."}}
    with pytest.raises(Reject, match="maximum context length") as caught:
        asked(Server(answer(status, told)))
    assert caught.value.reason == "refused_by_endpoint"


@pytest.mark.parametrize(
    "told",
    [
        b"\x1b[2J\x1b]0;owned\x07",
        b"\x00" * 5_000,
        b"\xff" * 5_000,
        b'{"error": {"message": null}}',
        b'{"error": [1, 2]}',
        b"[" * 9_000,
    ],
)
def test_an_error_in_odd_bytes_is_one_short_printable_line(asked: Asked, told: bytes) -> None:
    with pytest.raises(Reject) as caught:
        asked(Server(answer(400, told)))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


# --- fields that an endpoint does not take ------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "response_format is not supported",
        "Unknown field: json_schema",
        "Invalid schema: additionalProperties",
        "failed to parse grammar",
    ],
)
@pytest.mark.parametrize("status", [400, 422])
def test_where_schemas_are_refused_it_goes_on_without_and_remembers(
    asked: Asked, completion: Completion, status: int, words: str
) -> None:
    server = Server(answer(status, {"error": {"message": words}}), answer(200, completion()))
    assert asked(server, times=3).text == '{"a": 1}'
    assert ["response_format" in body for body in server.bodies] == [True, False, False, False]


def test_a_model_that_wants_the_newer_name_for_its_limit_gets_it(
    asked: Asked, completion: Completion
) -> None:
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    server = Server(answer(400, {"error": {"message": words}}), answer(200, completion()))
    asked(server)
    assert "max_tokens" not in server.bodies[1]
    assert server.bodies[1]["max_completion_tokens"] == 2048


def test_many_refused_at_once_all_go_on_without(
    play: Play, serving: Serving, completion: Completion
) -> None:
    async def fussy(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.01)
        if "response_format" in await request.json():
            return answer(400, {"error": "response_format is not supported"})
        return answer(200, completion())

    async def story() -> None:
        async with serving(fussy) as url, Endpoint(url, None) as endpoint:
            requests = [Request(model="m", messages=(), schema=SCHEMA, seed=n) for n in range(20)]
            replies = await asyncio.gather(*map(endpoint, requests))
            assert [reply.text for reply in replies] == ['{"a": 1}'] * 20

    play(story())


def test_an_endpoint_that_refuses_everything_ends_in_a_reject(asked: Asked) -> None:
    words = "response_format, seed, temperature and max_tokens are all refused"
    server = Server(answer(400, {"error": words}))
    with pytest.raises(Reject):
        asked(server)
    assert len(server.seen) <= 6


# --- the probe ----------------------------------------------------------------------------------


def probed(play: Play, serving: Serving, server: Server) -> None:
    async def story() -> None:
        async with serving(server) as url, Endpoint(url, KEY, key_env="THE_KEY") as endpoint:
            await endpoint.probe()

    play(story())
    assert [request.path for request in server.seen] == ["/v1/models"]


@pytest.mark.parametrize("status", [200, 404, 405, 500])
def test_the_probe_asks_only_whether_somebody_is_there(
    play: Play, serving: Serving, status: int
) -> None:
    probed(play, serving, Server(answer(status, {})))


@pytest.mark.parametrize(("status", "words"), [(401, "THE_KEY"), (403, "THE_KEY"), (302, "redir")])
def test_the_probe_tells_what_the_user_must_mend(
    play: Play, serving: Serving, status: int, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        probed(play, serving, Server(answer(status, {}, Location="/elsewhere")))


def test_the_probe_says_when_nobody_is_there(play: Play) -> None:
    async def story() -> None:
        async with Endpoint("http://127.0.0.1:9/v1", KEY) as endpoint:
            await endpoint.probe()

    with pytest.raises(BadInput, match="nobody answers") as caught:
        play(story())
    assert KEY not in str(caught.value)


def test_a_host_that_no_name_can_be_is_nobody() -> None:
    async def story() -> None:
        async with Endpoint("http://a..localhost/v1", KEY) as endpoint:
            with pytest.raises(BadInput, match="nobody answers"):
                await endpoint.probe()
            with pytest.raises(Fault, match="localhost"):
                await endpoint(REQUEST)

    asyncio.run(story())


def test_the_guard_of_these_tests_holds_on_both_loops(play: Play) -> None:
    async def story() -> None:
        async with Endpoint("http://192.0.2.1/v1", KEY) as endpoint:
            await endpoint.probe()

    with pytest.raises(AssertionError, match="tried to reach"):
        play(story())
