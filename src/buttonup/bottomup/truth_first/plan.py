"""Truth first, part one: sample a plan of calls over a world and execute it.

A plan is a DAG of nodes. A node is a call, a call for each item of a list, or a conclusion that the
assistant draws itself (the cheapest of them, how many, the difference). What can feed what falls
out of the kinds of parameters and result fields; only what is worded in the phrase book is used.
Everything is executed as it is sampled, so a plan that exists is a plan that works.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from buttonup.errors import Reject
from buttonup.records import Json, Record
from buttonup.worlds.phrases import Entity, PhraseBook, phrase_book
from buttonup.worlds.session import Session
from buttonup.worlds.world import Field, Parameter, World, WorldFunction

VARIANTS = 8  # seeded states a world; ours: enough that rows rarely repeat within 10,000 requests

Rule = Literal["least", "most", "count", "total", "difference"]


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a shape: what stands there and which places feed it."""

    op: Literal["call", "same", "each", "reduce"]
    """call: any function. same: the function of the place before. each: a call for each item.
    reduce: the assistant concludes something itself."""
    parents: tuple[int, ...] = ()


def _shape(
    *places: tuple[Literal["call", "same", "each", "reduce"], tuple[int, ...]],
) -> tuple[Slot, ...]:
    return tuple(Slot(op, parents) for op, parents in places)


SHAPES: dict[str, tuple[Slot, ...]] = {
    "single": _shape(("call", ())),
    "single_reduced": _shape(("call", ()), ("reduce", (0,))),
    "chain_2": _shape(("call", ()), ("call", (0,))),
    "chain_3": _shape(("call", ()), ("call", (0,)), ("call", (1,))),
    "chain_4": _shape(("call", ()), ("call", (0,)), ("call", (1,)), ("call", (2,))),
    "chain_reduced": _shape(("call", ()), ("call", (0,)), ("reduce", (1,))),
    "parallel_2": _shape(("call", ()), ("call", ())),
    "parallel_3": _shape(("call", ()), ("call", ()), ("call", ())),
    "same_2": _shape(("call", ()), ("same", ())),
    "same_3": _shape(("call", ()), ("same", ()), ("same", ())),
    "compare_2": _shape(("call", ()), ("same", ()), ("reduce", (0, 1))),
    "compare_3": _shape(("call", ()), ("same", ()), ("same", ()), ("reduce", (0, 1, 2))),
    "compare_then": _shape(("call", ()), ("same", ()), ("reduce", (0, 1)), ("call", (2,))),
    "fan_in": _shape(("call", ()), ("call", ()), ("call", (0, 1))),
    "fan_in_then": _shape(("call", ()), ("call", ()), ("call", (0, 1)), ("call", (2,))),
    "fan_out": _shape(("call", ()), ("call", (0,)), ("call", (0,))),
    "chain_beside": _shape(("call", ()), ("call", (0,)), ("call", ())),
    "two_chains": _shape(("call", ()), ("call", (0,)), ("call", ()), ("call", (2,))),
    "each": _shape(("call", ()), ("each", (0,))),
    "each_reduced": _shape(("call", ()), ("each", (0,)), ("reduce", (1,))),
    "each_then": _shape(("call", ()), ("each", (0,)), ("reduce", (1,)), ("call", (2,))),
}

# Ours: weighted towards two to four calls, as most of BUTTONInstruct has two and more.
MIX: dict[str, float] = {
    "single": 3, "single_reduced": 4, "chain_2": 10, "chain_3": 10, "chain_4": 5,
    "chain_reduced": 6, "parallel_2": 5, "parallel_3": 3, "same_2": 4, "same_3": 2,
    "compare_2": 6, "compare_3": 3, "compare_then": 5, "fan_in": 8, "fan_in_then": 5,
    "fan_out": 6, "chain_beside": 8, "two_chains": 6, "each": 6, "each_reduced": 6, "each_then": 4,
}  # fmt: skip


class Planning(Record):
    """Knobs of the planner."""

    shapes: dict[str, float] = msgspec.field(default_factory=lambda: dict(MIX))
    """Shape -> weight; a shape left out is never drawn."""
    optional: float = 0.35
    """Chance that an optional parameter is used."""
    tries: int = 400
    """Plans begun for one sample before it is given up."""
    longest: int = 6
    """Items a list may have when all of it is reported."""


class Ticket(Record):
    """The place of one truth-first sample in its run: all its randomness comes from here."""

    seed: int
    index: int

    def rng(self, purpose: str) -> random.Random:
        """Give the random numbers for one purpose; the same ticket gives the same numbers."""
        return random.Random(f"{self.seed}:{self.index}:{purpose}")


@dataclass(frozen=True, slots=True)
class Said:
    """A value the user says."""

    value: Json


@dataclass(frozen=True, slots=True)
class Fed:
    """A value from an earlier node: `field` of the one object that the node gives."""

    node: int
    field: str


@dataclass(frozen=True, slots=True)
class EachOf:
    """`field` of every item in turn of the list that an earlier node gives."""

    node: int
    field: str


Binding = Said | Fed | EachOf


@dataclass(frozen=True, slots=True)
class CallNode:
    """A function called once, or once for each item of a list, with what it really gave."""

    function: WorldFunction
    bindings: dict[str, Binding]
    arguments: tuple[dict[str, Json], ...]
    results: tuple[Json, ...]
    entity: str
    """Row class of the object, or of the items, that it gives."""
    items: bool
    """True when the result is a list."""

    @property
    def each(self) -> bool:
        """True when it runs once for each item of a list."""
        return any(isinstance(b, EachOf) for b in self.bindings.values())


@dataclass(frozen=True, slots=True)
class ReduceNode:
    """What the assistant concludes itself from earlier nodes."""

    rule: Rule
    over: tuple[int, ...]
    field: str
    """The field compared or added up; "" for a count."""
    conclusion: Json
    entity: str
    """Row class of the object picked; "" for a number."""


Node = CallNode | ReduceNode


@dataclass(frozen=True, slots=True)
class Plan:
    """An executed plan: nodes in order, each after what it needs."""

    world: World
    variant: int
    shape: str
    nodes: tuple[Node, ...]
    changes: dict[str, Json]

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """Which node needs which."""
        return tuple((i, j) for j, node in enumerate(self.nodes) for i in sorted(parents(node)))

    @property
    def sinks(self) -> tuple[int, ...]:
        """The nodes whose outcome no other node uses: what the user is after."""
        used = {i for i, _ in self.edges}
        return tuple(i for i in range(len(self.nodes)) if i not in used)


def parents(node: Node) -> set[int]:
    """List the nodes that a node needs."""
    if isinstance(node, ReduceNode):
        return set(node.over)
    return {b.node for b in node.bindings.values() if not isinstance(b, Said)}


def plan(world: World, ticket: Ticket, knobs: Planning) -> Plan:
    """Sample a plan of one world that runs without errors.

    Rejects  "no_plan" when none was found within `knobs.tries`.
    """
    rng = ticket.rng("plan")
    variant = rng.randrange(VARIANTS)
    names, weights = zip(*knobs.shapes.items(), strict=True)
    for _ in range(knobs.tries):
        shape = rng.choices(names, weights)[0]
        draft = _Draft(world, variant, rng, knobs)
        if draft.fill(SHAPES[shape]) and (changes := _order_proof(draft)) is not None:
            return Plan(world, variant, shape, tuple(draft.nodes), changes)
    raise Reject("no_plan", f"{world.name}: none in {knobs.tries} tries")


def _order_proof(draft: _Draft) -> dict[str, Json] | None:
    """Give the final changes; None unless every valid order of the calls does the same.

    The calls are run again in the reverse of the planned order, as far as dependencies allow. Two
    calls that only look independent (a write, and a read of what it wrote) show themselves here.
    """
    session = Session((draft.world,), draft.variant)
    waiting = [i for i, node in enumerate(draft.nodes) if isinstance(node, CallNode)]
    needs = {i: _call_needs(draft.nodes, i) for i in waiting}
    done: set[int] = set()
    while waiting:
        i = next(i for i in reversed(waiting) if needs[i] <= done)
        node = draft.nodes[i]
        assert isinstance(node, CallNode)
        for arguments, result in zip(reversed(node.arguments), reversed(node.results), strict=True):
            if session.call(node.function.name, arguments) != result:
                return None
        waiting.remove(i)
        done.add(i)
    changes = session.changes()
    return changes if changes == draft.session.changes() else None


def _call_needs(nodes: Sequence[Node], i: int) -> set[int]:
    """List the call nodes that a node rests on, through conclusions."""
    needed: set[int] = set()
    for p in parents(nodes[i]):
        needed |= {p} if isinstance(nodes[p], CallNode) else _call_needs(nodes, p)
    return needed


class _Draft:
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
        wanted = _wanted(self.world, frozenset(s.op for s in leads))
        if not feeders:
            open_ = [f for f in wanted if not _opaque(self.world, f) and self._fresh(f)]
            return bool(open_) and self._call(self.rng.choice(open_), {})
        return self._call_fed(feeders, wanted, each=slot.op == "each")

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
        bindings = {**last.bindings, name: Said(draw(self.state, self.rng))}
        return self._execute(last.function, bindings)

    def _fresh(self, function: WorldFunction) -> bool:
        return function.name not in self.used

    # --- calls that are fed -------------------------------------------------------------------

    def _call_fed(self, feeders: list[int], wanted: Sequence[WorldFunction], *, each: bool) -> bool:
        options = [
            (function, links)
            for function in wanted
            if self._fresh(function) and not (each and function.writes)
            for links in self._links(function, feeders)
        ]
        if not options:
            return False
        function, links = self.rng.choice(options)
        fed: dict[str, Binding] = {}
        for feeder, (parameter, name) in zip(feeders, links, strict=True):
            if each:
                if not self._few(feeder):
                    return False
                fed[parameter] = EachOf(feeder, name)
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
            fields = _referable(self.world, self.book, node.entity)
            if _pointless(function, node.entity):
                return []
            ways = [
                (*way, (p.name, f))
                for way in ways
                for p in function.parameters
                for f, kind in fields
                if p.kind == kind and all(p.name != name for name, _ in way)
            ]
        covered = _opaque(self.world, function)
        return [way for way in ways if covered <= {name for name, _ in way}]

    def _single(self, feeder: int) -> int | None:
        """Give the node that holds one object: the feeder itself, or a pick from its list."""
        node = self.nodes[feeder]
        if isinstance(node, ReduceNode) or not (node.items or node.each):
            return feeder
        if not node.each and len(node.results[0]) == 1:
            return feeder
        return len(self.nodes) - 1 if self._pick((feeder,)) else None

    def _few(self, feeder: int) -> bool:
        """Say whether a list is short enough to go through item by item."""
        node = self.nodes[feeder]
        if not isinstance(node, CallNode) or node.each or not node.items:
            return False
        return 2 <= len(node.results[0]) <= 4  # noqa: PLR2004 - a person's patience

    # --- one call -----------------------------------------------------------------------------

    def _call(self, function: WorldFunction, fed: dict[str, Binding]) -> bool:
        bindings = dict(fed)
        phrases = self.book.functions[function.name]
        for p in function.parameters:
            if p.name in bindings or (not p.required and not self._optional(p, phrases.modify)):
                continue
            draw = self.world.draw(function, p)
            if draw is None:
                return False
            bindings[p.name] = Said(self._draw(p, draw))
        return self._execute(function, bindings)

    def _optional(self, p: Parameter, modify: Mapping[str, object]) -> bool:
        return p.name in modify and self.rng.random() < self.knobs.optional

    def _draw(self, p: Parameter, draw: Callable[[object, random.Random], Json]) -> Json:
        if p.kind in self.book.own:
            if p.kind not in self.own:
                self.own[p.kind] = draw(self.state, self.rng)
            return self.own[p.kind]
        return draw(self.state, self.rng)

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
        entity, items = _gives(function)
        self.nodes.append(CallNode(function, bindings, arguments, results, entity, items))
        self.used.add(function.name)
        return True

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
            if isinstance(b, Said):
                continue
            row = items_of(self.nodes[b.node])[0]
            callers = {b.node} | _call_needs(self.nodes, b.node)
            for i in callers:
                node = self.nodes[i]
                if isinstance(node, CallNode) and row[b.field] in node.arguments[0].values():
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
            ranked = sorted(rows, key=lambda row: row[name], reverse=rule == "most")
            if ranked[0][name] != ranked[1][name]:
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
        value = _reckon(rule, [row[name] for row in rows] if name else rows)
        self.nodes.append(ReduceNode(rule, over, name, value, ""))
        return rule == "count" or value != 0

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
        return all(len(r) <= self.knobs.longest for r in node.results if isinstance(r, list))


# --- reading nodes ------------------------------------------------------------------------------


def items_of(node: Node) -> list[dict[str, Json]]:
    """List the objects that a node gives."""
    if isinstance(node, ReduceNode):
        return [node.conclusion] if node.entity else []
    return [row for r in node.results for row in (r if isinstance(r, list) else [r])]


def value_of(nodes: Sequence[Node], binding: Binding, i: int = 0) -> Json:
    """Give the value that a binding stands for, in the i-th call of a loop."""
    match binding:
        case Said(value):
            return value
        case Fed(node, name):
            return items_of(nodes[node])[0][name]
        case EachOf(node, name):
            return items_of(nodes[node])[i][name]


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
    return result == [] or (isinstance(result, dict) and "error" in result)


# --- what follows from a world's kinds and phrases; worked out once -----------------------------


@functools.cache
def _gives(function: WorldFunction) -> tuple[str, bool]:
    """Name the entity that a function gives, and say whether it gives a list of them."""
    first = next(f for f in function.fields if len(f.path) == 1 + (f.path[0] == "*"))
    return first.entity, first.path[0] == "*"


@functools.cache
def _opaque(world: World, function: WorldFunction) -> frozenset[str]:
    """Name the required parameters that only a result can fill."""
    return frozenset(
        p.name for p in function.parameters if p.required and world.draw(function, p) is None
    )


@functools.cache
def kinds(world: World) -> dict[tuple[str, str], str]:
    """(entity, field) -> kind, over all results of a world."""
    fields: list[Field] = [f for function in world.functions.values() for f in function.fields]
    return {(f.entity, f.path[-1]): f.kind for f in fields}


def _referable(world: World, book: PhraseBook, entity: str) -> list[tuple[str, str]]:
    """List the fields of an entity that a request can refer to, with their kinds."""
    told: Entity = book.entities[entity]
    names = [*([told.id] if told.id else []), *told.refs]
    return [(n, kinds(world)[entity, n]) for n in names if (entity, n) in kinds(world)]


def _pointless(function: WorldFunction, entity: str) -> bool:
    """Say whether a call would only read again what its feeder gave already."""
    return not function.writes and _gives(function)[0] == entity


@functools.cache
def _wanted(world: World, ops: frozenset[str]) -> tuple[WorldFunction, ...]:
    """List the functions fit for a place, by the kinds of places that it feeds."""
    functions = tuple(world.functions.values())
    if "each" in ops:  # only reading is asked for item by item; nobody hires every bike
        functions = tuple(f for f in functions if _gives(f)[1])
    if ops & {"call", "each"}:
        return tuple(f for f in functions if _leads_on(world, f))
    return tuple(f for f in functions if _comparable(world, f)) if ops else functions


def _leads_on(world: World, function: WorldFunction) -> bool:
    """Say whether some other function can use what this one gives."""
    entity = _gives(function)[0]
    given = {kind for _, kind in _referable(world, phrase_book(world.name), entity)}
    return any(
        p.kind in given and not _pointless(other, entity)
        for other in world.functions.values()
        if other is not function
        for p in other.parameters
    )


def _comparable(world: World, function: WorldFunction) -> bool:
    entity = phrase_book(world.name).entities[_gives(function)[0]]
    return not function.writes and bool(entity.pick or entity.measures)
