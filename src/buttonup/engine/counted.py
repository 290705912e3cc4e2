"""What is counted of accepted samples for a report: part by part of their file, then put together.

A worker process counts a part of the file. So a part knows nothing of the others, and `join` gives
the same in whichever way a file was cut.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import msgspec

from buttonup.engine.judged import Judged
from buttonup.engine.lengths import LengthTally
from buttonup.engine.saved import Savings
from buttonup.engine.variety import NGRAMS_OF, Tally
from buttonup.records import (
    CompositionalTask,
    Repair,
    Score,
    Step,
    Tools,
    Usage,
    UserTurn,
    Verdict,
    digest,
)
from buttonup.store.lines import Stretch, read_stretch

# Of a sample, only what is counted is read: the rest, most of its bytes, is skipped.


class _Call(msgspec.Struct):
    name: str
    raw: str = ""


class _User(msgspec.Struct, tag_field="role", tag="user"):
    content: str = ""


class _Assistant(msgspec.Struct, tag_field="role", tag="assistant"):
    thought: str = ""
    calls: tuple[_Call, ...] = ()
    answer: str = ""


class _Tool(msgspec.Struct, tag_field="role", tag="tool"):
    result: msgspec.Raw = msgspec.Raw(b"null")


class _Shown(msgspec.Struct):
    name: str


class _Blueprint(msgspec.Struct):
    task: CompositionalTask
    functions: tuple[msgspec.Raw, ...] = ()
    plan: tuple[Step, ...] = ()
    turns: tuple[UserTurn, ...] = ()
    tools: Tools = Tools()


class _Trajectory(msgspec.Struct):
    blueprint: _Blueprint
    messages: tuple[_User | _Assistant | _Tool, ...] = ()
    usage: dict[str, Usage] = {}
    repair: Repair | None = None
    scores: tuple[Score, ...] = ()


class Sifted(msgspec.Struct):
    """What is read of a sample."""

    trajectory: _Trajectory
    verdicts: tuple[Verdict, ...] = ()


Taken: TypeAlias = dict[str, Usage]
"""Model -> what its calls took."""


def add_taken(taken: Taken, more: Taken) -> None:
    """Add to what calls took."""
    for model, usage in more.items():
        taken[model] = taken.get(model, Usage()) + usage


@dataclass(slots=True)
class Counted:
    """A tally over accepted trajectories."""

    shapes: Counter[str] = field(default_factory=Counter)
    functions: Counter[str] = field(default_factory=Counter)
    worlds: Counter[str] = field(default_factory=Counter)
    requests: set[str] = field(default_factory=set)
    calling_turns: int = 0
    parallel_turns: int = 0
    taken: Taken = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    savings: Savings = field(default_factory=Savings)
    judged: Judged = field(default_factory=Judged)
    grid: Counter[tuple[str, int]] = field(default_factory=Counter)
    """(shape, calls) -> samples."""
    offered: Counter[str] = field(default_factory=Counter)
    """Function -> samples in which it is shown from the start."""
    lengths: LengthTally = field(default_factory=LengthTally)
    wordings: Counter[str] = field(default_factory=Counter)
    """What requests are made of that nobody worded -> samples."""
    not_replayable: int = 0

    def add(self, trajectory: _Trajectory, *, ngrams: bool) -> None:
        """Count one trajectory, and where wanted the word n-grams of its request."""
        b = trajectory.blueprint
        turns = [m.calls for m in trajectory.messages if isinstance(m, _Assistant) and m.calls]
        called = [[call.name for call in calls] for calls in turns]
        add_taken(self.taken, trajectory.usage)
        self.shapes[b.task.shape] += 1
        self.grid[b.task.shape, sum(map(len, called))] += 1
        self._measure(trajectory)
        self.functions.update({name for names in called for name in names})
        self.worlds.update(b.tools.worlds)
        self.wordings.update([b.task.wording] if b.task.wording else [])
        self.requests.add(digest(b.task.text))
        self.calling_turns += len(called)
        self.parallel_turns += sum(len(names) > 1 for names in called)
        self.tally.add(
            b.task.text, called, len(b.functions), b.plan, b.task.edges, b.turns, b.tools
        )
        if ngrams:
            self.tally.add_ngrams(b.task.text)

    def _measure(self, trajectory: _Trajectory) -> None:
        """Count what is shown, and how long it all is."""
        shown = [_read_definition(bytes(raw)) for raw in trajectory.blueprint.functions]
        self.offered.update({name for name, _ in shown})
        said = (m.answer for m in trajectory.messages if isinstance(m, _Assistant))
        asked = sum(u.prompt_tokens + u.completion_tokens for u in trajectory.usage.values())
        characters = sum(n for _, n in shown) + sum(map(_characters, trajectory.messages))
        self.lengths.add(len(trajectory.messages), said, characters, asked)

    def join(self, other: Counted) -> None:
        """Add what another part of the file has."""
        add_taken(self.taken, other.taken)
        self.shapes.update(other.shapes)
        self.functions.update(other.functions)
        self.worlds.update(other.worlds)
        self.requests |= other.requests
        self.calling_turns += other.calling_turns
        self.parallel_turns += other.parallel_turns
        self.tally.join(other.tally)
        self.savings.join(other.savings)
        self.judged.join(other.judged)
        self.grid.update(other.grid)
        self.offered.update(other.offered)
        self.lengths.join(other.lengths)
        self.wordings.update(other.wordings)
        self.not_replayable += other.not_replayable


@lru_cache(maxsize=1 << 14)
def _read_definition(raw: bytes) -> tuple[str, int]:
    """Give a function's name and the characters of its definition; most are shown many times."""
    return msgspec.json.decode(raw, type=_Shown).name, len(raw.decode())


def _characters(message: _User | _Assistant | _Tool) -> int:
    """Count the characters of a message, the names of its fields and its role aside."""
    match message:
        case _User():
            return len(message.content)
        case _Assistant():
            called = sum(len(call.name) + len(call.raw) for call in message.calls)
            return len(message.thought) + called + len(message.answer)
        case _Tool():
            return len(bytes(message.result).decode())


def counted_in(stretch: Stretch) -> Counted:
    """Count a part of a file of accepted samples. Raises BadInput for a line that is none."""
    counted = Counted()
    for n, sample in enumerate(read_stretch(stretch, Sifted, "Sample"), start=stretch.first):
        counted.add(sample.trajectory, ngrams=n < NGRAMS_OF)
        counted.savings.add(sample.verdicts, sample.trajectory.repair)
        counted.judged.add(sample.trajectory.scores)
        counted.not_replayable += any(
            "not_replayable" in words for v in sample.verdicts for words in v.evidence
        )
    return counted
