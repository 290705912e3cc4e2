"""A plan while it grows: its nodes, and the calls that are made as they are added."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

import msgspec

from buttonup.bottomup.truth_first.dice import one_of
from buttonup.bottomup.truth_first.feeds import Feeds, feeds, leanings
from buttonup.bottomup.truth_first.nodes import (
    GIVEN,
    Binding,
    CallNode,
    CheckNode,
    EachOf,
    Guard,
    NextPage,
    Node,
    ReduceNode,
    Said,
    at,
    call_at,
    call_needs,
    moved,
    rows_of,
    value_of,
)
from buttonup.bottomup.truth_first.shapes import DEEPEST, Planning
from buttonup.records import Json, TurnKind
from buttonup.worlds.phrases import Entity
from buttonup.worlds.session import Session
from buttonup.worlds.world import Parameter, World, WorldFunction

MODIFIERS = 2  # optional conditions on one call; a third makes the sentence hard to read
COHERENT = frozenset({"City", "Country", "Date", "Time"})
"""Kinds of which one request mostly has one value: it is about one place and one day."""
SAME_AGAIN = 0.75  # chance of that; ours
PAGES = 3  # pages of a list that are turned before it is given up; ours


class Draft:
    """A plan while it grows. A method that could not do its part says so, and leaves no trace."""

    def __init__(
        self,
        home: World,
        worlds: Sequence[World],
        variant: int,
        rng: random.Random,
        knobs: Planning,
        target: str = "",
    ) -> None:
        self.home, self.others, self.variant = home, worlds, variant
        self.rng, self.knobs = rng, knobs
        self.devoted = bool(target)
        self.target = target or one_of(rng, list(home.functions))
        """Where the plan would like to get to: so that no function is too far off to be called."""
        self.leanings = leanings(home, self.target)
        self.session = Session((home,), variant)
        self.worlds = {home.name: home}
        self.nodes: list[Node] = []
        self.turn_of: list[int] = []
        self.turns: list[TurnKind] = ["request"]
        self.own: dict[str, Json] = {}
        self.said: dict[str, Json] = {}
        """Kind -> the value last said of it."""
        self.used: set[str] = set()
        self.calls = 0

    def turn_to_another(self, worlds: Sequence[World]) -> bool:
        """Go on in another world, once; what is there stays."""
        others = [w for w in worlds if w.name not in self.worlds]
        if len(self.worlds) > 1 or not others:
            return False
        self.home = one_of(self.rng, others)
        self.worlds[self.home.name] = self.home
        self.session.enter(self.home)
        self.target = one_of(self.rng, list(self.home.functions))
        self.leanings = leanings(self.home, self.target)
        return True

    def turn(self, kind: TurnKind) -> None:
        """Begin the next turn of the user."""
        self.turns.append(kind)

    def add(self, node: Node) -> bool:
        """Add a node to the turn that is under way."""
        self.nodes.append(node)
        self.turn_of.append(len(self.turns) - 1)
        if isinstance(node, CallNode):
            self.calls += len(node.results)
            self.used.add(node.function.name)
        return True

    def undone(self, mark: int) -> bool:
        """Take off conclusions that led to nothing. A call that was made is never taken back."""
        del self.nodes[mark:]
        del self.turn_of[mark:]
        return False

    def feeds_of(self, i: int) -> Feeds:
        """Give what can feed what in the world that a node belongs to."""
        node = self.nodes[i]
        match node:
            case CallNode(function=function):
                return feeds(self.worlds[function.world])
            case ReduceNode(over=over):
                return self.feeds_of(over[0])
            case CheckNode(over=one):
                return self.feeds_of(one)

    def entity_of(self, i: int) -> Entity:
        """Give how the objects of a node are talked about."""
        node = self.nodes[i]
        assert not isinstance(node, CheckNode)
        return self.feeds_of(i).book.entities[node.entity]

    def ends(self) -> list[int]:
        """List the nodes that nothing uses yet."""
        used = frozenset[int]().union(*[node.needs for node in self.nodes])
        return [i for i in range(len(self.nodes)) if i not in used]

    def starts(self) -> list[int]:
        """List the nodes of this turn that need nothing."""
        turn = len(self.turns) - 1
        return [i for i, n in enumerate(self.nodes) if not n.needs and self.turn_of[i] == turn]

    def open_ends(self) -> list[int]:
        """List the nodes that nothing uses yet and something may use."""
        return [i for i in self.ends() if self.can_feed(i)]

    def inner(self) -> list[int]:
        """List the single objects that feed something, and may feed more."""
        fed: dict[int, int] = {}
        for node in self.nodes:
            for p in node.needs if isinstance(node, CallNode) and not node.guard else ():
                fed[p] = fed.get(p, 0) + 1
        return [i for i, times in fed.items() if times < self.knobs.width and self.can_feed(i)]

    def can_feed(self, i: int) -> bool:
        """Say whether a node gives an object, or a list of them, that is surely there."""
        node = self.nodes[i]
        if isinstance(node, ReduceNode):
            return bool(node.entity)
        return isinstance(node, CallNode) and not node.guard and bool(node.objects)

    def call(
        self, function: WorldFunction, bound: dict[str, Binding], guard: Guard | None = None
    ) -> bool:
        """Add a call: what is not fed is said by the user, or left out."""
        bindings = self.bindings(function, bound)
        return bindings is not None and self.run(function, bindings, guard)

    def bindings(
        self, function: WorldFunction, bound: dict[str, Binding]
    ) -> dict[str, Binding] | None:
        """Bind every parameter; None when a required one is known to nobody."""
        world = self.worlds.get(function.world)
        if world is None:
            world = next(w for w in self.others if w.name == function.world)
            self.worlds[world.name] = world
            self.session.enter(world)
        lexicon, bindings = feeds(world), dict(bound)
        for p, draw in lexicon.asked[function.name]:
            if p.name in bindings or not (p.required or self._optional(function, bindings)):
                continue
            if draw is not None:
                bindings[p.name] = Said(self._own_or_drawn(lexicon, p, draw))
            elif p.required:
                return None
        return bindings

    def _optional(self, function: WorldFunction, bindings: Mapping[str, Binding]) -> bool:
        if self.rng.random() >= self.knobs.optional:
            return False
        return sum(not function.parameter(name).required for name in bindings) < MODIFIERS

    def _own_or_drawn(
        self, lexicon: Feeds, p: Parameter, draw: Callable[[object, random.Random], Json]
    ) -> Json:
        if p.kind in lexicon.book.own:
            if p.kind not in self.own:
                self.own[p.kind] = self.drawn(lexicon, draw)
            return self.own[p.kind]
        again = p.kind in COHERENT and self.rng.random() < SAME_AGAIN
        if again and not p.many and p.kind in self.said:
            return self.said[p.kind]
        value = self.drawn(lexicon, draw)
        if p.kind and not p.many:
            self.said[p.kind] = value
        return value

    def drawn(self, lexicon: Feeds, draw: Callable[[object, random.Random], Json]) -> Json:
        """Draw a value that a user would say."""
        value = draw(lexicon.world.state(self.variant), self.rng)
        return value if isinstance(value, (str, int, float)) else msgspec.to_builtins(value)

    def run(
        self, function: WorldFunction, bindings: dict[str, Binding], guard: Guard | None = None
    ) -> bool:
        """Make a call, once or for each item of a list; False when it brings nothing new."""
        each = next((b for b in bindings.values() if isinstance(b, EachOf)), None)
        count = len(self.nodes[each.node].objects) if each else 1
        arguments = tuple(
            {name: value_of(self.nodes, b, i) for name, b in bindings.items()} for i in range(count)
        )
        if self.known_before(function, arguments, bindings):
            return False
        if guard and not self._wanted(guard):
            return self.add(CallNode(function, bindings, arguments, (), guard))
        results = tuple(self.session.call(function.name, a) for a in arguments)
        if not all(rows_of(function, r) for r in results):
            return False
        if function.gives == "page" and any(r["next_page"] for r in results):
            if each or guard or not (turned := self._turned(function, arguments[0], results[0])):
                return False
            arguments, results = turned
            bindings = {**bindings, "page": NextPage(len(self.nodes))}
        return self.add(CallNode(function, bindings, arguments, results, guard))

    def _wanted(self, guard: Guard) -> bool:
        check = self.nodes[guard.check]
        return isinstance(check, CheckNode) and check.holds == guard.wanted

    def _turned(
        self, function: WorldFunction, first: dict[str, Json], result: Json
    ) -> tuple[tuple[dict[str, Json], ...], tuple[Json, ...]] | None:
        """Turn the pages of a list to its end; None when there are too many."""
        arguments, results = [first], [result]
        while (page := results[-1]["next_page"]) is not None:
            if len(results) == PAGES or self.calls + len(results) >= DEEPEST:
                return None
            arguments.append({**first, "page": page})
            results.append(self.session.call(function.name, arguments[-1]))
        return tuple(arguments), tuple(results)

    def known_before(
        self,
        function: WorldFunction,
        arguments: tuple[dict[str, Json], ...],
        bindings: Mapping[str, Binding],
    ) -> bool:
        """Say whether a call has been made, is made twice, or does not depend on its feeder."""
        if any(a in arguments[:i] for i, a in enumerate(arguments)):
            return True
        for node in self.nodes:
            if not isinstance(node, CallNode) or node.function is not function:
                continue
            if any(a in node.arguments for a in arguments):
                return True
        return self._passed_on(bindings)

    def _passed_on(self, bindings: Mapping[str, Binding]) -> bool:
        """Say whether a fed value is one that the user said, or its feeder was called with."""
        for b in bindings.values():
            if isinstance(b, GIVEN):
                continue
            value = at(self.nodes[b.node].objects[0], b.field)
            for i in {b.node} | call_needs(self.nodes, b.node):
                node = self.nodes[i]
                if isinstance(node, CallNode) and value in node.arguments[0].values():
                    return True
        return False

    def tried(self, function: WorldFunction, arguments: dict[str, Json]) -> Json:
        """Say what a call would give now, without making it."""
        session = Session(self.worlds.values(), self.variant)
        for node in self.nodes:
            if isinstance(node, CallNode) and node.function.writes and not node.held_back:
                for before in node.arguments:
                    session.call(node.function.name, before)
        return session.call(function.name, arguments)

    def wrote(self, i: int) -> bool:
        """Say whether a node is a call that changed something."""
        node = self.nodes[i]
        return isinstance(node, CallNode) and node.function.writes

    def guarded(self, i: int) -> bool:
        """Say whether a call hangs on a condition."""
        node = self.nodes[i]
        return isinstance(node, CallNode) and node.guard is not None

    def fail(self, i: int, result: Json) -> None:
        """Let a call at the end fail after all. What it changed is no longer counted on."""
        node = call_at(self.nodes, i)
        bindings = first_page(node)
        self.nodes[i] = CallNode(node.function, bindings, node.arguments[:1], (result,), node.guard)

    def put_first(self, node: CallNode) -> None:
        """Put a call in front of all others, in the first turn."""
        self.calls += len(node.results)
        to = {i: i + 1 for i in range(len(self.nodes))}
        self.nodes[:] = [node, *(moved(n, to) for n in self.nodes)]
        self.turn_of[:] = [0, *self.turn_of]

    def reportable(self, i: int) -> bool:
        """Say whether all of what a node gives can be told; a long list is too much."""
        node = self.nodes[i]
        if not isinstance(node, CallNode) or not node.items:
            return True
        return len(node.objects) <= self.knobs.longest * max(
            1, len(node.results) if node.each else 1
        )


def first_page(node: CallNode) -> dict[str, Binding]:
    """Give the bindings of a call without those that turn pages."""
    return {n: b for n, b in node.bindings.items() if not isinstance(b, NextPage)}
