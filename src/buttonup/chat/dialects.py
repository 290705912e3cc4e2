"""How a template wants a conversation told: what differs between them is in one record."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Literal

from buttonup.chat.syntaxes import SYNTAXES, Syntax
from buttonup.errors import Reject
from buttonup.formats import turns
from buttonup.formats.openai import message, tools
from buttonup.records import Assistant, Call, Conversation, Json, Message, Record, Tool, User

__all__ = ["DIALECTS", "Dialect", "messages", "tools"]


class Dialect(Record):
    """What a template reads."""

    thought: Literal["reasoning", "content", "none"] = "reasoning"
    """Where a thought stands: in a place of its own, before the calls as content, or nowhere."""
    arguments: Literal["object", "string"] = "object"
    ids: Literal["given", "nine"] = "given"
    """nine: every id is nine letters and digits, as Mistral's templates demand."""
    calls: str = ""
    """The syntax in which it writes calls; empty when none is known."""

    @property
    def syntax(self) -> Syntax | None:
        """How the calls that it writes are read back."""
        return next((one for one in SYNTAXES if one.name == self.calls), None)


DIALECTS = tuple(
    Dialect(thought, arguments, ids)  # type: ignore[arg-type]
    for ids, arguments, thought in itertools.product(
        ("given", "nine"), ("object", "string"), ("reasoning", "content", "none")
    )
)
"""The ways to tell a conversation, the most telling first."""


def messages(c: Conversation, to: Dialect) -> list[Json]:
    """Write the messages of a conversation as a template in this dialect reads them.

    A thought without calls, where it has no place of its own, is left out: an answer that began
    with it would tell the user.
    Rejects  "malformed_arguments", "tag_in_text"
    """
    system = turns.system(c)
    ids = _Ids(to)
    shown = [{"role": "system", "content": system}] if system else []
    return [*shown, *(_written(m, to, ids) for m in c.messages)]


class _Ids:
    """Ids as a dialect wants them: those that are there, or short ones in their order."""

    def __init__(self, to: Dialect) -> None:
        self._given = to.ids == "given"
        self._made: dict[str, str] = {}

    def of(self, id: str) -> str:
        """Give the id that a call, and what answers it, is written with."""
        if self._given:
            return id
        return self._made.setdefault(id, f"c{len(self._made) + 1:08}")


def _written(m: Message, to: Dialect, ids: _Ids) -> dict[str, Json]:
    match m:
        case Assistant():
            return dict(_turn(m, to, ids))
        case Tool():
            return {**message(m), "tool_call_id": ids.of(m.call_id)}
        case User():
            return message(m)


def _turn(turn: Assistant, to: Dialect, ids: _Ids) -> Iterator[tuple[str, Json]]:
    yield "role", "assistant"
    if to.thought == "content" and turn.calls:
        yield "content", "\n\n".join(filter(None, (turn.thought, turn.answer)))
    else:
        yield "content", turn.answer
    if to.thought == "reasoning" and turn.thought:
        yield "reasoning_content", turn.thought
        yield "thinking", turn.thought  # as transformers does, for gpt-oss and LFM2
        if turn.calls:
            yield "tool_plan", turn.thought  # Cohere's name for it
    if turn.calls:
        yield "tool_calls", [_call(call, to, ids) for call in turn.calls]


def _call(call: Call, to: Dialect, ids: _Ids) -> dict[str, Json]:
    if call.arguments is None:
        raise Reject("malformed_arguments", call.raw[:80])
    given = call.arguments if to.arguments == "object" else call.raw
    return {
        "id": ids.of(call.id),
        "type": "function",
        "function": {"name": call.name, "arguments": given},
    }
