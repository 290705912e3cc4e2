"""What an evaluation is made of: tasks, who plays them, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from buttonup.evaluate.measures import Measure
from buttonup.records import Assistant, Conversation, Message, Record, User

STEPS = 20
"""Turns of the assistant for one of the user, at most: BFCL's own limit, and that of all suites."""

Player: TypeAlias = Callable[[Conversation], Awaitable[Assistant]]
"""Speaks the next turn of a conversation. Raises Reject where a reply could not be had at all."""


class Played(Record):
    """What a player made of a task."""

    passed: bool
    credit: float
    """How far it was done, 0 to 1; where a suite gives no partial credit, 0 or 1."""
    reason: str = ""
    """Short and stable: what was wrong first; empty when passed."""
    messages: tuple[Message, ...] = ()
    counts: dict[str, float] = {}
    """What the suite's measures are counted from."""


@dataclass(frozen=True, slots=True)
class Task:
    """One task of a suite, which knows how it is played and scored."""

    id: str
    labels: Mapping[str, str]
    """What results are grouped by, such as category or depth."""
    gold: Player
    """Plays it rightly, or is `unknown`."""
    play: Callable[[Player], Awaitable[Played]]


@dataclass(frozen=True, slots=True)
class Suite:
    """Tasks, and what decides which they are and how they are scored."""

    name: str
    version: str
    tasks: tuple[Task, ...]
    measures: tuple[Measure, ...] = ()
    """What is counted beside how many pass."""


async def silent(_conversation: Conversation) -> Assistant:
    """Say nothing and call nothing: whatever this scores is no merit of a model."""
    return Assistant()


async def unknown(_conversation: Conversation) -> Assistant:
    """Stand for a gold player where the data say only what must come of it: no ceiling is known."""
    raise AssertionError


def taken(conversation: Conversation) -> int:
    """Count the assistant's turns so far."""
    return sum(isinstance(m, Assistant) for m in conversation.messages)


def offered(conversation: Conversation) -> Conversation:
    """Show functions that the user has offered like any other, and take them out of the words."""
    later = [f for m in conversation.messages if isinstance(m, User) for f in m.offers]
    said = (User(m.content) if isinstance(m, User) else m for m in conversation.messages)
    return Conversation(
        functions=(*conversation.functions, *later),
        messages=tuple(said),
        parallel=conversation.parallel,
        context=conversation.context,
    )
