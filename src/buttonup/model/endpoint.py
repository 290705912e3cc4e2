"""An OpenAI-compatible chat-completions endpoint.

Tells apart what may pass (Fault), what the user must mend (BadInput) and what is wrong with one
request (Reject). Sends to nowhere but its base address, and keeps the key to itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import aiohttp
import msgspec

from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.completion import pause, read_reply, words_of
from buttonup.model.door import Reply, Request
from buttonup.model.schemas import strict
from buttonup.records import Json

PASSING = {408, 409, 425, 429}  # and all from 500 on: these may pass
TIMED_OUT = {408, 504, 524}  # whoever is behind may have answered all the same
LARGEST = 32 * 2**20  # bytes of a reply; more is no chat completion
SECRET = 16  # characters; a shorter key ("EMPTY") is a stand-in, and replies may say it
CONNECTING = 20  # seconds to reach a host, and for it to say that it is there
ADDRESS = re.compile(r"https?://[^\s/@?#]+(?:/[^\s@?#]*)?")
UNSENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)  # nobody was reached
AWAY = (aiohttp.ClientError, TimeoutError, OSError, UnicodeError)  # the last: an impossible host

REFUSALS = {
    "response_format": re.compile(r"response_format|schema|grammar|structured", re.IGNORECASE),
    "seed": re.compile(r"\bseed\b"),
    "temperature": re.compile(r"\btemperature\b"),
    "max_tokens": re.compile(r"\bmax_completion_tokens\b.*instead|instead.*max_completion_tokens"),
}
"""Fields that some endpoints or models refuse, with the words they do it in. The request then goes
without: the prompt says the schema in words too, and `max_tokens` goes under its newer name."""


class Endpoint:
    """Chat completions over HTTP. An async context manager: it holds the connections.

    `timeout` is in seconds, for one reply. `key_env` names where the key came from, for messages.
    Raises  BadInput for an address or a key that cannot be one
    """

    def __init__(
        self,
        base_url: str,
        key: str | None,
        *,
        key_env: str = "OPENAI_API_KEY",
        timeout: float = 300.0,
    ) -> None:
        base = base_url.strip().rstrip("/").removesuffix("/chat/completions")
        if not ADDRESS.fullmatch(base):
            raise BadInput("the base URL is no address", "write it as https://HOST:PORT/v1")
        self._base, self._key, self._key_env = base, (key or "").strip(), key_env
        if not (self._key.isascii() and self._key.isprintable()):
            raise BadInput(f"the key in {key_env} is no key", "it has odd characters; set it again")
        self._timeout = timeout
        self._refused: set[tuple[str, str]] = set()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
            timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=CONNECTING),
            connector=aiohttp.TCPConnector(limit=0),  # how many at once is `Limited`'s to say
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.close()

    @property
    def _open(self) -> aiohttp.ClientSession:
        assert self._session is not None, "use `async with Endpoint(...)`"
        return self._session

    async def probe(self) -> None:
        """Ask whether anybody is there. Raises BadInput when nobody is, or the key is refused."""
        url, brief = f"{self._base}/models", aiohttp.ClientTimeout(total=CONNECTING)
        try:
            async with self._open.get(url, timeout=brief, allow_redirects=False) as response:
                self._refuse_always(response.status, response.headers)
        except AWAY as error:
            what = f"nobody answers at {self._base} ({_said(error)})"
            raise BadInput(what, "start the server, or mend --base-url") from error

    async def __call__(self, request: Request, /) -> Reply:
        """Answer a request.

        Rejects  "refused_by_endpoint" with what it said
        Raises   Fault for what may pass; BadInput when the key or the model is refused
        """
        while True:
            body = self._body(request)
            status, headers, said = await self._post(body, request.key)
            if status == 200:  # noqa: PLR2004 - HTTP's own number
                return read_reply(said)
            refused = self._newly_refused(status, said, body)
            if not refused:
                self._refuse(status, headers, said, request)
            self._refused.add((request.prompt, refused))

    async def _post(
        self, body: Mapping[str, Json], key: str
    ) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Idempotency-Key": key, "Content-Type": "application/json"}
        url, data = f"{self._base}/chat/completions", msgspec.json.encode(body)
        said = bytearray()
        try:
            async with self._open.post(
                url, data=data, headers=headers, allow_redirects=False
            ) as response:
                async for chunk in response.content.iter_any():
                    said += chunk
                    if len(said) > LARGEST:
                        raise Fault(f"{self._base}: a reply without end")
                return response.status, response.headers, self._without_key(bytes(said))
        except AWAY as error:
            billed = not isinstance(error, UNSENT)
            raise Fault(f"{self._base}: {_said(error)}", billed=billed) from error

    def _body(self, request: Request) -> dict[str, Json]:
        """Write a request as the endpoint takes it: without what it has refused before."""
        body: dict[str, Json] = {
            "model": request.model,
            "messages": request.messages,
            "temperature": request.temperature,
            "max_tokens": request.max_tokens,
            "seed": request.seed,
        }
        if request.schema is not None:
            name = re.sub(r"[^A-Za-z0-9_-]", "_", request.prompt)[:64] or "reply"
            asked = {"name": name, "schema": request.schema, "strict": strict(request.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": asked}
        if (request.prompt, "max_tokens") in self._refused:
            body["max_completion_tokens"] = request.max_tokens
        return {k: v for k, v in body.items() if (request.prompt, k) not in self._refused}

    def _newly_refused(self, status: int, said: bytes, body: Mapping[str, Json]) -> str:
        """Name the optional field that the endpoint complains of; "" when it is none.

        What is refused is remembered by prompt: an odd schema in one says nothing of the others.
        """
        if status not in (400, 422):
            return ""
        words = words_of(said, most=2000)
        return next((f for f, told in REFUSALS.items() if f in body and told.search(words)), "")

    def _refuse(
        self, status: int, headers: Mapping[str, str], said: bytes, request: Request
    ) -> None:
        self._refuse_always(status, headers)
        words = f"{self._base}: {status} {words_of(said)}".strip()
        if status in PASSING or status >= 500:  # noqa: PLR2004 - HTTP's own number
            told = pause(headers.get("Retry-After", ""))
            raise Fault(words, told, billed=status in TIMED_OUT)
        if status == 404:  # noqa: PLR2004 - HTTP's own number
            what = f"no model {request.model!r} there ({words})"
            raise BadInput(what, "mend --teacher, or --base-url (it mostly ends in /v1)")
        raise Reject("refused_by_endpoint", words)

    def _refuse_always(self, status: int, headers: Mapping[str, str]) -> None:
        """Tell the user what is wrong whichever request it is."""
        if status in (401, 403):
            given = f"the key in {self._key_env}" if self._key else "a request without a key"
            what = f"{self._base} refuses {given} ({status})"
            raise BadInput(what, f"set {self._key_env} to a key that is valid there")
        if status == 402:  # noqa: PLR2004 - HTTP's own number
            raise BadInput(f"{self._base} wants to be paid first (402)", "top up, and run it again")
        if status in (301, 302, 303, 307, 308):
            where = words_of(self._without_key(headers.get("Location", "elsewhere").encode()))
            raise BadInput(f"{self._base} redirects to {where}", "give the final --base-url")

    def _without_key(self, said: bytes) -> bytes:
        """Give what an endpoint said; when it echoes the key, that is neither shown nor kept."""
        secret = len(self._key) >= SECRET
        return said.replace(self._key.encode(), b"[key]") if secret else said


def _said(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
