"""An OpenAI-compatible chat-completions endpoint.

Tells apart what may pass (Fault), what the user must mend (BadInput) and what is wrong with one
request (Reject). Sends to nowhere but its base address, and keeps the key to itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, NoReturn, Self

import aiohttp
import msgspec

from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.completion import pause, read_reply, words_of, write_body
from buttonup.model.door import Reply, Request
from buttonup.records import Json
from buttonup.store.whole import append

PASSING = {408, 409, 425, 429}  # and all from 500 on: these may pass
LARGEST = 32 * 2**20  # bytes of a reply; more is no chat completion
LARGEST_FILE = 2**32  # bytes of a file that is fetched; 50,000 long replies are a sixth of that
FILE_TAKES = 3600  # seconds that a file may be on its way
SECRET = 16  # characters; a shorter key ("EMPTY") is a stand-in, and replies may say it
CONNECTING = 20  # seconds to reach a host, and for it to say that it is there
ADDRESS = re.compile(r"https?://[^\s/@?#]+(?:/[^\s@?#]*)?")
AWAY = (aiohttp.ClientError, TimeoutError, OSError, UnicodeError)  # the last: an impossible host

REFUSALS = {
    "response_format": re.compile(r"response_format|schema|grammar|structured", re.IGNORECASE),
    "seed": re.compile(r"\bseed\b"),
    "temperature": re.compile(r"\btemperature\b"),
    "max_tokens": re.compile(r"\bmax_completion_tokens\b.*instead|instead.*max_completion_tokens"),
}
"""Fields that some endpoints or models refuse, with the words they do it in. The request then goes
without: the prompt says the schema in words too, and `max_tokens` goes under its newer name."""


class Answer(NamedTuple):
    """What came back over HTTP; the key, where it is echoed, is taken out."""

    status: int
    headers: Mapping[str, str]
    said: bytes


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
            body = self.body(request)
            sent = {"Idempotency-Key": request.key, "Content-Type": "application/json"}
            told = await self.exchange(
                "POST", "/chat/completions", data=msgspec.json.encode(body), headers=sent
            )
            if told.status == 200:  # noqa: PLR2004 - HTTP's own number
                return read_reply(told.said)
            if not self.learns(told, request, body.keys()):
                self.refuse(told, request.model)

    async def exchange(
        self,
        method: str,
        path: str,
        *,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        into: BinaryIO | None = None,
    ) -> Answer:
        """Send something to a path below the base address, and give what comes back.

        `into` takes the body of a 200 instead, however large. It may hold the key.
        Raises  Fault where nobody answers, or the body is torn or has no end
        """
        most = LARGEST_FILE if into else LARGEST
        said = bytearray()
        try:
            async with self._open.request(
                method,
                f"{self._base}{path}",
                data=data,
                headers=headers,
                allow_redirects=False,
                timeout=self._waits(
                    for_file=into is not None or isinstance(data, aiohttp.FormData)
                ),
            ) as response:
                async for chunk in response.content.iter_any():
                    if (most := most - len(chunk)) < 0:
                        raise Fault(f"{self._base}: a reply without end")
                    if into and response.status == 200:  # noqa: PLR2004 - HTTP's own number
                        append(into, chunk)
                    else:
                        said += chunk
                return Answer(response.status, response.headers, self.without_key(bytes(said)))
        except AWAY as error:
            raise Fault(f"{self._base}: {_said(error)}") from error

    def _waits(self, *, for_file: bool) -> aiohttp.ClientTimeout:
        total = max(FILE_TAKES, self._timeout) if for_file else self._timeout
        return aiohttp.ClientTimeout(total, sock_connect=CONNECTING, sock_read=self._timeout)

    def body(self, request: Request) -> dict[str, Json]:
        """Write a request as the endpoint takes it: without what it has refused before."""
        without = {field for prompt, field in self._refused if prompt == request.prompt}
        return write_body(request, without)

    def learns(self, told: Answer, request: Request, sent: Collection[str]) -> bool:
        """Say whether the endpoint complains of an optional field of those that were sent.

        What is refused is remembered by prompt: an odd schema in one says nothing of the others.
        """
        if told.status not in (400, 422):
            return False
        words = words_of(told.said, most=2000)
        refused = next((f for f, by in REFUSALS.items() if f in sent and by.search(words)), "")
        if refused:
            self._refused.add((request.prompt, refused))
        return bool(refused)

    def refuse(self, told: Answer, model: str) -> NoReturn:
        """Raise what an answer that is no 200 means: Fault, BadInput or Reject."""
        self._refuse_always(told.status, told.headers)
        words = f"{self._base}: {told.status} {words_of(told.said)}".strip()
        if told.status in PASSING or told.status >= 500:  # noqa: PLR2004 - HTTP's own number
            raise Fault(words, pause(told.headers.get("Retry-After", "")))
        if told.status == 404:  # noqa: PLR2004 - HTTP's own number
            what = f"no model {model!r} there ({words})"
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
            where = words_of(self.without_key(headers.get("Location", "elsewhere").encode()))
            raise BadInput(f"{self._base} redirects to {where}", "give the final --base-url")

    def without_key(self, said: bytes) -> bytes:
        """Give what an endpoint said; when it echoes the key, that is neither shown nor kept."""
        secret = len(self._key) >= SECRET
        return said.replace(self._key.encode(), b"[key]") if secret else said


def _said(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
