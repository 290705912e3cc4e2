"""A trajectory as the gates look at it: calls paired with results, results indexed by value.

Gates are functions of the trajectory alone; the index is what several of them would otherwise each
build. `seen(trajectory)` builds it once and gives it again while the same object is asked about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import count

import msgspec

from buttonup.gates.dates import as_date
from buttonup.gates.numerals import LARGE, Number, usable
from buttonup.gates.plain import plainly
from buttonup.gates.said import Said, fold, said
from buttonup.once import lazily, once
from buttonup.records import (
    Assistant,
    Call,
    Function,
    Json,
    PlannedCall,
    Tool,
    Trajectory,
    User,
    Verdict,
    leaves,
)

Problem = tuple[str, int | None, str]
"""A reason, the index of the message that it concerns (None: the whole), and what was seen."""

CONTEXT = -1
"""The message index that stands for the system prompt's context."""


def verdict(gate: str, problems: Iterable[Problem], note: str = "") -> Verdict:
    """Fail for the first problem's reason, with at most eight problems as evidence.

    It points at the messages of all problems; at none where one of them concerns the whole.
    """
    found = list(problems)
    if not found:
        return Verdict(gate, True, evidence=(note,) if note else ())
    places = [at for _, at, _ in found if at is not None]
    evidence = tuple(
        words if at is None else f"message {at}: {words}" for _, at, words in found[:8]
    )
    at = tuple(sorted(set(places))) if len(places) == len(found) else ()
    return Verdict(gate, False, found[0][0], evidence, at)


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


def is_error(result: Json) -> bool:
    """True for the result of a failed call: an object that tells of an error."""
    return isinstance(result, dict) and bool(result.get("error"))


def values(value: Json) -> Iterator[str | Number]:
    """Walk a JSON value to its strings and numbers, in no order."""
    nodes = [value]
    for node in nodes:
        kind = type(node)
        if kind is str:
            yield node
        elif kind is dict:
            nodes += node.values()
        elif kind is list:
            nodes += node
        elif (kind is int or kind is float) and -LARGE < node < LARGE:
            yield node


def _first(found: Iterable[tuple[Json, int]]) -> dict[Json, int]:
    """Map each string and number of some JSON values to the first place it comes with."""
    first: dict[Json, int] = {}
    for value, at in found:
        for leaf in values(value):
            if leaf not in first:
                first[leaf] = at
    return first


class Found:
    """What one result holds."""

    def __init__(self, result: Json) -> None:
        self.result = result

    @lazily
    def held(self) -> frozenset[Json]:
        """Each string and number."""
        return frozenset(values(self.result))

    @lazily
    def lengths(self) -> frozenset[int]:
        """How many items its lists have."""
        nodes, lengths = [self.result], set[int]()
        for node in nodes:
            if isinstance(node, dict):
                nodes += node.values()
            elif isinstance(node, list):
                lengths.add(len(node))
                nodes += node
        return frozenset(lengths)

    @lazily
    def strings(self) -> tuple[str, ...]:
        """Each string."""
        return tuple(v for v in self.held if isinstance(v, str))

    @lazily
    def joined(self) -> str:
        """All of them."""
        return "\n".join(self.strings)

    @lazily
    def folded(self) -> frozenset[str]:
        """Each string, folded."""
        return frozenset(map(fold, self.strings))

    def place(self, value: Json) -> str | None:
        """Give the pointer of the first place of a string or number; None when it has it not."""
        if value not in self.held:
            return None
        places = (
            at for at, leaf in leaves(self.result) if leaf == value and type(leaf) is not bool
        )
        return next(places)

    def holds(self, text: str) -> bool:
        """True for a text that is one of its strings, in whichever case."""
        return text in self.held or fold(text) in self.folded

    def writes(self, numbers: AbstractSet[Number], digits: str) -> bool:
        """True when one of its strings says one of some numbers in these digits.

        `said` knows as much and more, but reads all of it.
        """
        return digits in self.joined and any(
            digits in text and said(text).counts(numbers) for text in self.strings
        )

    @lazily
    def values(self) -> dict[Json, str]:
        """Each string and number, with the pointer of its first place."""
        where: dict[Json, str] = {}
        for pointer, leaf in leaves(self.result):
            if isinstance(leaf, str) or usable(leaf):
                where.setdefault(leaf, pointer)
        return where

    @lazily
    def places(self) -> tuple[tuple[str, int | float], ...]:
        """Each number with its pointer."""
        return tuple((at, leaf) for at, leaf in leaves(self.result) if usable(leaf))

    @lazily
    def numbers(self) -> frozenset[int | float]:
        """The numbers among the values, and those that its strings write in digits."""
        return frozenset(v for v in self.values if not isinstance(v, str)) | self.said.numbers

    @lazily
    def text(self) -> str:
        """Every string and every key, parted by bars."""
        words = [v for v in self.values if isinstance(v, str)]
        keys = {part for pointer in self.values.values() for part in pointer.split("/")}
        return " | ".join((*words, *sorted(keys)))

    @lazily
    def said(self) -> Said:
        """What its strings and keys say."""
        return Said(self.text)


@dataclass(frozen=True, eq=False)
class Made:
    """A call that was made, and the result that its own turn gave it."""

    nth: int
    """Its place among the calls."""
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

    @lazily
    def same(self) -> tuple[str, str]:
        """Equal for calls of the same function with the same arguments."""
        return self.call.name, canonical(self.call.arguments or self.call.raw)

    @lazily
    def given(self) -> Found:
        """What its arguments hold."""
        return Found(self.call.arguments)

    def does(self, planned: PlannedCall) -> bool:
        """Say whether it is a call of a plan."""
        return self.call.name == planned.function and (
            self.call.arguments == planned.arguments or self.same[1] == canonical(planned.arguments)
        )


class Seen:
    """The index of one trajectory."""

    def __init__(self, trajectory: Trajectory) -> None:
        self.trajectory = trajectory
        self.messages = trajectory.messages
        self.functions: dict[str, Function] = {f.name: f for f in trajectory.functions}
        self.calls = tuple(_pair(trajectory))
        self.context = said(trajectory.blueprint.context)

    @lazily
    def plan(self) -> tuple[tuple[int, PlannedCall], ...]:
        """Every call of the plan, with its step."""
        plan = self.trajectory.blueprint.plan
        return tuple((i, call) for i, step in enumerate(plan) for call in step.calls)

    @lazily
    def planned(self) -> tuple[tuple[int, ...], ...]:
        """For each call that was made, the places in `plan` of the calls that it is."""
        return tuple(
            tuple(n for n, (_, call) in enumerate(self.plan) if made.does(call))
            for made in self.calls
        )

    @lazily
    def today(self) -> dt.date | None:
        """The first date that the context tells."""
        plain = plainly(self.context.text)
        dates = plain.days if plain else self.context.when.dates
        return as_date(min(dates)) if dates else None

    @lazily
    def results(self) -> dict[int, Found]:
        """Message index -> what that result holds."""
        return {i: Found(m.result) for i, m in enumerate(self.messages) if isinstance(m, Tool)}

    @lazily
    def found_at(self) -> dict[Json, int]:
        """String or number -> index of the first message whose result holds it."""
        results = ((m.result, i) for i, m in enumerate(self.messages) if isinstance(m, Tool))
        return _first(results)

    @lazily
    def phrases(self) -> tuple[tuple[str, int], ...]:
        """Each string of several words, and the index of the first message whose result has it."""
        found = self.found_at.items()
        return tuple((text, at) for text, at in found if isinstance(text, str) and " " in text)

    @lazily
    def given_at(self) -> dict[Json, int]:
        """String or number -> index of the first message with a call that takes it."""
        return _first((made.call.arguments, made.at) for made in self.calls)

    def has_found(self, value: Json, at: int) -> bool:
        """Say whether a result before message `at` holds a string or number."""
        return self.found_at.get(value, at) < at

    def has_held(self, value: Json, at: int) -> bool:
        """Say whether a result or an argument before message `at` holds a string or number."""
        return self.has_found(value, at) or self.given_at.get(value, at) < at

    @lazily
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
    nth = count()
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
            yield Made(next(nth), i, call, at, result)


@once(4)
def seen(trajectory: Trajectory) -> Seen:
    """Give the index of a trajectory; it is kept while gates ask about the same object."""
    return Seen(trajectory)
