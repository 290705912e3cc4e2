"""What is counted of accepted samples for a report: part by part of their file, then put together.

A worker process counts a part of the file. So a part knows nothing of the others, and `join` gives
the same in whichever way a file was cut.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from buttonup.engine.saved import Savings
from buttonup.engine.variety import NGRAMS_OF, Tally
from buttonup.records import (
    CompositionalTask,
    Repair,
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


class _User(msgspec.Struct, tag_field="role", tag="user"):
    pass


class _Assistant(msgspec.Struct, tag_field="role", tag="assistant"):
    calls: tuple[_Call, ...] = ()


class _Tool(msgspec.Struct, tag_field="role", tag="tool"):
    pass


class _Shown(msgspec.Struct):
    pass


class _Blueprint(msgspec.Struct):
    task: CompositionalTask
    functions: tuple[_Shown, ...] = ()
    plan: tuple[Step, ...] = ()
    turns: tuple[UserTurn, ...] = ()
    tools: Tools = Tools()


class _Trajectory(msgspec.Struct):
    blueprint: _Blueprint
    messages: tuple[_User | _Assistant | _Tool, ...] = ()
    usage: dict[str, Usage] = {}
    repair: Repair | None = None


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

    def add(self, trajectory: _Trajectory, *, ngrams: bool) -> None:
        """Count one trajectory, and where wanted the word n-grams of its request."""
        b = trajectory.blueprint
        turns = [m.calls for m in trajectory.messages if isinstance(m, _Assistant) and m.calls]
        called = [[call.name for call in calls] for calls in turns]
        add_taken(self.taken, trajectory.usage)
        self.shapes[b.task.shape] += 1
        self.functions.update({name for names in called for name in names})
        self.worlds.update(b.tools.worlds)
        self.requests.add(digest(b.task.text))
        self.calling_turns += len(called)
        self.parallel_turns += sum(len(names) > 1 for names in called)
        self.tally.add(
            b.task.text, called, len(b.functions), b.plan, b.task.edges, b.turns, b.tools
        )
        if ngrams:
            self.tally.add_ngrams(b.task.text)

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


def counted_in(stretch: Stretch) -> Counted:
    """Count a part of a file of accepted samples. Raises BadInput for a line that is none."""
    counted = Counted()
    for n, sample in enumerate(read_stretch(stretch, Sifted, "Sample"), start=stretch.first):
        counted.add(sample.trajectory, ngrams=n < NGRAMS_OF)
        counted.savings.add(sample.verdicts, sample.trajectory.repair)
    return counted
