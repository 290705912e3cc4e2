"""One vote: what the judge is shown, and the class that its reply must fit.

The class is made from the axes that are asked for, so that the schema that is sent, the check of
the reply and the rubric have one source.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Annotated, Any, Protocol, cast

import msgspec

from buttonup.formats import exported
from buttonup.judge.rubric import Axis, of_turns, rubric
from buttonup.records import Assistant, Function, Message, Tool, Trajectory, User, encode

Mark = Annotated[int, msgspec.Meta(ge=1, le=5)]
Words = Annotated[str, msgspec.Meta(description="One sentence that names the line it rests on.")]


class Marked(msgspec.Struct, forbid_unknown_fields=True):
    """The reason, then the score: a score that comes first is only defended after."""

    why: Words
    score: Mark


class TurnVote(Protocol):
    """A vote on one turn; a field of each turn's axis holds its score."""

    line: int
    why: str


class Vote(Protocol):
    """One vote; a field of each axis holds what is `Marked`."""

    reading: str
    turns: list[TurnVote]


Reading = Annotated[
    str, msgspec.Meta(description="What you find, call by call and answer by answer. Brief.")
]


@functools.cache
def vote_class(axes: tuple[Axis, ...], turns: bool) -> type[Vote]:
    """Make the class of a vote on these axes, and of each turn where that is asked."""
    fields: list[tuple[str, Any]] = [("reading", Reading)]
    if turns:
        numbered = Annotated[int, msgspec.Meta(description="The number of the A line.")]
        scores = [(axis, Mark) for axis in of_turns(axes)]
        one = msgspec.defstruct("TurnVote", [("line", numbered), ("why", Words), *scores])
        fields.append(("turns", Annotated[list[one], msgspec.Meta(description="Each A line.")]))  # type: ignore[valid-type]
    asks = [
        (axis, Annotated[Marked, msgspec.Meta(description=rubric()[axis].asks)]) for axis in axes
    ]
    made = msgspec.defstruct("Vote", [*fields, *asks], forbid_unknown_fields=True)
    return cast("type[Vote]", made)


def slots(t: Trajectory, axes: tuple[Axis, ...], turns: bool) -> dict[str, object]:
    """Give what the prompt shows of a trajectory: what the student sees, and nothing privileged."""
    shown = exported(t)
    return {
        "axes": [rubric()[axis] for axis in axes],
        "turns": turns,
        "turn_axes": of_turns(axes),
        "context": _line(shown.context) if shown.context else "(none)",
        "parallel": shown.parallel is not False,
        "functions": [_line(_shown(f)) for f in shown.functions],
        "lines": lines(shown.messages),
    }


def lines(messages: Iterable[Message]) -> list[str]:
    """Write messages down, one a line: "U1 {…}", "A1 {…}", "R1 {…}".

    A line is JSON, in which nothing breaks a line: what a message says stays inside its own.
    """
    counts = dict.fromkeys("UAR", 0)
    told = []
    for message in messages:
        letter, content = _told(message)
        counts[letter] += 1
        told.append(f"{letter}{counts[letter]} {_line(content)}")
    return told


def spoken(messages: Iterable[Message]) -> list[int]:
    """Give the index of each A line, first to last."""
    return [i for i, message in enumerate(messages) if isinstance(message, Assistant)]


def _told(message: Message) -> tuple[str, dict[str, Any]]:
    match message:
        case User():
            offers = [_shown(f) for f in message.offers]
            return "U", {"says": message.content, **({"offers": offers} if offers else {})}
        case Assistant():
            calls = [
                {"call": call.id, "name": call.name, "arguments": call.arguments}
                if call.arguments is not None
                else {"call": call.id, "name": call.name, "malformed_arguments": call.raw}
                for call in message.calls
            ]
            told = {"thought": message.thought, "calls": calls, "answer": message.answer}
            return "A", {name: value for name, value in told.items() if value}
        case Tool():
            return "R", {"call": message.call_id, "result": message.result}


def _shown(f: Function) -> dict[str, Any]:
    return {"name": f.name, "description": f.description, "parameters": f.parameters}


BREAKS = str.maketrans({c: f"\\u{ord(c):04x}" for c in "\x7f\x85\u2028\u2029"})
"""What some take for the end of a line, and JSON does not have to escape."""


def _line(value: Any) -> str:
    """Write a value as JSON in one line; of an object, the first level stays in its order."""
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {_line_of(v)}' for key, v in value.items()) + "}"
    return _line_of(value)


def _line_of(value: Any) -> str:
    return encode(value).decode().translate(BREAKS)
