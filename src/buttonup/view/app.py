"""The routes: an address, the page that is there."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from sqlite3 import DatabaseError
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
)
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from buttonup.errors import BadInput
from buttonup.view.pages import Viewed, compared, curate, live, one, overview, samples
from buttonup.view.rendering import rendered


def app_of(viewed: Sequence[Viewed]) -> Starlette:
    """Give the pages of what is viewed; of two, those of each, and one that compares them."""
    static = Mount("/static", StaticFiles(packages=[("buttonup.view", "static")]), name="static")
    both = [Route("/", lambda _: _page("compared.html", compared.page(viewed)))]
    pages = [Mount(one.root, routes=_routes(one)) for one in viewed]
    return Starlette(
        routes=[static, *(both if len(viewed) > 1 else []), *pages],
        exception_handlers={
            BadInput: _bad_input,
            HTTPException: _not_found,
            DatabaseError: _no_index,
        },
    )


def _routes(viewed: Viewed) -> list[Route]:
    """List the pages of one source. What reads is no coroutine: it runs in a thread."""

    def page(template: str, context: dict[str, Any]) -> Response:
        return _page(template, {"viewed": viewed, **context})

    def listed(request: Request) -> Response:
        return page("samples.html", samples.page(viewed, _query(request)))

    def sample(request: Request) -> Response:
        return page("sample.html", one.page(viewed, _called(request), _query(request)))

    def record(request: Request) -> Response:
        return PlainTextResponse(one.raw(viewed, _called(request)))

    def news(request: Request) -> Response:
        in_list = request.query_params.get("in") == "list"
        return _unless_known(request, page("live.html", {**live.page(viewed), "in_list": in_list}))

    async def say(request: Request) -> Response:
        body = await _body(request)
        try:
            said = await run_in_threadpool(curate.change, viewed, _called(request), body)
        except BadInput as error:
            return JSONResponse({"wrong": str(error)}, 400)
        return JSONResponse({"mark": said.mark, "labels": said.labels, "note": said.note})

    return [
        Route("/", lambda _: page("overview.html", overview.page(viewed))),
        Route("/samples", listed),
        Route("/sample/{called}", sample),
        Route("/sample/{called}/record", record),
        Route("/sample/{called}/said", say, methods=["POST"]),
        Route("/live", news),
    ]


def _page(template: str, context: dict[str, Any]) -> Response:
    return HTMLResponse(rendered(template, context))


def _query(request: Request) -> list[tuple[str, str]]:
    return request.query_params.multi_items()


def _called(request: Request) -> str:
    return str(request.path_params["called"])


def _unless_known(request: Request, page: Response) -> Response:
    """Send a page only to those who do not have it already."""
    tag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    page.headers["ETag"] = tag
    return page


async def _body(request: Request) -> bytes:
    """Read what is sent, as far as it can be something that is said of a sample."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > curate.LARGEST:
            raise HTTPException(413, "that is too much to say of a sample")
    return body


def _bad_input(_request: Request, error: Exception) -> Response:
    return _told(str(error), 400)


def _no_index(_request: Request, error: Exception) -> Response:
    mend = "start the viewer again; if that does not help, delete the index (docs/view.md)"
    return _told(f"the index cannot be read: {error}; {mend}", 500)


def _not_found(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _told(error.detail, error.status_code)


def _told(words: str, status: int) -> Response:
    return HTMLResponse(rendered("told.html", {"words": words}), status)
