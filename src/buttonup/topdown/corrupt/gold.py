"""A gold trajectory, indexed for being spoilt: its lines, its beats, and what is known when.

A corruption edits the lines, which are the messages without the results; `pair` acts the edited
lines out over the world and takes the first difference for chosen and rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from msgspec.structs import replace

from buttonup.once import lazily
from buttonup.records import (
    Assistant,
    Blueprint,
    Call,
    Function,
    Json,
    Message,
    PlannedCall,
    Record,
    Step,
    Tool,
    Trajectory,
    User,
    encode,
)
from buttonup.tools.door import failed
from buttonup.tools.own.world import UNTOLD
from buttonup.topdown.plan_follower import Beat, schedule
from buttonup.worlds.session import Session, find_world, open_session
from buttonup.worlds.world import World, WorldFunction

Corruption = Literal[
    "wrong_function",
    "wrong_argument",
    "skipped_dependency",
    "order_swapped",
    "premature_answer",
    "invented_value",
    "unneeded_call",
]

Line = User | Assistant


class Pair(Record):
    """One mistake: the same prompt, gone on with rightly and wrongly."""

    corruption: Corruption
    gate: str
    """The gate that tells of it; the others pass."""
    prompt: tuple[Message, ...]
    chosen: Assistant
    rejected: Assistant
    trajectory: Trajectory
    """The conversation with the mistake, acted out to its end."""


@dataclass(frozen=True, eq=False)
class Gold:
    """A trajectory that follows its plan, and what a corruption asks of it."""

    trajectory: Trajectory
    own: World | None = None
    """The user's own tools, where it is over these."""

    @property
    def blueprint(self) -> Blueprint:
        """What was acted out."""
        return self.trajectory.blueprint

    @lazily
    def lines(self) -> tuple[Line, ...]:
        """The messages without the results."""
        return tuple(m for m in self.trajectory.messages if not isinstance(m, Tool))

    @lazily
    def beats(self) -> dict[int, Beat]:
        """Line of the assistant -> the beat of the plan that it is."""
        spoken = (i for i, line in enumerate(self.lines) if isinstance(line, Assistant))
        return dict(zip(spoken, schedule(self.blueprint), strict=True))

    @lazily
    def acting(self) -> tuple[int, ...]:
        """The lines that call."""
        return tuple(i for i, beat in self.beats.items() if beat.calls)

    @lazily
    def functions(self) -> dict[str, WorldFunction]:
        """Every function of the open worlds, by name."""
        worlds = [self.own] if self.own else map(find_world, self.blueprint.tools.worlds)
        return {name: f for world in worlds for name, f in world.functions.items()}

    @lazily
    def needed(self) -> frozenset[str]:
        """The functions that the plan calls, or would call under a condition."""
        return frozenset(c.function for s in self.blueprint.plan for c in (*s.calls, *s.avoided))

    @lazily
    def words(self) -> str:
        """Everything that stands in the conversation and around it, for telling what is new."""
        shown = (self.blueprint.context, self.trajectory.functions, self.trajectory.messages)
        return encode([encode(part).decode() for part in shown]).decode().casefold()

    def session(self) -> Session:
        """Open what the calls run in, as it was before the first of them."""
        tools = self.blueprint.tools
        return Session((self.own,), 0, tools.upsets) if self.own else open_session(tools)

    def line(self, i: int) -> Assistant:
        """Give a line of the assistant."""
        line = self.lines[i]
        assert isinstance(line, Assistant)
        return line

    def planned(self, place: tuple[int, int]) -> PlannedCall:
        """Give a call of the plan by its step and its place there."""
        return self.blueprint.plan[place[0]].calls[place[1]]

    def calls_of(self, i: int) -> tuple[PlannedCall, ...]:
        """List the planned calls that a line makes."""
        return tuple(self.planned(place) for place in self.beats[i].calls)

    def writes(self, name: str) -> bool:
        """Say whether a function changes things."""
        return self.functions[name].writes

    def shown(self, i: int) -> Iterator[WorldFunction]:
        """Go through the functions of the open worlds that can be called at a line."""
        offered = (f for line in self.lines[:i] if isinstance(line, User) for f in line.offers)
        for f in (*self.blueprint.functions, *offered):
            if f.name in self.functions:
                yield self.functions[f.name]

    def spare(self, i: int) -> list[WorldFunction]:
        """List the functions that only read, can be called at a line, and that nobody needs."""
        return [f for f in self.shown(i) if f.name not in self.needed and not f.writes]

    def is_planned(self, function: str, arguments: dict[str, Json]) -> bool:
        """Say whether the plan has a call, or has ruled it out."""
        return any(
            c.function == function and c.arguments == arguments
            for step in self.blueprint.plan
            for c in (*step.calls, *step.avoided)
        )

    def rests_on(self, step: int) -> frozenset[int]:
        """List the steps that a step needs, and those that they need."""
        found: set[int] = set()
        waiting = self.blueprint.steps_before(step)
        while waiting:
            found |= waiting
            waiting = {p for s in waiting for p in self.blueprint.steps_before(s)} - found
        return frozenset(found)

    def needs(self, step: int) -> frozenset[int]:
        """List the steps with calls that a step needs at once; conclusions are looked through."""
        found: set[int] = set()
        for p in self.blueprint.steps_before(step):
            found |= {p} if self.blueprint.plan[p].calls else self.needs(p)
        return frozenset(found)

    def hopeless(self, step: int) -> bool:
        """Say whether a call of a step fails in the plan."""
        return any(failed(call.result) for call in self.blueprint.plan[step].calls)


def pair(
    gold: Gold, corruption: Corruption, gate: str, lines: Sequence[Line], *, whole: bool = False
) -> Pair | None:
    """Act spoilt lines out and set them beside the gold ones.

    None where the mistake changes what a planned call gives, or (`whole`: all planned calls are
    there) where the world is left another: such a mistake is several at once.
    """
    trajectory, changes = acted(gold, lines)
    goal = gold.blueprint.goal
    if not _gives_as_planned(gold, trajectory) or (whole and goal and changes != goal.changes):
        return None
    there, here = gold.trajectory.messages, trajectory.messages
    if any(isinstance(m, Tool) and m.result == {"error": UNTOLD} for m in here):
        return None  # nobody knows what would have come of it
    at = next((i for i, (a, b) in enumerate(zip(there, here, strict=False)) if a != b), None)
    if at is None:
        return None
    chosen, rejected = there[at], here[at]
    if not (isinstance(chosen, Assistant) and isinstance(rejected, Assistant)):
        return None
    return Pair(corruption, gate, there[:at], chosen, rejected, trajectory)


def acted(gold: Gold, lines: Sequence[Line]) -> tuple[Trajectory, dict[str, Json]]:
    """Act lines out over the world: every call is numbered anew and gets what it really gives."""
    session = gold.session()
    messages: list[Message] = []
    made = 0
    for line in lines:
        if isinstance(line, User) or not line.calls:
            messages.append(line)
            continue
        calls = tuple(replace(c, id=f"call_{n}") for n, c in enumerate(line.calls, made + 1))
        made += len(calls)
        messages.append(replace(line, calls=calls))
        messages += [Tool(c.id, c.name, session.call(c.name, c.arguments or {})) for c in calls]
    return replace(gold.trajectory, messages=tuple(messages), again=None), session.changes()


def _gives_as_planned(gold: Gold, trajectory: Trajectory) -> bool:
    results = {m.call_id: m.result for m in trajectory.messages if isinstance(m, Tool)}
    for call in (c for m in trajectory.messages if isinstance(m, Assistant) for c in m.calls):
        planned = [
            c.result
            for step in gold.blueprint.plan
            for c in step.calls
            if c.function == call.name and c.arguments == call.arguments
        ]
        if planned and results[call.id] not in planned:
            return False
    return True


def result_of(made: Pair, call: Call) -> Json:
    """Give what the first call like this one gave in the conversation with the mistake."""
    ids = [
        c.id
        for m in made.trajectory.messages
        if isinstance(m, Assistant)
        for c in m.calls
        if c.name == call.name and c.arguments == call.arguments
    ]
    return next(
        m.result for m in made.trajectory.messages if isinstance(m, Tool) and m.call_id == ids[0]
    )


def calling(function: str, arguments: dict[str, Json]) -> Call:
    """Make a call; it gets its number when it is acted out."""
    return Call.of("", function, arguments)


def described(function: Function) -> str:
    """Say what a function does as an intent: "list the stations"."""
    sentence = re.split(r"[.,;(]", function.description)[0].strip()
    return sentence[:1].lower() + sentence[1:]


def intent(step: Step) -> str:
    """Say what a step sets out to do."""
    return step.intent or f"call {step.calls[0].function}"
