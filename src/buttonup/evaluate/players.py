"""Models as players: asked for a turn in one of the ways, and heard."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from buttonup.errors import Reject
from buttonup.evaluate.ways import Way
from buttonup.model.ask import usage_of
from buttonup.model.door import Model, Request
from buttonup.model.tally import count
from buttonup.records import Assistant, Conversation, digest


class Sampling(msgspec.Struct, frozen=True):
    """How a model is asked."""

    calls: str = "native"
    """Name of the way; what journals and meters count by."""
    temperature: float = 0.0
    max_tokens: int = 1024
    seed: int = 0


@dataclass(frozen=True, slots=True)
class ModelPlayer:
    """A model that plays one trial."""

    model: Model
    name: str
    way: Way
    sampling: Sampling
    trial: int = 0

    async def __call__(self, conversation: Conversation) -> Assistant:
        """Speak the next turn.

        Rejects  what stands for an inference error: the endpoint refuses the request or filters
                 its reply, or a text of the task cannot be written in the format
        """
        request = self.way.write(conversation, self._blank())
        reply = await self.model(request)
        count(self.name, usage_of(reply))
        if reply.finish == "content_filter":
            raise Reject("filtered", "the endpoint refused to answer")
        return _renumbered(self.way.read(conversation, reply), conversation)

    def _blank(self) -> Request:
        k = self.sampling
        return Request(
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
