"""Models as players: calls in the text of a reply, or native ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import msgspec
from msgspec.structs import replace

from buttonup.errors import Reject
from buttonup.evaluate.native import ChatRequest
from buttonup.evaluate.suite import offered
from buttonup.formats import hermes, openai
from buttonup.formats.tags import HERMES, TOOL_CALL
from buttonup.model.ask import usage_of
from buttonup.model.door import Model, Reply, Request, Turn
from buttonup.model.tally import count
from buttonup.records import Assistant, Conversation, Json, decode, digest

Calls = Literal["native", "hermes"]
"""native: `tools` and `tool_calls` of chat completions. hermes: tags in the text, as the format."""

ROLES: dict[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "human": "user",
    "gpt": "assistant",
    "tool": "user",
}


class Sampling(msgspec.Struct, frozen=True):
    """How a model is asked."""

    calls: Calls = "native"
    temperature: float = 0.0
    max_tokens: int = 1024
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ModelPlayer:
    """A model that plays one trial."""

    model: Model
    name: str
    sampling: Sampling
    trial: int = 0

    async def __call__(self, conversation: Conversation) -> Assistant:
        """Speak the next turn.

        Rejects  what stands for an inference error: the endpoint refuses the request or filters
                 its reply, or a text of the task cannot be written in the format
        """
        write, read = WAYS[self.sampling.calls]
        request = write(conversation, self._blank())
        reply = await self.model(request)
        count(self.name, usage_of(reply))
        if reply.finish == "content_filter":
            raise Reject("filtered", "the endpoint refused to answer")
        return _renumbered(read(reply), conversation)

    def _blank(self) -> ChatRequest:
        k = self.sampling
        return ChatRequest(
            model=self.name,
            messages=(),
            temperature=k.temperature,
            max_tokens=k.max_tokens,
            seed=int(digest((k.seed, self.trial)), 16) % 2**31,
            prompt=f"evaluate_{k.calls}",
        )


def _renumbered(heard: Assistant, conversation: Conversation) -> Assistant:
    """Number calls through a conversation: ids of a model need not differ from turn to turn."""
    made = sum(len(m.calls) for m in conversation.messages if isinstance(m, Assistant))
    calls = (replace(c, id=f"call_{made + n}") for n, c in enumerate(heard.calls, 1))
    return replace(heard, calls=tuple(calls))


# --- calls in text --------------------------------------------------------------------------------


def write_text(conversation: Conversation, blank: ChatRequest) -> Request:
    """Write a conversation as plain turns, the way that the format `hermes` trains on.

    Rejects  "tag_in_text"
    """
    row = hermes.render(_spoken(conversation))
    turns = tuple(Turn(ROLES[m["from"]], m["value"]) for m in row["conversations"])
    return Request(
        model=blank.model,
        messages=turns,
        temperature=blank.temperature,
        max_tokens=blank.max_tokens,
        seed=blank.seed,
        prompt=blank.prompt,
    )


def _spoken(c: Conversation) -> Conversation:
    """Give a conversation as the format carries it: a turn has calls or an answer."""
    said = tuple(
        Assistant(calls=m.calls) if isinstance(m, Assistant) and m.calls else m for m in c.messages
    )
    return replace(c, messages=said)


def read_text(reply: Reply) -> Assistant:
    """Read the calls out of a text; one whose calls cannot be read is words, without the tags.

    A last <tool_call> may lack its end, as vLLM's parser for Hermes allows.
    """
    text = reply.text
    if text.count(TOOL_CALL.opens) == text.count(TOOL_CALL.closes) + 1:
        text += TOOL_CALL.closes
    try:
        read = hermes.parse({"conversations": [{"from": "gpt", "value": text}]})
        [heard] = read.messages
    except Reject:
        heard = Assistant(answer=text)
    assert isinstance(heard, Assistant)
    return replace(heard, thought=_plain(heard.thought), answer=_plain(heard.answer))


def _plain(words: str) -> str:
    return HERMES.sub(lambda tag: tag[0].strip("<>"), words)


# --- native calls ---------------------------------------------------------------------------------


def write_native(conversation: Conversation, blank: ChatRequest) -> Request:
    """Write a conversation as chat completions take it, with all functions offered so far."""
    row = openai.render(replace(offered(conversation), parallel=None))
    return replace(blank, chat=tuple(row["messages"]), tools=tuple(map(_tool, row["tools"])))


def _tool(tool: dict[str, Json]) -> dict[str, Json]:
    """Leave out what chat completions do not know: the schema of results."""
    return {**tool, "function": {k: v for k, v in tool["function"].items() if k != "responses"}}


def read_native(reply: Reply) -> Assistant:
    """Read a message as chat completions give it; calls without a name are none."""
    try:
        [heard] = openai.parse({"messages": [decode(reply.text, dict[str, Json])]}).messages
    except Reject:
        heard = Assistant(answer=reply.text)
    assert isinstance(heard, Assistant)
    return heard


Write = Callable[[Conversation, ChatRequest], Request]
WAYS: dict[Calls, tuple[Write, Callable[[Reply], Assistant]]] = {
    "native": (write_native, read_native),
    "hermes": (write_text, read_text),
}
