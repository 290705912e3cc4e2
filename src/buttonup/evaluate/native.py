"""Chat completions with `tools`: what the door to models leaves out, over the same endpoint.

A request goes through journal, retries, limit and meter like any. Its reply's `text` is the
message as JSON, calls and all.
Source: OpenAI's chat completions, as vLLM and llama.cpp serve them too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from buttonup.errors import Fault
from buttonup.model.completion import read_reply, words_of
from buttonup.model.door import Reply, Request
from buttonup.records import Json, encode

if TYPE_CHECKING:
    from buttonup.model.endpoint import Endpoint


class ChatRequest(Request, dict=True, gc=True):
    """A request whose messages are as chat completions write them; `messages` is left empty."""

    chat: tuple[Json, ...] = ()
    tools: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Native:
    """A model at an endpoint that takes tools."""

    endpoint: Endpoint

    async def __call__(self, request: Request, /) -> Reply:
        """Answer. Rejects and raises as an endpoint does."""
        assert isinstance(request, ChatRequest)
        while True:
            body = self.endpoint.body(request) | {"messages": request.chat}
            if request.tools:
                body["tools"] = request.tools
            content = msgspec.json.encode(body)
            answer = await self.endpoint.exchange("POST", "/chat/completions", content)
            if answer.status == 200:  # noqa: PLR2004 - HTTP's own number
                return read_message(answer.said)
            if not self.endpoint.learns(answer, request, body.keys()):
                self.endpoint.refuse(answer, request.model)


def read_message(body: bytes) -> Reply:
    """Read a chat completion; `text` is what of its message is not reasoning, as JSON.

    Raises  Fault for what is none
    """
    reply = read_reply(body)
    message: Any = msgspec.json.decode(body)["choices"][0]["message"]
    calls = message.get("tool_calls") or []
    if not isinstance(calls, list) or not all(isinstance(one, dict) for one in calls):
        raise Fault(f"the reply is no chat completion: {words_of(body)}")
    kept = {"role": "assistant", "content": reply.text, "reasoning_content": reply.reasoning}
    said = kept | ({"tool_calls": calls} if calls else {})
    return msgspec.structs.replace(reply, text=encode(said).decode())
