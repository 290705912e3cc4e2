"""An OpenAI-compatible chat-completions endpoint.

Tells apart what may pass (Fault), what the user must mend (BadInput) and what is wrong with one
request (Reject). Sends to nowhere but its base address, and keeps the key to itself.
"""

from __future__ import annotations

import email.utils
import re
import time
from types import TracebackType
from typing import Any, Self

import aiohttp
import msgspec

from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.door import Reply, Request
from buttonup.records import Json

PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 520, 522, 524, 529}  # statuses that may pass
LARGEST = 32 * 2**20  # bytes of a reply; more is no chat completion
THINKING = re.compile(r"\A\s*<think>(.*?)</think>\s*", re.DOTALL)


class Endpoint:
    """Chat completions over HTTP. An async context manager: it holds the connections."""

    def __init__(
        self, base_url: str, key: str | None, *, key_env: str = "", timeout: float = 300.0
    ) -> None:
        if not re.match(r"https?://[^/\s]+", base_url):
            raise BadInput(f"{base_url!r} is no address", "give --base-url http://HOST:PORT/v1")
        self._base = base_url.rstrip("/")
        self._key, self._key_env, self._timeout = key, key_env, timeout
        self._takes_schemas = True
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        self._session = aiohttp.ClientSession(
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=self._timeout, sock_connect=20),
            connector=aiohttp.TCPConnector(limit=0),  # how many at once is `Limited`'s to say
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
        try:
            async with self._open.get(f"{self._base}/models", allow_redirects=False) as response:
                self._refuse_key(response.status)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            words = str(error) or type(error).__name__
            raise BadInput(
                f"nobody answers at {self._base} ({words})", "start the server or mend --base-url"
            ) from error

    async def __call__(self, request: Request, /) -> Reply:
        """Answer a request. Raises Fault, Reject, or BadInput for a refused key or model."""
        status, headers, body = await self._post(request)
        if status in (400, 422) and self._takes_schemas and _names_schemas(body):
            self._takes_schemas = False  # the prompt says the schema in words, always
            status, headers, body = await self._post(request)
        if status != 200:  # noqa: PLR2004 - HTTP's own number
            self._refuse(status, headers, body, request)
        return read_reply(body)

    async def _post(self, request: Request) -> tuple[int, Any, bytes]:
        url, headers = f"{self._base}/chat/completions", {"Idempotency-Key": request.key}
        try:
            async with self._open.post(
                url, data=self._body(request), headers=headers, allow_redirects=False
            ) as response:
                body = await response.content.read(LARGEST)
                if not response.content.at_eof():
                    raise Fault("the reply does not end")
                return response.status, response.headers, body
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Fault(f"{self._base}: {str(error) or type(error).__name__}") from error

    def _body(self, request: Request) -> aiohttp.BytesPayload:
        content: dict[str, Json] = {
            "model": request.model,
            "messages": request.messages,
            "temperature": request.temperature,
            "max_tokens": request.max_tokens,
            "seed": request.seed,
        }
        if request.schema is not None and self._takes_schemas:
            asked = {"name": _name(request.prompt), "schema": request.schema, "strict": False}
            content["response_format"] = {"type": "json_schema", "json_schema": asked}
        return aiohttp.BytesPayload(msgspec.json.encode(content), content_type="application/json")

    def _refuse_key(self, status: int) -> None:
        if status in (401, 403):
            given = f"the key in {self._key_env}" if self._key else "a request without a key"
            raise BadInput(f"{self._base} refuses {given}", f"set {self._key_env} to a valid key")

    def _refuse(self, status: int, headers: Any, body: bytes, request: Request) -> None:
        self._refuse_key(status)
        words = _words(body)
        if status in PASSING:
            raise Fault(f"{self._base}: {status} {words}", _pause(headers.get("Retry-After", "")))
        if status == 404:  # noqa: PLR2004 - HTTP's own number
            raise BadInput(
                f"{self._base} has no model {request.model!r} ({words})", "mend --teacher"
            )
        raise Reject("refused_by_endpoint", f"{status} {words}")


def read_reply(body: bytes) -> Reply:
    """Read a chat completion. Raises Fault for what is none: torn, HTML, empty."""
    try:
        content = msgspec.json.decode(body)
        choice = content["choices"][0]
        message = choice["message"]
        text, thought = _text(message.get("content")), _thought(message)
    except (msgspec.DecodeError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise Fault(f"the reply is no chat completion: {_words(body)}") from error
    if found := THINKING.match(text):
        text, thought = text[found.end() :], thought or found[1].strip()
    used = content.get("usage") or {}
    details = used.get("prompt_tokens_details") or {}
    return Reply(
        text=text,
        finish=str(choice.get("finish_reason") or "stop"),
        prompt_tokens=_count(used.get("prompt_tokens")),
        completion_tokens=_count(used.get("completion_tokens")),
        cached_tokens=_count(details.get("cached_tokens") if isinstance(details, dict) else 0),
        reasoning=thought,
    )


def _text(content: Json) -> str:
    match content:
        case None:
            return ""
        case str():
            return content
        case list():
            return "".join(str(part.get("text", "")) for part in content)
        case _:
            raise TypeError(type(content).__name__)


def _thought(message: dict[str, Json]) -> str:
    thought = message.get("reasoning_content") or message.get("reasoning") or ""
    return thought if isinstance(thought, str) else ""


def _count(value: Json) -> int:
    return value if isinstance(value, int) and value >= 0 else 0


def _name(prompt: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", prompt) or "reply"


def _names_schemas(body: bytes) -> bool:
    return re.search(rb"response_format|json_schema|schema|grammar", body) is not None


def _words(body: bytes) -> str:
    """Say what an error body says, in one short line."""
    try:
        error = msgspec.json.decode(body)["error"]
        said = error.get("message") if isinstance(error, dict) else error
    except (msgspec.DecodeError, RecursionError, LookupError, TypeError):
        said = body[:200].decode("utf-8", "replace")
    return " ".join(str(said).split())[:200]


def _pause(header: str) -> float | None:
    """Read Retry-After, in seconds or as a date."""
    if re.fullmatch(r"\d+(\.\d+)?", header):
        return float(header)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
