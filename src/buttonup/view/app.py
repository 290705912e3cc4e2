"""The routes: an address, the page that is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from buttonup.errors import BadInput
from buttonup.view.pages import Viewed, one, samples
from buttonup.view.rendering import rendered


def app_of(viewed: Sequence[Viewed]) -> Starlette:
    """Give the pages of what is viewed, or of two that are compared."""
    static = Mount("/static", StaticFiles(packages=[("buttonup.view", "static")]), name="static")
    pages = [Mount(one.root, routes=_routes(one)) for one in viewed]
    return Starlette(
        routes=[static, *pages],
        exception_handlers={BadInput: _bad_input, HTTPException: _not_found},
    )


def _routes(viewed: Viewed) -> list[Route]:
    """List the pages of one source. Endpoints that read run in threads."""

    def shown(
        template: str, context: Callable[[Request], dict[str, Any]]
    ) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            return HTMLResponse(rendered(template, {"viewed": viewed, **context(request)}))

        return endpoint

    def progress(_request: Request) -> Response:
        return JSONResponse(viewed.index.progress()._asdict())

    return [
        Route("/", lambda _: RedirectResponse(f"{viewed.root}/samples")),
        Route(
            "/samples",
            shown("samples.html", lambda r: samples.page(viewed, r.query_params.multi_items())),
        ),
        Route(
            "/sample/{called}",
            shown(
                "sample.html",
                lambda r: one.page(viewed, r.path_params["called"], r.query_params.multi_items()),
            ),
        ),
        Route("/progress", progress),
    ]


def _bad_input(_request: Request, error: Exception) -> Response:
    return _told(str(error), 400)


def _not_found(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _told(error.detail, error.status_code)


def _told(words: str, status: int) -> Response:
    return HTMLResponse(rendered("told.html", {"words": words}), status)
