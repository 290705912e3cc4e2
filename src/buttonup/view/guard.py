"""Who may ask, and what a page may do: this machine, with the token; nothing from elsewhere.

- The address that is printed has a token; it is traded for a cookie that no script can read and no
  other site's page sends along. Without either, nothing is served.
- A name other than this machine's own in `Host` is refused: a page elsewhere whose name was made to
  point here (DNS rebinding) gets nothing.
- What changes something must come from a page of ours: its `Origin` is what `Host` says.
- A page has no script and no style but our files, and fetches nothing from elsewhere, whatever a
  dataset holds.
"""

from __future__ import annotations

import hashlib
import secrets
from html import escape
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = ("127.0.0.1", "localhost")
PARAMETER = "token"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
ENTER = """<!doctype html><html lang="en"><meta charset="utf-8"><title>ButtonUp</title>
<meta http-equiv="refresh" content="0; url={url}"><link rel="icon" href="data:,">
<p><a href="{url}">Go on</a></p></html>"""
"""Goes on by itself: from this page, and not from wherever the address was clicked, so that the
cookie is sent along."""
SAFE = ("GET", "HEAD")


def new_token() -> str:
    """Make a token that nobody guesses."""
    return secrets.token_urlsafe(24)


class Guard:
    """Stands before the app."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token
        self._cookie = f"buttonup-{hashlib.sha256(token.encode()).hexdigest()[:8]}"
        # of its own for every server: ports share cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to the app, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = self._answer(scope)
        await (answer or self._app)(scope, receive, _with_headers(send))

    def _answer(self, scope: Scope) -> Response | None:
        headers, query = Headers(scope=scope), QueryParams(scope["query_string"])
        host = headers.get("host", "")
        if _name(host) not in HOSTS:
            return _refused("This viewer answers to 127.0.0.1 and localhost alone.")
        if self._is(query.get(PARAMETER, "")):
            return self._entered(scope["path"], query)
        if not self._is(cookie_parser(headers.get("cookie", "")).get(self._cookie, "")):
            return _refused("Open the address that `buttonup view` printed: it has the token.")
        if scope["method"] not in SAFE and not _ours(headers, host):
            return _refused("This was not asked by a page of the viewer.")
        return None

    def _is(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())

    def _entered(self, path: str, query: QueryParams) -> Response:
        """Set the cookie, and go on to the address without the token."""
        rest = urlencode([(k, v) for k, v in query.multi_items() if k != PARAMETER])
        url = f"/{path.lstrip('/')}" + (f"?{rest}" if rest else "")
        page = HTMLResponse(ENTER.replace("{url}", escape(url)))
        page.set_cookie(self._cookie, self._token, path="/", httponly=True, samesite="strict")
        return page


def _name(host: str) -> str | None:
    """Give the name that a `Host` has; None where it is none."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _ours(headers: Headers, host: str) -> bool:
    """Say whether what changes something was asked by a page of this very server."""
    return headers.get("origin", "") == f"http://{host}"


def _refused(why: str) -> Response:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><title>Refused</title><p>{why}</p></html>', 403
    )


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
