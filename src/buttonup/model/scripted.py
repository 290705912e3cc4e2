"""A model that is a function: for tests, demonstrations and dry runs. No network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from buttonup.model.door import Reply, Request


@dataclass(slots=True)
class Scripted:
    """Answer each request with what `script` gives for it: a text, or a whole Reply.

        Scripted(lambda request: '{"answer": "yes"}')

    The script sees the request, so replies do not depend on the order of calls. It may raise
    Fault or Reject as an endpoint would. `asked` keeps every request, in order of arrival.
    """

    script: Callable[[Request], str | Reply]
    asked: list[Request] = field(default_factory=list)

    async def __call__(self, request: Request, /) -> Reply:
        """Answer."""
        self.asked.append(request)
        reply = self.script(request)
        if isinstance(reply, Reply):
            return reply
        words = sum(len(turn.content.split()) for turn in request.messages)
        return Reply(text=reply, prompt_tokens=words, completion_tokens=len(reply.split()))
