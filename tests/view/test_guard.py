from __future__ import annotations

import asyncio
from typing import Any

import pytest

pytest.importorskip("starlette", reason="needs the extra view")

from starlette.responses import PlainTextResponse

from buttonup.view.guard import Guard, new_token

TOKEN = new_token()
HOST = "127.0.0.1:8000"


def asked(
    path: str = "/", query: str = "", method: str = "GET", **headers: str
) -> tuple[int, dict[str, str], str]:
    """Ask the guard before an app that answers everything."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    lines = [(k.encode(), v.encode()) for k, v in {"host": HOST, **headers}.items()]
    scope = {
        "type": "http", "method": method, "path": path, "query_string": query.encode(),
        "headers": lines,
    }  # fmt: skip
    guarded = Guard(PlainTextResponse("inside"), TOKEN)
    asyncio.run(guarded(scope, receive, send))
    told = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(m.get("body", b"") for m in sent[1:]).decode()


def entered() -> str:
    """Come in by the address with the token; give the cookie."""
    return asked(query=f"token={TOKEN}")[1]["set-cookie"].partition(";")[0]


def test_without_token_or_cookie_nothing_is_served() -> None:
    for query in ("", "token=", "token=wrong"):
        status, _, body = asked(query=query)
        assert status == 403
        assert "inside" not in body


def test_the_token_is_traded_for_a_cookie_that_stays_with_our_pages() -> None:
    status, headers, body = asked("/samples", f"q=a%26b&token={TOKEN}")
    assert status == 200
    assert "HttpOnly" in headers["set-cookie"]
    assert "SameSite=strict" in headers["set-cookie"]
    assert "url=/samples?q=a%26b" in body
    assert TOKEN not in body
    assert asked(cookie=entered())[2] == "inside"


def test_the_way_in_leads_nowhere_else() -> None:
    body = asked("//evil.example/", f"token={TOKEN}")[2]
    assert 'url=/evil.example/"' in body


def test_an_address_cannot_break_out_of_the_page_that_leads_on() -> None:
    body = asked('/"><script>', f"token={TOKEN}")[2]
    assert "<script>" not in body


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "["]
)
def test_a_name_that_only_points_here_gets_nothing(host: str) -> None:
    status, _, body = asked(host=host, cookie=entered())
    assert status == 403
    assert "inside" not in body


@pytest.mark.parametrize("host", ["localhost:9000", "127.0.0.1", "LOCALHOST:1"])
def test_this_machine_may_be_called_by_its_names_and_through_any_port(host: str) -> None:
    assert asked(host=host, cookie=entered())[2] == "inside"


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "http://127.0.0.1:9"])
def test_no_page_from_elsewhere_changes_anything(origin: str) -> None:
    status, _, body = asked(method="POST", cookie=entered(), origin=origin)
    assert status == 403
    assert "inside" not in body


def test_a_page_of_ours_may_change_something() -> None:
    assert asked(method="POST", cookie=entered(), origin=f"http://{HOST}")[2] == "inside"


def test_every_answer_forbids_scripts_and_sources_that_are_not_ours() -> None:
    for headers in (asked()[1], asked(cookie=entered())[1]):
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
