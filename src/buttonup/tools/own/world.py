"""A user's own tools as a world: what was learned of them gives the planner all that it goes by.

Its state is what the tools have answered (`Answers`): a session asks what is known, and who plans
is told with `Wanted` what is not. Writes that are not allowed are simulated, and what would
contradict them is not told.
"""

from __future__ import annotations

import datetime as dt
import functools
import random
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from buttonup.records import Json, Tools
from buttonup.tools.door import failed, misfit
from buttonup.tools.learning.function import (
    Kinds,
    OwnFunction,
    callable_at_all,
    own_function,
    plannable,
)
from buttonup.tools.learning.learned import Learned, LearnedFunction
from buttonup.tools.learning.names import is_id, qualified, thing
from buttonup.tools.own.answers import Answers, Ask
from buttonup.tools.own.written import Untold, result_of, touches
from buttonup.tools.source import Tool
from buttonup.tools.wording.phrased import phrased
from buttonup.worlds.phrases import PhraseBook
from buttonup.worlds.state import State
from buttonup.worlds.world import Known, World

UNTOLD = "What comes after a simulated write cannot be told."
"""The error of a read that has to do with what was written, and was not."""


class OwnState(State):
    """One conversation's view of the tools."""

    def __init__(self, world: OwnWorld) -> None:
        super().__init__(world.today)
        self.world = world
        self.before: tuple[Ask, ...] = ()
        """Writes that were really made, in order."""
        self.simulated: list[tuple[Ask, Json]] = []
        self.read: list[Mapping[str, Json]] = []

    def fork(self) -> OwnState:
        """Give a session's own view."""
        return OwnState(self.world)

    def changes(self) -> dict[str, dict[str, Json]]:
        """Give nothing: what the tools changed is theirs to know."""
        return {}

    def answer(self, function: OwnFunction, arguments: dict[str, Json]) -> Json:
        """Answer a call. Raises Wanted where the answer is not known yet."""
        ask = Ask(function.name, arguments, function.writes)
        if not function.really:
            return self._simulated(function, ask)
        result = self.world.answers.get(self.before, ask)
        if any(touches(write, made, ask, result) for write, made in self.simulated):
            return {"error": UNTOLD}
        if function.writes:
            self.before = (*self.before, ask)
        if not failed(result):
            self.read += function.rows(result)
        return result

    def _simulated(self, function: OwnFunction, ask: Ask) -> Json:
        if wrong := misfit(ask.arguments, function.definition.parameters):
            return {"error": f"Invalid arguments: {wrong}."}
        world = self.world
        for reader, wanted in world.tellers(function, ask.arguments):
            told = world.answers.get(self.before, Ask(reader.name, wanted))
            if failed(told):
                return told  # the tools do not know what it is about
            self.read = [*reader.rows(told), *self.read]
        try:
            result = result_of(
                ask.name,
                ask.arguments,
                function.responses,
                self.read,
                world.facts,
                str(world.today),
            )
        except Untold:
            return {"error": UNTOLD}
        self.simulated.append((ask, result))
        return result


class OwnWorld(World):
    """A user's tools, as far as they are known well enough to plan with.

    Where nothing is planned, as far as they can be called.
    """

    def __init__(
        self,
        tools: Sequence[Tool],
        learned: Learned,
        answers: Answers,
        allowed: Sequence[str] = (),
        *,
        planned: bool = True,
    ) -> None:
        super().__init__("own", learned.title, _no_seed, _draws(learned))
        self.today = dt.date.fromisoformat(learned.today)
        self.learned, self.answers = learned, answers
        kinds = Kinds(tools, learned)
        self.own = {
            tool.function.name: own_function(tool, known, learned, kinds, allowed)
            for tool in tools
            if (known := learned.functions.get(tool.function.name)) is not None
            and (plannable(tool, known) if planned else callable_at_all(tool, known, allowed))
        }
        self.functions = dict(self.own)
        self._book = phrased(list(self.own.values()), learned, kinds.fed)
        self.wording = _wording([learned.functions[name] for name in self.own])

    @property
    def book(self) -> PhraseBook:
        """How it is said in words: made from names and descriptions."""
        return self._book

    @functools.cached_property
    def facts(self) -> Mapping[str, tuple[Json, ...]]:
        """Words of a parameter ("order id") -> values that exist."""
        found: dict[str, dict[bytes, Json]] = {}
        for name, known in self.learned.functions.items():
            for parameter, said in known.parameters.items():
                key = " ".join(qualified(parameter, thing(name)))
                values = {msgspec.json.encode(v): v for v in said.values}
                found.setdefault(key, {}).update(values)
        return {key: tuple(values.values()) for key, values in found.items()}

    def can_begin(self) -> bool:
        """Say whether there is a call whose arguments can all be said: a plan begins with one."""
        return any(
            all(f"{f.name}.{p.name}" in self.known for p in f.parameters if p.required)
            for f in self.own.values()
        )

    def tellers(
        self, write: OwnFunction, arguments: Mapping[str, Json]
    ) -> Iterator[tuple[OwnFunction, dict[str, Json]]]:
        """Give the reads that tell of what a write is about: one for each id that it takes."""
        for p in write.parameters:
            if p.name not in arguments or not is_id(p.name) or p.many:
                continue
            able = (f for f in self.own.values() if not f.writes and f.gives == "one")
            for f in able:
                takes = [q for q in f.parameters if q.required]
                tells = any(field.kind == p.kind for field in f.fields)
                if len(takes) == 1 and takes[0].kind == p.kind and tells:
                    yield f, {takes[0].name: arguments[p.name]}
                    break

    def ran_at(self, names: Collection[str]) -> Tools:
        """Say where calls run, for the functions that a conversation is shown."""
        mine = [f for name, f in self.own.items() if name in names]
        return Tools(
            source="own",
            own=self.learned.tools,
            reads=tuple(f.name for f in mine if not f.writes),
            played=tuple(f.name for f in mine if not f.really),
            today=str(self.today),
        )

    def _state(self, seed: int) -> State:  # noqa: ARG002 - the tools have the state
        return OwnState(self)


def _wording(functions: Sequence[LearnedFunction]) -> str:
    """Say what requests are made of: somebody's words for each function, or descriptions."""
    if not all(known.phrases for known in functions):
        return "descriptions"
    return "proposed" if any(known.proposed for known in functions) else ""


def _no_seed(_rng: random.Random, _today: dt.date) -> State:
    raise AssertionError("the state of a user's tools is not made from a seed")


def _draws(learned: Learned) -> dict[str, Known]:
    return {
        f"{name}.{parameter}": _one_of(_alike(known.values))
        for name, function in learned.functions.items()
        for parameter, known in function.parameters.items()
        if known.values
    }


def _alike(values: tuple[Json, ...]) -> tuple[Json, ...]:
    """Keep the objects that have the keys of the first: one way of saying is for all of them."""
    first = values[0]
    if not isinstance(first, dict):
        return values
    return tuple(v for v in values if isinstance(v, dict) and v.keys() == first.keys())


def _one_of(values: tuple[Json, ...]) -> Known:
    return lambda _state, rng: values[int(rng.random() * len(values))]
