"""The one door to language models: a request in, a reply out.

Everything that talks to a model, from an HTTP endpoint to a scripted stand-in, is a `Model`; the
journal, retries and limits are wrappers that are `Model`s themselves.
"""

from __future__ import annotations

import hashlib
from typing import Literal, Protocol

from buttonup.once import lazily
from buttonup.records import Json, Record, Schema, encode


class Turn(Record):
    """One message of a prompt, as chat completions write it."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[Json, ...] = ()
    """The assistant's calls, where the request has tools."""
    tool_call_id: str = ""
    """The call that a result answers."""
    name: str = ""
    """The function that gave it."""
    reasoning_content: str = ""


class Request(Record, dict=True, gc=True):
    """All that decides a reply. Its `key` is the address under which the reply is journalled."""

    model: str
    messages: tuple[Turn, ...]
    schema: Schema | None = None
    """JSON Schema that the reply's text must fit; None for free text."""
    temperature: float = 0.7
    max_tokens: int = 2048
    seed: int = 0
    """Passed to the endpoint; also tells apart two draws of the same prompt."""
    prompt: str = ""
    """Name of the prompt template: what meters and reports count by."""
    tools: tuple[Json, ...] = ()
    """Functions that may be called, as chat completions write them."""
    tool_choice: Literal["", "none"] = ""
    """none: the server shows the functions, and leaves calls in the text."""
    text: str = ""
    """Instead of messages: the text that the model goes on with, which no template is put around.
    Endpoints take it, batches do not."""
    stop: tuple[str, ...] = ()
    """Texts before which the reply ends."""

    @lazily
    def encoded(self) -> bytes:
        """Canonical JSON; kept, as each wrapper on the way needs it."""
        return encode(self)

    @lazily
    def key(self) -> str:
        """As of any record: 16 hex digits of sha256 over the canonical JSON."""
        return hashlib.sha256(self.encoded).hexdigest()[:16]


class Reply(Record):
    """What came back."""

    text: str
    finish: str = "stop"
    """The endpoint's finish_reason: "stop", "length", "content_filter", …"""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    reasoning: str = ""
    """A reasoning model's separate reasoning; recorded, never part of `text`."""
    calls: tuple[Json, ...] = ()
    """Calls of the request's tools, as chat completions write them."""


class Model(Protocol):
    """Anything that answers a request. Raises Fault (may pass) or Reject (this request is bad)."""

    async def __call__(self, request: Request, /) -> Reply:
        """Answer."""
        ...
