"""A user's own tools in a run: opened, learned, planned with, called, and called again.

async with joined(specs, limits) as source:
    learned = await learned_of(source, knobs, seed, kept)
    own = Own(source, learned, knobs, journal)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec

from buttonup.errors import BadInput, Reject
from buttonup.records import Again, Call, Json, Record, Tools
from buttonup.store.journal import Journal
from buttonup.tools.door import Door, Scene
from buttonup.tools.executed import Executed
from buttonup.tools.learning.function import allows
from buttonup.tools.learning.learn import learn
from buttonup.tools.learning.learned import Learned, read_learned
from buttonup.tools.learning.sampler import Learning
from buttonup.tools.own.answers import Answers, Ask, Wanted, settled
from buttonup.tools.own.world import UNTOLD, OwnWorld
from buttonup.tools.source import Limits, Source
from buttonup.worlds.session import Session

T = TypeVar("T")

Opens = Callable[[Tools], Door]
"""Opens the door of one conversation."""

Positive = Annotated[float, msgspec.Meta(gt=0)]


class Owning(Record):
    """How a user's own tools are read, learned and called."""

    learned: str = ""
    """File of what is known of them; what stands there wins. "" to learn everything."""
    writes: tuple[str, ...] = ()
    """Patterns of writing functions that may really be called; the others are simulated."""
    include: tuple[str, ...] = ()
    """Patterns of the functions wanted; none for all."""
    exclude: tuple[str, ...] = ()
    """Patterns of the functions not wanted."""
    overlays: tuple[str, ...] = ()
    """Files of better words for them (docs/tools.md); the later one wins."""
    env: tuple[str, ...] = ()
    """Environment variables that the tools may see."""
    sample: Annotated[int, msgspec.Meta(ge=0)] = 8
    """Calls of one function at most to learn about it; 0 to call nothing."""
    sample_all: Annotated[int, msgspec.Meta(ge=0)] = 300
    """The same of all functions together."""
    reset: str = ""
    """Command that takes the tools back to their first state, before each conversation that
    follows one which wrote; "" where they have a way of their own, or no state."""
    share: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5
    """Share of samples over them, where there are worlds beside."""
    held_out: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.1
    """Share of tasks, told by their calls, that are kept from training to evaluate a model on."""
    again: bool = True
    """Whether every conversation's calls are made once more, for the gate `replay`."""
    calls: Annotated[int, msgspec.Meta(ge=1)] = 200
    """Calls at most that are made to find one plan; those known already do not count."""
    seconds: Positive = 10.0
    """One call may take."""
    megabytes: Annotated[int, msgspec.Meta(ge=16)] = 512
    """Memory of the process the tools run in."""
    result_bytes: Annotated[int, msgspec.Meta(ge=100)] = 100_000
    """What a result may have, as JSON."""
    a_second: Annotated[float, msgspec.Meta(ge=0)] = 0
    """Calls a second at most of one source; 0 for any."""

    @property
    def limits(self) -> Limits:
        """What one source may take."""
        return Limits(self.seconds, self.megabytes, self.result_bytes, self.a_second)


def given(knobs: Owning) -> Learned | None:
    """Read the file that the user gives, if any. Raises BadInput."""
    return read_learned(Path(knobs.learned)) if knobs.learned else None


async def learned_of(
    source: Source, knobs: Owning, seed: int, known: Learned | None = None
) -> Learned:
    """Learn what is not `known` yet, or the user's file does not know.

    Raises  BadInput where that file speaks of others
    """
    known = known or given(knobs)
    there = {tool.function.name for tool in source.tools}
    if known and (gone := sorted(known.functions.keys() - there)) and not knobs.include:
        what = f"{knobs.learned} has functions that are not there"
        raise BadInput(f"{what}: {', '.join(gone[:5])}", "take them out, or give the same --tools")
    learning = Learning(knobs.sample, knobs.sample_all)
    today = dt.datetime.now(dt.UTC).date()
    return await learn(source, seed=seed, today=today, knobs=learning, given=known)


class Own:
    """A user's tools, open, with all that is known of them.

    `planned` says whether calls are planned by us, which takes arguments that we can say in words.
    """

    def __init__(
        self,
        source: Source,
        learned: Learned,
        knobs: Owning,
        kept: Journal | None = None,
        *,
        planned: bool = True,
    ) -> None:
        writing = any(
            known.writes and allows(name, knobs.writes) for name, known in learned.functions.items()
        )
        self.answers = Answers(source, kept, writing=writing)
        self.knobs = knobs
        self.learned = learned
        self.world = OwnWorld(source.tools, learned, self.answers, knobs.writes, planned=planned)
        if not (self.world.can_begin() if planned else self.world.own):
            raise _nothing_to_plan_with(source, learned)

    def door(self, tools: Tools) -> Door:
        """Open the door of a conversation."""
        return _Door(self, tools)

    async def look(self, name: str, arguments: dict[str, Json]) -> Json:
        """Call a function on tools that are as they were opened. Rejects as `once_known`."""
        return await self.once_known(lambda: Session((self.world,), 0).call(name, arguments))

    def open_door(self, tools: Tools) -> Door:
        """Open the door to somebody who may call anything: what cannot be told is an error."""
        return _Door(self, tools, given_up=False)

    async def once_known(self, made: Callable[[], T]) -> T:
        """Make something that asks what the tools answer, and have them asked until all is known.

        Rejects  "too_many_calls" where that takes more than `own.calls`
        """

        async def attempt() -> T:
            return made()

        try:
            return await settled(attempt, self.answers, self.knobs.calls)
        except Wanted as wanted:
            raise Reject("too_many_calls", wanted.ask.name) from wanted

    async def again(self, tools: Tools, calls: Sequence[Call], conversation: str) -> Again:
        """Make a conversation's calls once more, on tools that began anew.

        What was simulated is simulated again, and so is what failed for a reason outside the tools.
        """
        if not self.knobs.again:
            return Again(why="not asked for: own.again is false")
        names = [c.name for c in calls]
        known = self.learned.functions
        if unsteady := [n for n in names if n in known and not known[n].steady]:
            return Again(why=f"{unsteady[0]} answers otherwise when it is asked again")
        real = self._real(calls, tools)
        asks = [
            Ask(call.name, call.arguments or {}, self.world.own[call.name].writes)
            for call, made in zip(calls, real, strict=True)
            if made
        ]
        results = iter(await self.answers.again(conversation, asks))
        return Again(tuple(next(results) if made else None for made in real))

    def _real(self, calls: Sequence[Call], tools: Tools) -> list[bool]:
        """Say of each call whether it reached the tools: whether no upset or simulation kept it."""
        upset = {u.function: u.times for u in tools.upsets}
        real: list[bool] = []
        for call in calls:
            mine = self.world.own.get(call.name)
            kept = upset.get(call.name, 0) > 0
            if kept:
                upset[call.name] -= 1
            real.append(
                mine is not None and mine.really and call.arguments is not None and not kept
            )
        return real


def _nothing_to_plan_with(source: Source, learned: Learned) -> BadInput:
    what = "no function of these tools can be planned with"
    if not any(tool.runs for tool in source.tools):
        return BadInput(f"{what}: none of them runs", "give a source that runs (docs/tools.md)")
    why = [f"{name} ({', '.join(f.doubts)})" for name, f in learned.functions.items() if f.doubts]
    mend = "write what is missing into a file for --learned (docs/tools.md)"
    return BadInput(f"{what}: {', '.join(why[:SHOWN]) or 'their parameters are objects'}", mend)


SHOWN = 5  # functions in a message


@dataclass(frozen=True, slots=True)
class _Door:
    """One conversation's door. What has been called is in the transcript: it can go on anywhere."""

    own: Own
    tools: Tools
    given_up: bool = True
    """Whether a conversation ends that wants to know what cannot be told."""

    async def __call__(self, call: Call, scene: Scene, /) -> Json:
        """Run the call.

        Rejects  "untold" for a read that has to do with a write that was simulated
        """

        async def attempt() -> Json:
            session = Session((self.own.world,), 0, self.tools.upsets)
            return await Executed(session)(call, scene)

        try:
            result = await settled(attempt, self.own.answers, self.own.knobs.calls)
        except Wanted as wanted:
            raise Reject("too_many_calls", wanted.ask.name) from wanted
        if self.given_up and result == {"error": UNTOLD}:
            raise Reject("untold", f"{call.name} has to do with a write that was simulated")
        return result
