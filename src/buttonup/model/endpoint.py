"""An OpenAI-compatible chat-completions endpoint.

Tells apart what may pass (Fault), what the user must mend (BadInput) and what is wrong with one
request (Reject). Sends to nowhere but its base address, and keeps the key to itself.
"""

from __future__ import annotations

import asyncio
import atexit
import re
import time
from collections.abc import Collection
from datetime import timedelta
from types import TracebackType
from typing import BinaryIO, NamedTuple, NoReturn, Self

import msgspec
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import (
    DetailedPyreqwestError,
    PyreqwestError,
    RequestTimeoutError,
)
from pyreqwest.http import Url
from pyreqwest.multipart import FormBuilder
from pyreqwest.request import RequestBuilder
from pyreqwest.response import Response

from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.completion import pause, read_reply, words_of, write_body
from buttonup.model.door import Reply, Request
from buttonup.records import Json
from buttonup.store.whole import append

PASSING = {408, 409, 425, 429}  # and all from 500 on: these may pass
TIMED_OUT = {408, 504, 524}  # whoever is behind may have answered all the same
BUSY = {429, 503, 529}  # too much is asked of it; 529 is Anthropic's "overloaded"
LARGEST = 32 * 2**20  # bytes of a reply; more is no chat completion
LARGEST_FILE = 2**32  # bytes of a file that is fetched; 50,000 long replies are a sixth of that
FILE_TAKES = 3600.0  # seconds that a file may be on its way
SECRET = 16  # characters; a shorter key ("EMPTY") is a stand-in, and replies may say it
SETTLING = 0.1  # seconds from the last answer to an end: the client's thread has then let go of it,
# while an interpreter that ends before is aborted (pyreqwest 0.15: 1 in 4 that fail at once)
IDLE = 15  # seconds after which an unused connection is closed, before most servers do
CONNECTING = 20  # seconds to reach a host, and for it to say that it is there
ADDRESS = re.compile(r"https?://[^\s/@?#]+(?:/[^\s@?#]*)?")
QUOTA = re.compile(r"insufficient_quota|exceeded your current quota|insufficient (?:funds|balance)")
"""Words of a 429 that no waiting mends."""

REFUSALS = {
    "response_format": re.compile(r"response_format|schema|grammar|structured", re.IGNORECASE),
    "seed": re.compile(r"\bseed\b"),
    "temperature": re.compile(r"\btemperature\b"),
    "max_tokens": re.compile(r"\bmax_completion_tokens\b.*instead|instead.*max_completion_tokens"),
}
"""Fields that some endpoints or models refuse, with the words they do it in. The request then goes
without: the prompt says the schema in words too, and `max_tokens` goes under its newer name."""


class Heard:
    """When anything was last heard over HTTP; whoever hears says so."""

    last = float("-inf")


@atexit.register
def _settle() -> None:
    """Let the client's thread let go of the last answer before the interpreter ends."""
    time.sleep(max(0.0, Heard.last + SETTLING - time.monotonic()))


def strict_client(seconds: float, connecting: float) -> ClientBuilder:
    """Begin a client that goes where it is sent and nowhere else: no redirect, no proxy.

    A reply may take `seconds`, reaching a host `connecting`.
    """
    return (
        ClientBuilder()
        .timeout(timedelta(seconds=seconds))
        .connect_timeout(timedelta(seconds=connecting))
        .pool_idle_timeout(timedelta(seconds=IDLE))
        .follow_redirects(enable=False)
        .no_proxy()
        .user_agent("buttonup")
    )


class Answer(NamedTuple):
    """What came back, all of it; the key, where it is echoed, is taken out."""

    status: int
    said: bytes
    retry_after: str = ""
    date: str = ""
    location: str = "elsewhere"


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
        if not _is_address(base):
            raise BadInput("the base URL is no address", "write it as https://HOST:PORT/v1")
        self._base, self._key, self._key_env = base, (key or "").strip(), key_env
        if not (self._key.isascii() and self._key.isprintable()):
            raise BadInput(f"the key in {key_env} is no key", "it has odd characters; set it again")
        self._timeout = timeout
        self._refused: set[tuple[str, str]] = set()
        self._client: Client | None = None

    async def __aenter__(self) -> Self:
        # how many connections at once is `Limited`'s to say
        self._client = strict_client(self._timeout, CONNECTING).max_connections(None).build()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.close()

    @property
    def _open(self) -> Client:
        assert self._client is not None, "use `async with Endpoint(...)`"
        return self._client

    async def probe(self) -> None:
        """Ask whether anybody is there. Raises BadInput when nobody is, or the key is refused."""
        asked = self._open.get(f"{self._base}/models").timeout(timedelta(seconds=CONNECTING))
        try:
            answer = await self._answered(asked)
        except Fault as fault:
            what = f"nobody answers at {fault}"
            raise BadInput(what, "start the server, or mend --base-url") from fault
        self._refuse_always(answer)

    async def __call__(self, request: Request, /) -> Reply:
        """Answer a request.

        Rejects  "refused_by_endpoint" with what it said
        Raises   Fault for what may pass; BadInput when the key or the model is refused
        """
        while True:
            body = self.body(request)
            headers = {"Idempotency-Key": request.key, "Content-Type": "application/json"}
            path = "completions" if request.text else "chat/completions"
            asked = self._open.post(f"{self._base}/{path}").headers(headers)
            answer = await self._answered(asked.body_bytes(msgspec.json.encode(body)))
            if answer.status == 200:  # noqa: PLR2004 - HTTP's own number
                return read_reply(answer.said)
            if not self.learns(answer, request, body.keys()):
                self.refuse(answer, request.model)

    async def exchange(
        self,
        method: str,
        path: str,
        content: bytes | FormBuilder | None = None,
        into: BinaryIO | None = None,
    ) -> Answer:
        """Send JSON, a form or nothing to a path below the base address, and give what comes back.

        `into` takes the body of a 200 instead, however large. It may hold the key.
        Raises  Fault where nobody answers, or the body is torn or has no end
        """
        asked = self._open.request(method, f"{self._base}{path}")
        if isinstance(content, bytes):
            asked = asked.header("Content-Type", "application/json").body_bytes(content)
        elif content:
            asked = asked.multipart(content)
        if into is not None or isinstance(content, FormBuilder):
            asked = asked.timeout(timedelta(seconds=max(FILE_TAKES, self._timeout)))
        return await self._answered(asked, into)

    async def _answered(self, asked: RequestBuilder, into: BinaryIO | None = None) -> Answer:
        """Send a request and read all that comes back. Raises Fault."""
        if self._key:
            asked = asked.bearer_auth(self._key)
        try:
            async with asked.build_streamed() as response:
                return await self._read(response, into)
        except (PyreqwestError, OverflowError, ValueError) as error:
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError from error  # pyreqwest lets an error that is there win
            busy, billed = isinstance(error, RequestTimeoutError), not _unsent(error)
            words = f"{self._base} ({innermost(error)})"
            raise Fault(words, busy=busy, billed=billed) from error
        finally:
            Heard.last = time.monotonic()

    async def _read(self, response: Response, into: BinaryIO | None) -> Answer:
        said = bytearray()
        file = into if response.status == 200 else None  # noqa: PLR2004 - HTTP's own number
        left = LARGEST_FILE if file else LARGEST
        while (chunk := await response.body_reader.read_chunk()) is not None:
            if (left := left - len(chunk)) < 0:
                raise Fault(f"{self._base}: a reply without end")
            if file:
                append(file, bytes(chunk))
            else:
                said += chunk
        return Answer(
            status=response.status,
            said=self.without_key(bytes(said)),
            retry_after=response.get_header("Retry-After") or "",
            date=response.get_header("Date") or "",
            location=response.get_header("Location") or "elsewhere",
        )

    def body(self, request: Request) -> dict[str, Json]:
        """Write a request as the endpoint takes it: without what it has refused before."""
        without = {field for prompt, field in self._refused if prompt == request.prompt}
        return write_body(request, without)

    def learns(self, answer: Answer, request: Request, sent: Collection[str]) -> bool:
        """Say whether the endpoint complains of an optional field of those that were sent.

        What is refused is remembered by prompt: an odd schema in one says nothing of the others.
        """
        if answer.status not in (400, 422):
            return False
        words = words_of(answer.said, most=2000)
        refused = next((f for f, by in REFUSALS.items() if f in sent and by.search(words)), "")
        if refused:
            self._refused.add((request.prompt, refused))
        return bool(refused)

    def refuse(self, answer: Answer, model: str) -> NoReturn:
        """Raise what an answer that is no 200 means: Fault, BadInput or Reject."""
        self._refuse_always(answer)
        status = answer.status
        words = f"{self._base}: {status} {words_of(answer.said)}".strip()
        if status in PASSING or status >= 500:  # noqa: PLR2004 - HTTP's own number
            wait, billed = pause(answer.retry_after, answer.date), status in TIMED_OUT
            raise Fault(words, wait, busy=status in BUSY, billed=billed)
        if status == 404:  # noqa: PLR2004 - HTTP's own number
            what = f"no model {model!r} there ({words})"
            raise BadInput(what, "mend --teacher, or --base-url (it mostly ends in /v1)")
        raise Reject("refused_by_endpoint", words)

    def _refuse_always(self, answer: Answer) -> None:
        """Tell the user what is wrong whichever request it is."""
        status = answer.status
        if status in (401, 403):
            given = f"the key in {self._key_env}" if self._key else "a request without a key"
            what = f"{self._base} refuses {given} ({status})"
            raise BadInput(what, f"set {self._key_env} to a key that is valid there")
        if status == 402 or (status == 429 and QUOTA.search(words_of(answer.said))):  # noqa: PLR2004 - HTTP's own numbers
            what = f"{self._base} wants to be paid first ({status})"
            raise BadInput(what, "top up, and run it again")
        if status in (301, 302, 303, 307, 308):
            where = words_of(self.without_key(answer.location.encode()))
            raise BadInput(f"{self._base} redirects to {where}", "give the final --base-url")

    def without_key(self, said: bytes) -> bytes:
        """Give what an endpoint said; when it echoes the key, that is neither shown nor kept."""
        secret = len(self._key) >= SECRET
        return said.replace(self._key.encode(), b"[key]") if secret else said


def _is_address(text: str) -> bool:
    try:
        return bool(ADDRESS.fullmatch(text) and Url(text))
    except ValueError:  # such as a port of 99999
        return False


def _unsent(error: Exception) -> bool:
    """Say whether nobody was reached.

    The client's own classes do not tell: a reply that was cut off is a `ConnectError` of it too,
    and one that takes too long a `ConnectTimeoutError`.
    """
    causes = error.details["causes"] if isinstance(error, DetailedPyreqwestError) else None
    return any(cause["message"] == "client error (Connect)" for cause in causes or ())


def innermost(error: Exception) -> str:
    """Give the words of the innermost cause: the others only repeat that a request failed."""
    causes = error.details["causes"] or [] if isinstance(error, DetailedPyreqwestError) else []
    words = causes[-1]["message"] if causes else str(error)
    return " ".join(words.split()) or type(error).__name__
