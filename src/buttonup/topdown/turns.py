"""Whose turn it is, and the conversation that follows from it.

The transcript is the state: a conversation can be gone on with from any prefix.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

from buttonup.errors import Reject
from buttonup.records import Assistant, Call, Tool, Trajectory, User, UserTurn

Role = Literal["user", "assistant", "tool"]

Speak = Callable[[Trajectory], Awaitable[Trajectory]]
"""A member of the cast: adds its messages to a trajectory."""


def next_role(t: Trajectory) -> Role | None:
    """Say whose turn it is; None when the conversation has ended.

    What the assistant tells the user ends it, unless the user has more turns to take.
    """
    if pending(t):
        return "tool"
    match t.messages[-1:]:
        case ():
            return "user"
        case (User() | Tool(),):
            return "assistant"
        case _:
            return "user" if asked(t) < len(t.blueprint.turns) else None


def asked(t: Trajectory) -> int:
    """Count the user's turns."""
    return [type(m) for m in t.messages].count(User)


def to_say(t: Trajectory) -> UserTurn:
    """Give what the user is to say next; without turns, the composite task as it stands."""
    turns = t.blueprint.turns[asked(t) :]
    return turns[0] if turns else UserTurn(t.blueprint.task.text)


def pending(t: Trajectory) -> tuple[Call, ...]:
    """List the calls that the assistant last made and that have no result yet."""
    answered: set[str] = set()
    for message in reversed(t.messages):
        match message:
            case Tool(call_id=id):
                answered.add(id)
            case Assistant(calls=calls):
                return tuple(c for c in calls if c.id not in answered)
            case User():
                return ()
    return ()


def turns_taken(t: Trajectory) -> int:
    """Count the assistant's turns."""
    return [type(m) for m in t.messages].count(Assistant)


def calls_made(t: Trajectory) -> tuple[Call, ...]:
    """List every call of the conversation, in order."""
    return tuple([c for m in t.messages if isinstance(m, Assistant) for c in m.calls])


async def answered(t: Trajectory, cast: Mapping[Role, Speak]) -> Trajectory:
    """Let the tools and the user speak until the assistant is to, or all has been said."""
    while (role := next_role(t)) not in ("assistant", None):
        t = await cast[role](t)
    return t


async def converse(t: Trajectory, cast: Mapping[Role, Speak], max_turns: int) -> Trajectory:
    """Let the cast speak in turn until the conversation ends.

    Units    max_turns: turns of the assistant, those of the given prefix included
    Rejects  "too_long" when the assistant would need more turns
    """
    while next_role(t := await answered(t, cast)) is not None:
        if turns_taken(t) >= max_turns:
            raise Reject("too_long", f"no end after {max_turns} turns")
        t = await cast["assistant"](t)
    return t
