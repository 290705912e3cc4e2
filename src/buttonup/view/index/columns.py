"""What the index keeps of one sample: of a run's, read only so far; of others', as they are read.

A run's sample is some 30 KB, of which the functions shown and the plan are most. They are skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from statistics import median
from typing import Literal

import msgspec

from buttonup.engine.lengths import CHARACTERS_A_TOKEN
from buttonup.engine.variety import turn_kinds
from buttonup.formats import adopt
from buttonup.records import (
    Assistant,
    Call,
    CompositionalTask,
    Conversation,
    Record,
    Rejection,
    Sample,
    Score,
    Tool,
    Tools,
    Trajectory,
    User,
    UserTurn,
    Verdict,
    encode,
)
from buttonup.store.marks import sample_key
from buttonup.view.filters import Kind

Status = Literal["accepted", "rejected", "unchecked", "unreadable"]

SHOWN = 240  # characters of the request that a list shows; ours
SEARCHED = 20_000  # characters of a sample that are searched; ours: all of nearly every one


class Row(Record):
    """What is kept of one sample."""

    request: str
    """Its beginning."""
    status: Status
    shape: str = ""
    worlds: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    """"GATE:REASON" of each gate that it fails."""
    calls: int = 0
    turns: int = 0
    """Of the user."""
    messages: int = 0
    tokens: int = 0
    """Estimated of functions and messages, as the report does."""
    score: float = 0.0
    """The lowest median of a judge's votes; 0: it has none."""
    tags: tuple[tuple[Kind, str], ...] = ()
    said: str = ""
    """What is searched: words, thoughts, and calls with their arguments."""


class _Blueprint(msgspec.Struct):
    task: CompositionalTask
    functions: tuple[msgspec.Raw, ...] = ()
    turns: tuple[UserTurn, ...] = ()
    tools: Tools = Tools()


class _Tool(msgspec.Struct, tag_field="role", tag="tool"):
    result: msgspec.Raw = msgspec.Raw(b"null")


class _Trajectory(msgspec.Struct):
    blueprint: _Blueprint
    messages: tuple[User | Assistant | _Tool, ...] = ()
    scores: tuple[Score, ...] = ()


class _Sample(msgspec.Struct):
    """What is read of a run's sample."""

    trajectory: _Trajectory
    verdicts: tuple[Verdict, ...] = ()


_decoder = msgspec.json.Decoder(_Sample)


def key_of(line: bytes) -> int:
    """Give the key of a line's sample as a number that a table takes."""
    return as_number(sample_key(line))


def as_number(key: str) -> int:
    """Write a sample's key (16 hex digits) as a signed number of 8 bytes."""
    return int.from_bytes(bytes.fromhex(key), "big", signed=True)


def as_key(number: int) -> str:
    """Write such a number as the key again."""
    return number.to_bytes(8, "big", signed=True).hex()


def row_of_line(line: bytes) -> Row:
    """Keep what is wanted of a line that a run wrote; one that is no sample is kept as that."""
    try:
        sample = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return unreadable(Rejection("read", "off_schema", str(error)), line)
    return _row(sample.trajectory, sample.verdicts)


def row_of(item: Sample | Conversation | Rejection, line: bytes) -> Row:
    """Keep what is wanted of a line as `formats.read_lines` reads it."""
    match item:
        case Sample():
            return _row(item.trajectory, item.verdicts)
        case Conversation():
            return _row(adopt(item), ())
        case Rejection():
            return unreadable(item, line)


def unreadable(why: Rejection, line: bytes) -> Row:
    """Keep that a line cannot be read, and the beginning of it."""
    failure = f"{why.stage}:{why.reason}"
    text = line[:SEARCHED].decode("utf-8", "replace")
    return Row(
        request=_shortened(text),
        status="unreadable",
        failures=(failure,),
        tags=(("status", "unreadable"), ("gate", why.stage), ("reason", failure)),
        said=text,
    )


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _row(t: Trajectory | _Trajectory, verdicts: tuple[Verdict, ...]) -> Row:
    b = t.blueprint
    failed = [v for v in verdicts if not (v.passed or v.masked)]
    status: Status = "rejected" if failed else "accepted" if verdicts else "unchecked"
    failures = tuple(dict.fromkeys(f"{v.gate}:{v.reason}" for v in failed))
    calls = [call for m in t.messages if isinstance(m, Assistant) for call in m.calls]
    users = sum(isinstance(m, User) for m in t.messages)
    request = b.task.text or next((m.content for m in t.messages if isinstance(m, User)), "")
    tags: dict[tuple[Kind, str], None] = {("status", status): None}
    tags |= dict.fromkeys(("world", world) for world in b.tools.worlds)
    tags |= dict.fromkeys(("function", call.name) for call in calls)
    tags |= dict.fromkeys(("scenario", s.scenario.text) for s in b.task.subtasks if s.scenario)
    if b.task.subtasks:
        tags["shape", b.task.shape] = None
    if b.turns:
        tags |= dict.fromkeys(("turn", kind) for kind in sorted(turn_kinds(b.turns, b.tools)))
    tags |= dict.fromkeys(("gate", v.gate) for v in failed)
    tags |= dict.fromkeys(("reason", failure) for failure in failures)
    return Row(
        request=_shortened(request),
        status=status,
        shape=b.task.shape if b.task.subtasks else "",
        worlds=b.tools.worlds,
        failures=failures,
        calls=len(calls),
        turns=users,
        messages=len(t.messages),
        tokens=-(-_characters(t) // CHARACTERS_A_TOKEN),
        score=min((median(s.votes) for s in t.scores if s.votes), default=0.0),
        tags=tuple(tags),
        said=" ".join(_said(t.messages))[:SEARCHED],
    )


def _said(messages: Iterable[User | Assistant | Tool | _Tool]) -> Iterator[str]:
    for message in messages:
        match message:
            case User():
                yield message.content
            case Assistant():
                yield message.thought
                yield from (f"{call.name} {call.raw}" for call in message.calls)
                yield message.answer


def _characters(t: Trajectory | _Trajectory) -> int:
    """Count the characters of the functions shown and of all messages."""
    shown = sum(
        _length(bytes(f) if isinstance(f, msgspec.Raw) else encode(f))
        for f in t.blueprint.functions
    )
    return shown + sum(map(_characters_of, t.messages))


@lru_cache(maxsize=1 << 14)
def _length(definition: bytes) -> int:
    return len(definition.decode())


def _characters_of(message: User | Assistant | Tool | _Tool) -> int:
    match message:
        case User():
            return len(message.content)
        case Assistant():
            return len(message.thought) + sum(map(_in_call, message.calls)) + len(message.answer)
        case Tool():
            return len(encode(message.result))
        case _Tool():
            return len(bytes(message.result))


def _in_call(call: Call) -> int:
    return len(call.name) + len(call.raw)
