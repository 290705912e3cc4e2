"""A plan while it grows: node by node, each executed as it is added."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence

import msgspec

from buttonup.bottomup.truth_first.feeds import opaque, pointless, referable, wanted
from buttonup.bottomup.truth_first.nodes import (
    AllOf,
    Binding,
    CallNode,
    EachOf,
    Fed,
    NextPage,
    Node,
    ReduceNode,
    Rule,
    Said,
    at,
    call_needs,
    items_of,
    value_of,
)
from buttonup.bottomup.truth_first.shapes import Planning, Slot
from buttonup.records import Json
from buttonup.worlds.phrases import phrase_book
from buttonup.worlds.session import Session
from buttonup.worlds.world import Parameter, World, WorldFunction

MODIFIERS = 2  # optional conditions on one call; a third makes the sentence hard to read
MANY = 6  # objects that one call may take together; ours
PAGES = 3  # pages of a list that are turned before it is given up; ours
WRITING = 2.0  # weight of a function that changes something, where it ends a chain; ours


class Draft:
    """A plan while it grows. Every method says whether it worked; a failed draft is thrown away."""

    def __init__(self, world: World, variant: int, rng: random.Random, knobs: Planning) -> None:
        self.world, self.variant, self.rng, self.knobs = world, variant, rng, knobs
        self.book = phrase_book(world.name)
        self.session = Session((world,), variant)
        self.state = world.state(variant)
        self.nodes: list[Node] = []
        self.own: dict[str, Json] = {}
        self.used: set[str] = set()

    def fill(self, slots: Sequence[Slot]) -> bool:
        """Put a node in every place of a shape, in order."""
        fed = {p for slot in slots for p in slot.parents}
        places: list[int] = []
        for i, slot in enumerate(slots):
            leads = [s for s in slots if i in s.parents]
            if not self._place(slot, [places[p] for p in slot.parents], leads):
                return False
            places.append(len(self.nodes) - 1)
            if i not in fed and not self._reportable(self.nodes[-1]):
                return False
        return True

    def _place(self, slot: Slot, feeders: list[int], leads: list[Slot]) -> bool:
        if slot.op == "reduce":
            return self._reduce(feeders, leads)
        if slot.op == "same":
            return self._again(self.nodes[-1])
        fit = wanted(self.world, frozenset(s.op for s in leads))
        if not feeders:
            open_ = [f for f in fit if not opaque(self.world, f) and self._fresh(f)]
            return bool(open_) and self._call(self.rng.choice(open_), {})
        return self._call_fed(feeders, fit, each=slot.op == "each", last=not leads)

    def _again(self, last: Node) -> bool:
        """Call the function of the last node again with one value changed."""
        if not isinstance(last, CallNode) or last.function.writes:
            return False
        required = {p.name: p for p in last.function.parameters if p.required}
        ours = [n for n, p in required.items() if p.kind not in self.book.own]
        if not ours:
            return False
        name = self.rng.choice(ours)
        draw = self.world.draw(last.function, required[name])
        if draw is None:
            return False
        before = {n: b for n, b in last.bindings.items() if not isinstance(b, NextPage)}
        value = msgspec.to_builtins(draw(self.state, self.rng))
        return self._execute(last.function, {**before, name: Said(value)})

    def _fresh(self, function: WorldFunction) -> bool:
        return function.name not in self.used

    # --- calls that are fed -------------------------------------------------------------------

    def _call_fed(
        self, feeders: list[int], fit: Sequence[WorldFunction], *, each: bool, last: bool
    ) -> bool:
        ways = {
            function: links
            for function in fit
            if self._fresh(function) and not (each and function.writes)
            if (links := self._links(function, feeders))
        }
        if not ways:
            return False
        weights = [WRITING if f.writes and last else 1.0 for f in ways]
        function = self.rng.choices(list(ways), weights)[0]
        way = self.rng.choice(ways[function])
        fed: dict[str, Binding] = {}
        for feeder, (parameter, name) in zip(feeders, way, strict=True):
            if each:
                if not self._few(feeder):
                    return False
                fed[parameter] = EachOf(feeder, name)
            elif function.parameter(parameter).many:
                if not 1 <= len(items_of(self.nodes[feeder])) <= MANY:
                    return False
                fed[parameter] = AllOf(feeder, name)
            elif (one := self._single(feeder)) is not None:
                fed[parameter] = Fed(one, name)
            else:
                return False
        return self._call(function, fed)

    def _links(
        self, function: WorldFunction, feeders: list[int]
    ) -> list[tuple[tuple[str, str], ...]]:
        """List the ways the feeders can fill different parameters, one each."""
        ways: list[tuple[tuple[str, str], ...]] = [()]
        for feeder in feeders:
            node = self.nodes[feeder]
            fields = referable(self.world, self.book, node.entity)
            if pointless(function, node.entity):
                return []
            if function.writes and isinstance(node, CallNode) and node.function.writes:
                return []  # nobody asks to make something and to change or undo it at once
            ways = [
                (*way, (p.name, f))
                for way in ways
                for p in function.parameters
                for f, kind in fields
                if p.kind == kind and all(p.name != name for name, _ in way)
            ]
        covered = opaque(self.world, function)
        return [way for way in ways if covered <= {name for name, _ in way}]

    def _single(self, feeder: int) -> int | None:
        """Give the node that holds one object: the feeder itself, or a pick from its list."""
        node = self.nodes[feeder]
        if isinstance(node, ReduceNode) or not (node.items or node.each):
            return feeder
        if not node.each and len(items_of(node)) == 1:
            return feeder
        return len(self.nodes) - 1 if self._pick((feeder,)) else None

    def _few(self, feeder: int) -> bool:
        """Say whether a list is short enough to go through item by item."""
        node = self.nodes[feeder]
        if not isinstance(node, CallNode) or node.each or not node.items:
            return False
        return 2 <= len(items_of(node)) <= 4  # noqa: PLR2004 - a person's patience

    # --- one call -----------------------------------------------------------------------------

    def _call(self, function: WorldFunction, fed: dict[str, Binding]) -> bool:
        bindings = dict(fed)
        phrases = self.book.functions[function.name]
        for p in function.parameters:
            given = sum(name in phrases.modify for name in bindings)
            if p.name in bindings:
                continue
            if not p.required and not self._optional(p, phrases.modify, given):
                continue
            draw = self.world.draw(function, p)
            if draw is None and p.required:
                return False
            if draw is None:
                continue
            bindings[p.name] = Said(self._draw(p, draw))
        return self._execute(function, bindings)

    def _optional(self, p: Parameter, modify: Mapping[str, object], given: int) -> bool:
        fits = p.name in modify and given < MODIFIERS
        return fits and self.rng.random() < self.knobs.optional

    def _draw(self, p: Parameter, draw: Callable[[object, random.Random], Json]) -> Json:
        if p.kind in self.book.own:
            if p.kind not in self.own:
                self.own[p.kind] = msgspec.to_builtins(draw(self.state, self.rng))
            return self.own[p.kind]
        return msgspec.to_builtins(draw(self.state, self.rng))

    def _execute(self, function: WorldFunction, bindings: dict[str, Binding]) -> bool:
        each = next((b for b in bindings.values() if isinstance(b, EachOf)), None)
        count = len(items_of(self.nodes[each.node])) if each else 1
        arguments = tuple(
            {name: value_of(self.nodes, b, i) for name, b in bindings.items()} for i in range(count)
        )
        if any(self._done(function, a) for a in arguments) or self._passed_on(bindings):
            return False
        if any(a in arguments[:i] for i, a in enumerate(arguments)):
            return False  # two items that lead to the same call
        results = tuple(self.session.call(function.name, a) for a in arguments)
        if any(_empty(r) for r in results):
            return False
        if function.gives == "page" and results[0]["next_page"]:
            if each or not (turned := self._turned(function, arguments[0], results[0])):
                return False
            arguments, results = turned
            bindings["page"] = NextPage(len(self.nodes))
        self.nodes.append(CallNode(function, bindings, arguments, results))
        self.used.add(function.name)
        return True

    def _turned(
        self, function: WorldFunction, first: dict[str, Json], result: Json
    ) -> tuple[tuple[dict[str, Json], ...], tuple[Json, ...]] | None:
        """Turn the pages of a list to its end; None when there are too many."""
        arguments, results = [first], [result]
        while (page := results[-1]["next_page"]) is not None:
            if len(results) == PAGES:
                return None
            arguments.append({**first, "page": page})
            results.append(self.session.call(function.name, arguments[-1]))
        return tuple(arguments), tuple(results)

    def _done(self, function: WorldFunction, arguments: dict[str, Json]) -> bool:
        return any(
            isinstance(n, CallNode) and n.function is function and arguments in n.arguments
            for n in self.nodes
        )

    def _passed_on(self, bindings: dict[str, Binding]) -> bool:
        """Say whether a fed value is one that its feeder was itself called with.

        Such a call does not depend on its feeder: the value was known before it.
        """
        for b in bindings.values():
            if isinstance(b, Said | NextPage):
                continue
            row = items_of(self.nodes[b.node])[0]
            callers = {b.node} | call_needs(self.nodes, b.node)
            for i in callers:
                node = self.nodes[i]
                if isinstance(node, CallNode) and at(row, b.field) in node.arguments[0].values():
                    return True
        return False

    # --- conclusions --------------------------------------------------------------------------

    def _reduce(self, feeders: list[int], leads: list[Slot]) -> bool:
        if leads:
            return self._pick(tuple(feeders))
        rules = [self._pick, self._number]
        self.rng.shuffle(rules)
        return any(rule(tuple(feeders)) for rule in rules)

    def _pick(self, over: tuple[int, ...]) -> bool:
        """Conclude which object has the least or the most of something; ties will not do."""
        entity, rows = self._rows(over)
        if len(rows) < 2:  # noqa: PLR2004 - nothing to choose from
            return False
        ways: list[tuple[str, Rule]] = []
        for name, picks in self.book.entities[entity].pick.items():
            if picks.least:
                ways.append((name, "least"))
            if picks.most:
                ways.append((name, "most"))
        self.rng.shuffle(ways)
        for name, rule in ways:
            ranked = sorted(rows, key=lambda row: at(row, name), reverse=rule == "most")
            if at(ranked[0], name) != at(ranked[1], name):
                self.nodes.append(ReduceNode(rule, over, name, ranked[0], entity))
                return True
        return False

    def _number(self, over: tuple[int, ...]) -> bool:
        """Conclude a number: how many, how much in all, how far apart."""
        entity, rows = self._rows(over)
        measures = list(self.book.entities[entity].measures)
        rules: list[Rule] = ["total"] if measures and len(rows) > 1 else []
        rules += ["difference"] if measures and len(rows) == 2 and len(over) == 2 else []  # noqa: PLR2004
        rules += ["count"] if self._one_list(over) else []
        if not rules:
            return False
        rule = self.rng.choice(rules)
        name = "" if rule == "count" else self.rng.choice(measures)
        value = _reckon(rule, [at(row, name) for row in rows] if name else rows)
        self.nodes.append(ReduceNode(rule, over, name, value, ""))
        return bool(value > (1 if rule == "count" else 0))

    def _one_list(self, over: tuple[int, ...]) -> bool:
        node = self.nodes[over[0]]
        if len(over) > 1 or not isinstance(node, CallNode):
            return False
        return node.items and not node.each

    def _rows(self, over: tuple[int, ...]) -> tuple[str, list[dict[str, Json]]]:
        rows = [row for i in over for row in items_of(self.nodes[i])]
        return self.nodes[over[0]].entity, rows

    def _reportable(self, node: Node) -> bool:
        if isinstance(node, ReduceNode):
            return True
        return not node.items or len(items_of(node)) <= self.knobs.longest * len(node.results)


def _reckon(rule: Rule, values: Sequence[Json]) -> Json:
    match rule:
        case "count":
            return len(values)
        case "total":
            return _rounded(sum(values))
        case "difference":
            return _rounded(abs(values[0] - values[1]))
        case _:
            raise AssertionError(rule)


def _rounded(value: Json) -> Json:
    return round(value, 2) if isinstance(value, float) else value


def _empty(result: Json) -> bool:
    if isinstance(result, dict):
        return "error" in result or result.get("items") == []
    return bool(result == [])
