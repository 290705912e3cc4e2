from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from buttonup.errors import BadInput
from buttonup.tools.door import misfit
from buttonup.tools.source import Limits, Source, Tool, opened
from buttonup.tools.sources.openapi import live
from buttonup.tools.sources.openapi.live import result_of, taken_apart, without_keys
from buttonup.tools.sources.openapi.requests import Key
from buttonup.tools.sources.openapi.web import Reply

Json = Any
Beside = Callable[[web.Application], str]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
EXAMPLES = Path(__file__).parents[4] / "examples" / "openapi"
JSON = {"content": {"application/json": {"schema": {"type": "object"}}}}
DESCRIPTION: Json = {
    "openapi": "3.0.4",
    "paths": {
        "/echo/{id}": {
            "post": {
                "operationId": "echo",
                "parameters": [
                    {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
                    {"name": "tags", "in": "query", "schema": {"type": "array"}},
                    {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
                    {"name": "lang", "in": "cookie", "schema": {"type": "string"}},
                ],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {"size": {"type": "integer"}},
                            }
                        }
                    }
                },
                "responses": {"200": JSON},
                "security": [{"token": []}],
            }
        },
        "/trouble": {"get": {"operationId": "trouble", "responses": {"200": JSON}}},
    },
    "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
}


async def echo(request: web.Request) -> web.Response:
    return web.json_response(
        {
            "method": request.method,
            "path": request.path,
            "query": list(map(list, request.query.items())),
            "trace": request.headers.get("X-Trace"),
            "cookies": dict(request.cookies),
            "auth": request.headers.get("Authorization"),
            "body": await request.text(),
        }
    )


@pytest.fixture
def served(beside: Beside, tmp_path: Path) -> Callable[[Handler], str]:
    """Serve an answer to `trouble` beside `echo`; gives a spec that says so."""

    def serve(trouble: Handler = echo) -> str:
        app = web.Application()
        app.router.add_route("*", "/v1/echo/{id}", echo)
        app.router.add_route("*", "/v1/trouble", trouble)
        described = {**DESCRIPTION, "servers": [{"url": beside(app)}]}
        (tmp_path / "api.json").write_text(json.dumps(described))
        return f"openapi:{tmp_path / 'api.json'}"

    return serve


Use = Callable[[Source], Awaitable[Any]]


LIMITS = Limits(seconds=5)


def using(spec: str, use: Use, limits: Limits = LIMITS) -> Any:
    async def story() -> Any:
        async with opened(spec, limits) as source:
            return await use(source)

    return asyncio.run(story())


def called(spec: str, name: str = "trouble", arguments: Json = None) -> Json:
    return using(spec, lambda source: source.call(name, arguments or {}))


def tools(spec: str) -> tuple[Tool, ...]:
    async def look(source: Source) -> tuple[Tool, ...]:
        return source.tools

    given: tuple[Tool, ...] = using(spec, look)
    return given


def test_a_call_arrives_with_all_its_arguments(served: Callable[..., str]) -> None:
    arguments = {"id": "a/b", "tags": ["x", "y"], "X-Trace": "t", "lang": "nl", "size": 3}
    result = called(served(), "echo", arguments=arguments)
    assert result == {
        "method": "POST",
        "path": "/v1/echo/a/b",
        "query": [["tags", "x"], ["tags", "y"]],
        "trace": "t",
        "cookies": {"lang": "nl"},
        "auth": None,
        "body": '{"size":3}',
    }


def test_a_key_comes_from_the_variable_that_the_user_names_and_is_not_told_back(
    served: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PETS_TOKEN", "s3cret-s3cret")
    spec = served()
    assert (
        called(f"{spec} auth=PETS_TOKEN", "echo", arguments={"id": "1"})["auth"] == "Bearer [key]"
    )
    assert called(f"{spec} auth=token:PETS_TOKEN", "echo", arguments={"id": "1"})["auth"]
    assert "no_key" in tools(spec)[0].doubts
    assert "no_key" not in tools(f"{spec} auth=PETS_TOKEN")[0].doubts


def test_an_operation_that_asks_for_no_key_gets_none(
    served: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PETS_TOKEN", "s3cret-s3cret")
    assert called(f"{served()} auth=PETS_TOKEN")["auth"] is None


def replies(**given: Any) -> Handler:
    async def handler(_request: web.Request) -> web.Response:
        return web.Response(**given)

    return handler


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        (replies(status=500, text="boom"), "500 Internal Server Error: boom"),
        (replies(status=404, text='{"no": "\x1bpet"}'), '404 Not Found: {"no": "pet"}'),
        (replies(status=429), "429 Too Many Requests"),
        (replies(status=599), "599"),
        (replies(text="<html>", content_type="text/html"), "the reply is not JSON (text/html"),
        (replies(body=b"{oops"), "the reply is not JSON"),
        (replies(body=b'{"a": NaN}'), "the reply is not JSON"),
        (replies(body=b"[" * 100_000), "the reply is not JSON"),
        (replies(body=b'"' + b"x" * 200_000 + b'"'), "the result is larger than 100000 bytes"),
        (replies(body=b" " * 2_000_000), "the reply is longer than 800000 bytes"),
        (replies(status=302, headers={"Location": "http://127.0.0.1:1/"}), "it redirects to an"),
        (replies(status=304), "304 Not Modified: it leads nowhere"),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_an_error_that_says_what(
    served: Callable[..., str], handler: Handler, says: str, hurried: None
) -> None:
    result = called(served(handler))
    assert list(result) == ["error"]
    assert result["error"].startswith(says)
    assert len(result["error"]) < 400


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for no service."""
    monkeypatch.setattr(live, "PAUSES", (0.0, 0.0))


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_with_too_much_to_do_is_asked_again(
    served: Callable[..., str], status: int, hurried: None
) -> None:
    left = [status, status]

    async def busy(_request: web.Request) -> web.Response:
        return web.Response(status=left.pop()) if left else web.json_response({"id": 1})

    assert called(served(busy)) == {"id": 1}


def test_a_service_that_says_how_long_it_wants_to_be_left_alone_is(
    served: Callable[..., str], hurried: None
) -> None:
    at: list[float] = []

    async def busy(_request: web.Request) -> web.Response:
        at.append(time.monotonic())
        if len(at) > 1:
            return web.json_response({"id": 1})
        return web.Response(status=429, headers={"Retry-After": "0.2"})

    assert called(served(busy)) == {"id": 1}
    assert at[1] - at[0] >= 0.2


def test_a_service_that_does_not_answer_costs_its_call_alone(served: Callable[..., str]) -> None:
    async def slow(_request: web.Request) -> web.Response:
        await asyncio.sleep(1)
        raise AssertionError

    async def use(source: Source) -> list[Json]:
        return [await source.call("trouble", {}), await source.call("echo", {"id": "1"})]

    late, next_one = using(served(slow), use, Limits(seconds=0.3))
    assert late == {"error": "no answer within 0.3 s"}
    assert next_one["path"] == "/v1/echo/1"


def test_calls_come_only_so_often(served: Callable[..., str]) -> None:
    async def use(source: Source) -> float:
        began = time.monotonic()
        await asyncio.gather(*(source.call("trouble", {}) for _ in range(4)))
        return time.monotonic() - began

    assert using(served(), use, Limits(a_second=20)) >= 3 / 20


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("nobody", {}, "There is no function 'nobody'."),
        ("echo", {}, "'id' is missing: it is a part of the address."),
        ("echo", {"id": "1", "x": 1}, "There is no parameter 'x'."),
        ("echo", {"id": "\ud800"}, "The arguments hold characters that cannot be sent."),
    ],
)
def test_a_call_that_cannot_be_made_is_an_error(
    served: Callable[..., str], name: str, arguments: Json, says: str
) -> None:
    assert called(served(), name, arguments=arguments) == {"error": says}


def test_an_operation_without_a_server_says_that_it_does_not_run(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text(json.dumps(DESCRIPTION))
    spec = f"openapi:{tmp_path / 'api.json'}"
    assert [tool.runs for tool in tools(spec)] == [False, False]
    assert "no_server" in called(spec)["error"]


def test_the_user_may_name_another_server(served: Callable[..., str], tmp_path: Path) -> None:
    server = json.loads(Path(served().partition(":")[2]).read_text())["servers"][0]["url"]
    (tmp_path / "other.json").write_text(json.dumps(DESCRIPTION))
    spec = f"openapi:{tmp_path / 'other.json'} server={server}"
    assert called(spec)["path"] == "/v1/trouble"


def test_a_description_and_what_it_refers_to_are_read_from_an_address(beside: Beside) -> None:
    async def described(request: web.Request) -> web.Response:
        if request.path.endswith("/shared.json"):
            return web.json_response({"get": {"operationId": "shared", "responses": {"200": JSON}}})
        paths = {"/a": {"$ref": "shared.json"}, "/b": {"$ref": "http://127.0.0.1:1/x.json"}}
        return web.json_response({"openapi": "3.1.0", "paths": paths, "servers": [{"url": "svc"}]})

    app = web.Application()
    app.router.add_route("GET", "/v1/api.json", described)
    app.router.add_route("GET", "/v1/shared.json", described)
    app.router.add_route("*", "/v1/svc/{rest:.*}", echo)
    spec = f"openapi:{beside(app)}/api.json"
    assert [tool.function.name for tool in tools(spec)] == ["shared"]
    assert called(spec, "shared")["path"] == "/v1/svc/a"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("", "names no description"),
        ("api.json server=ftp://x", "'ftp://x' is no address"),
        ("my api.json", "'api.json' is no setting of an OpenAPI source"),
        ("api.json auth=", "'auth' is no setting"),
        ("api.json 'x", "names no description"),
    ],
)
def test_a_spec_that_cannot_be_understood_is_refused(words: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        taken_apart(f"openapi:{words}")


def test_a_description_without_operations_is_refused(tmp_path: Path) -> None:
    (tmp_path / "api.json").write_text('{"openapi": "3.1.0", "paths": {}}')
    with pytest.raises(BadInput, match="describes no operations"):
        tools(f"openapi:{tmp_path / 'api.json'}")


def test_an_address_that_gives_no_description_is_refused(beside: Beside) -> None:
    app = web.Application()
    app.router.add_route("GET", "/v1/api.json", replies(status=403))
    with pytest.raises(BadInput, match=r"cannot be read \(HTTP 403\)"):
        tools(f"openapi:{beside(app)}/api.json")


@pytest.mark.parametrize(
    ("reply", "result"),
    [
        (Reply(200, "application/json", b'{"a": 1}'), {"a": 1}),
        (Reply(200, "text/html", b"[1]"), [1]),
        (Reply(204, "", b""), {"status": 204}),
        (Reply(200, "text/plain; charset=utf-8", "grüß".encode()), "grüß"),
    ],
)
def test_a_reply_is_the_result(reply: Reply, result: Json) -> None:
    assert result_of(reply, 1000) == result


def test_a_short_key_is_left_alone_as_replies_may_say_it_anyhow() -> None:
    reply = Reply(200, "", b"a test of testing")
    assert without_keys(reply, [Key("query", "k", "test")]) == reply


# --- the example --------------------------------------------------------------------------------


@pytest.fixture
def allotments(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the example, and give the spec of its tools."""
    pytest.importorskip("yaml", reason="the extra `openapi` is not installed")
    monkeypatch.setenv("SOCIETY_KEY", "green-thumbs")
    server = subprocess.Popen(
        [sys.executable, EXAMPLES / "allotments.py", "0"], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout
    address = server.stdout.readline().strip()
    yield f"openapi:{EXAMPLES / 'allotments.yaml'} server={address} auth=SOCIETY_KEY"
    server.terminate()
    server.communicate()


def test_the_examples_plots_are_read_leased_and_given_back(allotments: str) -> None:
    async def use(source: Source) -> list[Json]:
        assert [tool.doubts for tool in source.tools] == [()] * 5
        assert [tool.writes for tool in source.tools] == [False, False, False, True, True]
        schemas = {t.function.name: t.function.responses for t in source.tools}
        lease = {"plot_id": "P-03", "tenant": "Ann Lee", "years": 2}
        calls: list[tuple[str, Json]] = [
            ("listPlots", {"free": True, "sun": ["full", "half"]}),
            ("leasePlot", lease),
            ("getPlot", {"plot_id": "P-03"}),
            ("getWater", {"plot_id": "P-03", "since": "2026-06"}),
            ("endLease", {"plot_id": "P-03"}),
        ]
        results = [await source.call(*call) for call in calls]
        for (name, _), result in zip(calls, results, strict=True):
            assert misfit(result, schemas[name]) == ""
        return [*results, await source.call("getPlot", {"plot_id": "P-99"})]

    free, leased, plot, water, ended, nobody = using(allotments, use)
    assert [one["plot_id"] for one in free] == ["P-02", "P-03", "P-05"]
    assert leased == plot
    assert plot["lease"] == {"tenant": "Ann Lee", "bees": False, "until": 2028}
    assert [one["month"] for one in water] == ["2026-06", "2026-07"]
    assert ended == {"status": 204}
    assert nobody == {"error": '404 Not Found: {"message": "There is no plot P-99."}'}


def test_the_example_refuses_a_lease_without_the_key(allotments: str) -> None:
    spec = allotments.removesuffix(" auth=SOCIETY_KEY")
    lease = {"plot_id": "P-03", "tenant": "Ann Lee", "years": 2}
    assert called(spec, "leasePlot", arguments=lease)["error"].startswith("401 Unauthorized")
    assert os.environ["SOCIETY_KEY"]
