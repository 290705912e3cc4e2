"""What is compared: a sample's request, its whole trajectory, or the functions that it shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from buttonup.formats import adopt
from buttonup.records import (
    Assistant,
    Conversation,
    Function,
    Message,
    Sample,
    Tool,
    Trajectory,
    User,
    encode,
    leaves,
)

Of = Literal["requests", "functions", "trajectories"]


class Piece(NamedTuple):
    """Something that may have a twin."""

    key: str
    """Its content address: that of the sample, or of the function."""
    text: str
    values: tuple[str, ...] = ()
    """What its calls are given, which is particular to it; what has several words comes first."""


def trajectory(item: Sample | Conversation) -> Trajectory:
    """Give the trajectory of a sample, ours or not."""
    return item.trajectory if isinstance(item, Sample) else adopt(item)


def request(item: Sample | Conversation) -> Piece:
    """Give all that the user says, a line a turn."""
    t = trajectory(item)
    return Piece(item.key, "\n".join(said(t)), values(t))


def whole(item: Sample | Conversation) -> Piece:
    """Give everything that is said, called and returned, a line a message."""
    t = trajectory(item)
    return Piece(item.key, "\n".join(map(_told, t.messages)), values(t))


def functions(item: Sample | Conversation) -> Iterator[tuple[Piece, Function]]:
    """Go through the functions shown: name, description and parameters are what is compared."""
    for function in trajectory(item).functions:
        yield Piece(function.key, told(function)), function


def said(t: Trajectory) -> list[str]:
    """List what the user says, turn by turn."""
    return [m.content for m in t.messages if isinstance(m, User)]


def values(t: Trajectory) -> tuple[str, ...]:
    """List the strings that calls are given, the longest first."""
    calls = (c for m in t.messages if isinstance(m, Assistant) for c in m.calls)
    found = {v for c in calls for _, v in leaves(c.arguments) if isinstance(v, str) and v}
    return tuple(sorted(found, key=lambda v: (-len(v), v)))


def told(function: Function) -> str:
    """Give a function as plain words: its name, its description, and its parameters."""
    given = ", ".join(parameters(function))
    return f"{function.name.replace('_', ' ')}: {function.description} ({given})"


def parameters(function: Function) -> tuple[str, ...]:
    """List the names of a function's parameters, as they stand."""
    properties = function.parameters.get("properties")
    return tuple(properties) if isinstance(properties, dict) else ()


def _told(message: Message) -> str:
    match message:
        case User(content=content):
            return content
        case Tool(result=result):
            return encode(result).decode()
        case Assistant(thought=thought, calls=calls, answer=answer):
            return " ".join((thought, *(f"{c.name}({c.raw})" for c in calls), answer)).strip()
