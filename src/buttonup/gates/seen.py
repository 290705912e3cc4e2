"""A trajectory as the gates look at it: calls paired with results, results indexed by value.

Gates are functions of the trajectory alone; the index is what several of them would otherwise each
build. `seen(trajectory)` builds it once and gives it again while the same object is asked about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import islice

import msgspec

from buttonup.gates.dates import as_date
from buttonup.gates.numerals import usable
from buttonup.gates.said import Said, said
from buttonup.records import Assistant, Call, Function, Json, Tool, Trajectory, User, Verdict

Problem = tuple[str, str]
"""A reason, and what was seen."""

CONTEXT = -1
"""The message index that stands for the system prompt's context."""


def verdict(gate: str, problems: Iterable[Problem], note: str = "") -> Verdict:
    """Fail for the first problem's reason, with at most eight problems as evidence."""
    found = list(islice(problems, 8))
    if found:
        return Verdict(gate, False, found[0][0], tuple(words for _, words in found))
    return Verdict(gate, True, evidence=(note,) if note else ())


def short(value: Json) -> str:
    """Show a value in evidence: its JSON, cut to 100 characters."""
    try:
        shown = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    except (ValueError, OverflowError, RecursionError):
        shown = f"a {type(value).__name__} that JSON cannot hold"
    return shown if len(shown) <= 100 else f"{shown[:99]}…"  # noqa: PLR2004 - see the docstring


def canonical(value: Json) -> str:
    """Give a text that is equal for equal JSON values, of any depth and size."""
    try:
        return msgspec.json.encode(value, order="deterministic").decode()
    except (ValueError, OverflowError, RecursionError):
        return "\n".join(sorted(f"{pointer} {type(v)} {v!r:.200}" for pointer, v in leaves(value)))


def leaves(value: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Walk a JSON value to its leaves, in order, each with its JSON pointer."""
    stack: list[tuple[str, Json]] = [(pointer, value)]
    while stack:
        at, node = stack.pop()
        if isinstance(node, dict):
            stack.extend([(f"{at}/{k}", node[k]) for k in reversed(node)])
        elif isinstance(node, list):
            stack.extend([(f"{at}/{i}", node[i]) for i in range(len(node) - 1, -1, -1)])
        else:
            yield at, node


def is_error(result: Json) -> bool:
    """True for the result of a failed call: an object that tells of an error."""
    return isinstance(result, dict) and bool(result.get("error"))


class Found:
    """What one result holds."""

    def __init__(self, result: Json) -> None:
        self.result = result

    @cached_property
    def values(self) -> dict[Json, str]:
        """Each string and number, with the pointer of its first place."""
        where: dict[Json, str] = {}
        for pointer, leaf in leaves(self.result):
            if isinstance(leaf, str) or usable(leaf):
                where.setdefault(leaf, pointer)
        return where

    @cached_property
    def places(self) -> tuple[tuple[str, int | float], ...]:
        """Each number with its pointer."""
        return tuple((at, leaf) for at, leaf in leaves(self.result) if usable(leaf))

    @cached_property
    def numbers(self) -> frozenset[int | float]:
        """The numbers among the values, and those that its strings write in digits."""
        return frozenset(v for v in self.values if not isinstance(v, str)) | self.said.numbers

    @cached_property
    def text(self) -> str:
        """Every string and every key, parted by bars."""
        words = [v for v in self.values if isinstance(v, str)]
        keys = {part for pointer in self.values.values() for part in pointer.split("/")}
        return " | ".join((*words, *sorted(keys)))

    @cached_property
    def said(self) -> Said:
        """What its strings and keys say."""
        return Said(self.text)

    @cached_property
    def lengths(self) -> frozenset[int]:
        """How many items its lists have."""
        counts: set[int] = set()
        stack = [self.result]
        while stack:
            node = stack.pop()
            if isinstance(node, list):
                counts.add(len(node))
            stack.extend(node.values() if isinstance(node, dict) else ())
            stack.extend(node if isinstance(node, list) else ())
        return frozenset(counts)


@dataclass(frozen=True, slots=True)
class Made:
    """A call that was made, and the result that its own turn gave it."""

    at: int
    """Index of the message that made it."""
    call: Call
    answered: int | None
    """Index of the message with its result; None when there is none."""
    result: Json

    @property
    def succeeded(self) -> bool:
        """True when it was answered, and not with an error."""
        return self.answered is not None and not is_error(self.result)

    @property
    def same(self) -> tuple[str, str]:
        """Equal for calls of the same function with the same arguments."""
        return self.call.name, canonical(self.call.arguments or self.call.raw)


class Seen:
    """The index of one trajectory."""

    def __init__(self, trajectory: Trajectory) -> None:
        self.trajectory = trajectory
        self.messages = trajectory.messages
        self.functions: dict[str, Function] = {f.name: f for f in trajectory.functions}
        self.calls = tuple(_pair(trajectory))
        self.context = said(trajectory.blueprint.context)

    @cached_property
    def today(self) -> dt.date | None:
        """The first date that the context tells."""
        dates = sorted(self.context.when.dates)
        return as_date(dates[0]) if dates else None

    @cached_property
    def results(self) -> dict[int, Found]:
        """Message index -> what that result holds."""
        return {i: Found(m.result) for i, m in enumerate(self.messages) if isinstance(m, Tool)}

    @cached_property
    def words(self) -> tuple[tuple[int, Said], ...]:
        """What was said to the assistant: the context, the user, and what the user replied to."""
        last = max((i for i, m in enumerate(self.messages) if isinstance(m, User)), default=-1)
        told = [(CONTEXT, self.context)]
        for i, message in enumerate(self.messages):
            if isinstance(message, User):
                told.append((i, said(message.content)))
            elif isinstance(message, Assistant) and message.answer and i < last:
                told.append((i, said(message.answer)))
        return tuple(told)


def _pair(trajectory: Trajectory) -> Iterator[Made]:
    """Pair each call with its result: a tool message with its id before the next other message."""
    messages = trajectory.messages
    for i, message in enumerate(messages):
        if not isinstance(message, Assistant) or not message.calls:
            continue
        answers: dict[str, tuple[int, Json]] = {}
        for j in range(i + 1, len(messages)):
            reply = messages[j]
            if not isinstance(reply, Tool):
                break
            answers.setdefault(reply.call_id, (j, reply.result))
        for call in message.calls:
            at, result = answers.get(call.id, (None, None))
            yield Made(i, call, at, result)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A trajectory compared by identity, so that the cache never has to hash its content."""

    trajectory: Trajectory

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.trajectory is self.trajectory

    def __hash__(self) -> int:
        return id(self.trajectory)


@lru_cache(maxsize=4)
def _seen(same: _Same) -> Seen:
    return Seen(same.trajectory)


def seen(trajectory: Trajectory) -> Seen:
    """Give the index of a trajectory; it is kept while gates ask about the same object."""
    return _seen(_Same(trajectory))
