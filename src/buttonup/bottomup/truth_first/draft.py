"""A plan while it grows: place by place, each executed as it is added."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from buttonup.bottomup.truth_first.feeds import MEETING, Feeds, feeds, pointless
from buttonup.bottomup.truth_first.nodes import (
    AllOf,
    Binding,
    CallNode,
    CheckNode,
    EachOf,
    Fed,
    Guard,
    NextPage,
    Node,
    ReduceNode,
    Rule,
    Said,
    Test,
    at,
    call_needs,
    failed,
    items_of,
    moved,
    parents,
    value_of,
)
from buttonup.bottomup.truth_first.shapes import DEEPEST, Growth, Planning
from buttonup.records import Json, TurnKind
from buttonup.worlds.phrases import Entity
from buttonup.worlds.session import Session
from buttonup.worlds.world import Parameter, World, WorldFunction

MODIFIERS = 2  # optional conditions on one call; a third makes the sentence hard to read
MANY = 6  # objects that one call may take together; ours
PAGES = 3  # pages of a list that are turned before it is given up; ours
FEW = 4  # items of a list that are gone through one by one: a person's patience
PATIENCE = 10  # ways of growing that may fail before a plan is left as it is; ours
TRIED = 4  # functions tried for one place
READ_OUT = 4  # items of a list that an answer names one by one, so that one can say "the second"

_UNKNOWN = re.compile(r"There is no |Invalid arguments")
"""How the mechanism refuses ids and arguments; the rest are policies."""

Way = tuple[WorldFunction, tuple[tuple[str, int, str], ...]]
"""A function, and (parameter, node, field) for what is fed to it."""


class Draft:
    """A plan while it grows. A method that could not do its part says so, and leaves no trace."""

    def __init__(
        self,
        home: World,
        worlds: Sequence[World],
        variant: int,
        rng: random.Random,
        knobs: Planning,
    ) -> None:
        self.home, self.others, self.variant = home, worlds, variant
        self.rng, self.knobs = rng, knobs
        self.session = Session((home,), variant)
        self.worlds = {home.name: home}
        self.nodes: list[Node] = []
        self.turn_of: list[int] = []
        self.turns: list[TurnKind] = ["request"]
        self.own: dict[str, Json] = {}
        self.used: set[str] = set()
        self.calls = 0

    # --- growing ------------------------------------------------------------------------------

    def grow(self, calls: int, ways: Mapping[Growth, float]) -> bool:
        """Grow by about so many calls; False when nothing fitted at all."""
        start = self.calls
        if not self.nodes and not self._root():
            return False
        names, weights = list(ways), list(ways.values())
        misses = 0
        while self.calls < start + calls and misses < PATIENCE:
            way = self.rng.choices(names, weights)[0]
            misses += not self._grown(way)
        return self.calls > start

    def turn(self, kind: TurnKind) -> None:
        """Begin the next turn of the user."""
        self.turns.append(kind)

    def _grown(self, way: Growth) -> bool:
        match way:
            case "root":
                return len(self._starts()) < self.knobs.width and self._root()
            case "same":
                return len(self._starts()) < self.knobs.width and self._same()
            case "chain":
                return self._chain(self._open_ends())
            case "fan_out":
                return self._chain(self._inner())
            case "fan_in":
                return self._fan_in()
            case "each":
                return self._each()
            case "reduce":
                return self._reduce()
            case "compare":
                return self._compare()
            case "check":
                return self._check()
            case "across":
                return self._across()

    def _add(self, node: Node) -> bool:
        self.nodes.append(node)
        self.turn_of.append(len(self.turns) - 1)
        if isinstance(node, CallNode):
            self.calls += len(node.results)
            self.used.add(node.function.name)
        return True

    def _undone(self, mark: int) -> bool:
        """Take off conclusions that led to nothing. A call that was made is never taken back."""
        del self.nodes[mark:]
        del self.turn_of[mark:]
        return False

    # --- what is there ------------------------------------------------------------------------

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
        used = {p for node in self.nodes for p in parents(node)}
        return [i for i in range(len(self.nodes)) if i not in used]

    def _starts(self) -> list[int]:
        turn = len(self.turns) - 1
        return [i for i, n in enumerate(self.nodes) if not parents(n) and self.turn_of[i] == turn]

    def _open_ends(self) -> list[int]:
        return [i for i in self.ends() if self._can_feed(i)]

    def _inner(self) -> list[int]:
        """List the single objects that feed something, and may feed more."""
        fed: dict[int, int] = {}
        for node in self.nodes:
            for p in parents(node) if isinstance(node, CallNode) and not node.guard else ():
                fed[p] = fed.get(p, 0) + 1
        return [i for i, times in fed.items() if times < self.knobs.width and self._can_feed(i)]

    def _can_feed(self, i: int) -> bool:
        node = self.nodes[i]
        if isinstance(node, ReduceNode):
            return bool(node.entity)
        return isinstance(node, CallNode) and not node.guard and bool(items_of(node))

    # --- ways to grow -------------------------------------------------------------------------

    def _root(self, world: World | None = None) -> bool:
        roots = feeds(world or self.home).roots
        for function in self.rng.sample(roots, min(TRIED, len(roots))):
            if function.name not in self.used and self.call(function, {}):
                return True
        return False

    def _same(self) -> bool:
        """Call a function that reads again, with one value changed."""
        able = [i for i in self.ends() if self.turn_of[i] == len(self.turns) - 1]
        return bool(able) and self.again(self.rng.choice(able))

    def again(self, i: int) -> bool:
        """Call the function of a node that rests on nothing once more, with one value changed."""
        node = self.nodes[i]
        if not isinstance(node, CallNode) or node.function.writes or parents(node):
            return False
        lexicon = self.feeds_of(i)
        ours = [
            p
            for p in node.function.parameters
            if p.name in node.bindings and p.required and p.kind not in lexicon.book.own
        ]
        if not ours:
            return False
        chosen = self.rng.choice(ours)
        draw = lexicon.draws[node.function.name, chosen.name]
        if draw is None:
            return False
        return self._run(node.function, _with(node, chosen.name, self._drawn(lexicon, draw)))

    def narrowed(self, i: int) -> bool:
        """Call the function of a node once more, with a condition added."""
        node = self.nodes[i]
        if not isinstance(node, CallNode) or node.function.writes or not node.items:
            return False
        lexicon = self.feeds_of(i)
        free = [
            (p, draw)
            for p in node.function.parameters
            if p.name in lexicon.book.functions[node.function.name].modify
            and p.name not in node.bindings
            and (draw := lexicon.draws[node.function.name, p.name]) is not None
        ]
        if not free or len(items_of(node)) < 2:  # noqa: PLR2004 - nothing to narrow down
            return False
        parameter, draw = self.rng.choice(free)
        added = _with(node, parameter.name, self._drawn(lexicon, draw))
        if not self._run(node.function, added):
            return False
        return len(items_of(self.nodes[-1])) < len(items_of(node))

    def _chain(self, feeders: list[int]) -> bool:
        if not feeders:
            return False
        feeder = self.rng.choice(feeders)
        return self._fed(self._ways((feeder,)))

    def _fan_in(self) -> bool:
        feeders = self._open_ends()
        if len(feeders) < 2:  # noqa: PLR2004 - there is nothing to bring together
            return False
        one, other = self.rng.sample(feeders, 2)
        return self._fed(self._ways((one, other)))

    def _each(self) -> bool:
        """Make a call for each item of a short list; where there is none yet, begin with one."""
        lists = [i for i in self._open_ends() if self._short_list(i)]
        if not lists:
            return len(self._starts()) < self.knobs.width and self._chain(self._open_ends())
        feeder = self.rng.choice(lists)
        if self.calls + len(items_of(self.nodes[feeder])) > DEEPEST:
            return False
        ways = [w for w in self._ways((feeder,)) if not w[0].writes]
        return self._fed(ways, each=True)

    def _short_list(self, i: int) -> bool:
        node = self.nodes[i]
        if not isinstance(node, CallNode) or node.each or not node.items:
            return False
        return 2 <= len(items_of(node)) <= FEW  # noqa: PLR2004 - one is no list

    def _across(self) -> bool:
        """Feed a date, a city or a country to a function of another world."""
        for feeder in self._open_ends():
            lexicon, node = self.feeds_of(feeder), self.nodes[feeder]
            assert not isinstance(node, CheckNode)
            meeting = [(f, k) for f, k in lexicon.referable[node.entity] if k in MEETING]
            if not meeting:
                continue
            field, kind = self.rng.choice(meeting)
            for world in self.rng.sample(self.others, len(self.others)):
                taken = feeds(world).takers.get(kind, ())
                ways: list[Way] = [
                    (f, ((p.name, feeder, field),))
                    for f, p in taken
                    if world.name not in self.worlds and not feeds(world).opaque[f.name]
                ]
                if ways and self._fed(ways):
                    return True
        return self._chain(self._open_ends())

    def _ways(self, feeders: tuple[int, ...]) -> list[Way]:
        """List the functions that take a value from every feeder, and nothing else unknown."""
        lexicon, first = self.feeds_of(feeders[0]), self.nodes[feeders[0]]
        assert not isinstance(first, CheckNode)
        found: list[Way] = []
        for field, kind in lexicon.referable[first.entity]:
            for function, parameter in lexicon.takers.get(kind, ()):
                if function.name in self.used:
                    continue
                way = [(parameter.name, feeders[0], field)]
                for other in feeders[1:]:
                    way += self._link(function, other, {name for name, _, _ in way})
                covered = {name for name, _, _ in way}
                if len(way) == len(feeders) and lexicon.opaque[function.name] <= covered:
                    found.append((function, tuple(way)))
        return [way for way in found if not any(self._senseless(way[0], i) for i in feeders)]

    def _link(
        self, function: WorldFunction, feeder: int, taken: set[str]
    ) -> list[tuple[str, int, str]]:
        """Find a parameter that a second feeder can fill; none or one."""
        node = self.nodes[feeder]
        assert not isinstance(node, CheckNode)
        links = [
            (p.name, feeder, field)
            for field, kind in self.feeds_of(feeder).referable[node.entity]
            for p in function.parameters
            if p.kind == kind and p.name not in taken
        ]
        return [self.rng.choice(links)] if links else []

    def _senseless(self, function: WorldFunction, feeder: int) -> bool:
        """Say whether nobody would ask for a call: to read again, or to undo at once."""
        node = self.nodes[feeder]
        assert not isinstance(node, CheckNode)
        if pointless(function, node.entity):
            return True
        return function.writes and isinstance(node, CallNode) and node.function.writes

    def _fed(self, ways: Iterable[Way], *, each: bool = False, guard: Guard | None = None) -> bool:
        """Make one of the calls that are possible; those that change something are likelier."""
        ranked = sorted(ways, key=lambda w: self.rng.random() ** (2.0 if w[0].writes else 1.0))
        for function, links in ranked[-TRIED:]:
            mark = len(self.nodes)
            bound = self._bound(function, links, each=each)
            if bound is not None and self.call(function, bound, guard):
                return True
            self._undone(mark)
        return False

    def _bound(
        self, function: WorldFunction, links: Sequence[tuple[str, int, str]], *, each: bool
    ) -> dict[str, Binding] | None:
        """Bind what is fed: one object, each or all of a list, or a pick from it."""
        bound: dict[str, Binding] = {}
        for name, feeder, field in links:
            if each:
                bound[name] = EachOf(feeder, field)
            elif function.parameter(name).many:
                if not 1 <= len(items_of(self.nodes[feeder])) <= MANY:
                    return None
                bound[name] = AllOf(feeder, field)
            elif (one := self._single(feeder)) is not None:
                bound[name] = Fed(one, field)
            else:
                return None
        return bound

    def _single(self, feeder: int) -> int | None:
        """Give the node that holds one object: the feeder itself, or a pick from its list."""
        node = self.nodes[feeder]
        if isinstance(node, ReduceNode):
            return feeder
        if isinstance(node, CallNode) and not node.each and len(items_of(node)) == 1:
            return feeder
        return len(self.nodes) - 1 if self._pick((feeder,)) else None

    # --- one call -----------------------------------------------------------------------------

    def call(
        self, function: WorldFunction, bound: dict[str, Binding], guard: Guard | None = None
    ) -> bool:
        """Add a call: what is not fed is said by the user, or left out."""
        bindings = self.bindings(function, bound)
        return bindings is not None and self._run(function, bindings, guard)

    def bindings(
        self, function: WorldFunction, bound: dict[str, Binding]
    ) -> dict[str, Binding] | None:
        """Bind every parameter; None when a required one is known to nobody."""
        world = next((w for w in self.others if w.name == function.world), self.home)
        self.worlds.setdefault(world.name, world)
        self.session.enter(world)
        lexicon, bindings = feeds(world), dict(bound)
        modify = lexicon.book.functions[function.name].modify
        for p in function.parameters:
            if p.name in bindings:
                continue
            if not p.required and not self._optional(p, modify, bindings):
                continue
            draw = lexicon.draws[function.name, p.name]
            if draw is not None:
                bindings[p.name] = Said(self._own_or_drawn(lexicon, p, draw))
            elif p.required:
                return None
        return bindings

    def _optional(
        self, p: Parameter, modify: Mapping[str, object], bindings: Mapping[str, Binding]
    ) -> bool:
        given = sum(name in modify for name in bindings)
        fits = p.name in modify and given < MODIFIERS
        return fits and self.rng.random() < self.knobs.optional

    def _own_or_drawn(
        self, lexicon: Feeds, p: Parameter, draw: Callable[[object, random.Random], Json]
    ) -> Json:
        if p.kind not in lexicon.book.own:
            return self._drawn(lexicon, draw)
        if p.kind not in self.own:
            self.own[p.kind] = self._drawn(lexicon, draw)
        return self.own[p.kind]

    def _drawn(self, lexicon: Feeds, draw: Callable[[object, random.Random], Json]) -> Json:
        value = draw(lexicon.world.state(self.variant), self.rng)
        return value if isinstance(value, str | int | float) else msgspec.to_builtins(value)

    def _run(
        self, function: WorldFunction, bindings: dict[str, Binding], guard: Guard | None = None
    ) -> bool:
        each = next((b for b in bindings.values() if isinstance(b, EachOf)), None)
        count = len(items_of(self.nodes[each.node])) if each else 1
        arguments = tuple(
            {name: value_of(self.nodes, b, i) for name, b in bindings.items()} for i in range(count)
        )
        if self._known_before(function, arguments, bindings):
            return False
        if guard and not self._wanted(guard):
            return self._add(CallNode(function, bindings, arguments, (), guard))
        results = tuple(self.session.call(function.name, a) for a in arguments)
        if any(_empty(r) for r in results):
            return False
        if function.gives == "page" and results[0]["next_page"]:
            if each or guard or not (turned := self._turned(function, arguments[0], results[0])):
                return False
            arguments, results = turned
            bindings = {**bindings, "page": NextPage(len(self.nodes))}
        return self._add(CallNode(function, bindings, arguments, results, guard))

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

    def _known_before(
        self,
        function: WorldFunction,
        arguments: tuple[dict[str, Json], ...],
        bindings: Mapping[str, Binding],
    ) -> bool:
        """Say whether a call has been made, is made twice, or does not depend on its feeder."""
        if any(a in arguments[:i] for i, a in enumerate(arguments)):
            return True
        for node in self.nodes:
            if isinstance(node, CallNode) and node.function is function:
                if any(a in node.arguments for a in arguments):
                    return True
        return self._passed_on(bindings)

    def _passed_on(self, bindings: Mapping[str, Binding]) -> bool:
        """Say whether a fed value is one that the user said, or its feeder was called with."""
        for b in bindings.values():
            if isinstance(b, Said | NextPage):
                continue
            value = at(items_of(self.nodes[b.node])[0], b.field)
            for i in {b.node} | call_needs(self.nodes, b.node):
                node = self.nodes[i]
                if isinstance(node, CallNode) and value in node.arguments[0].values():
                    return True
        return False

    # --- conclusions --------------------------------------------------------------------------

    def _reduce(self) -> bool:
        lists = [i for i in self._open_ends() if isinstance(self.nodes[i], CallNode)]
        return bool(lists) and self._concluded((self.rng.choice(lists),))

    def _compare(self) -> bool:
        """Conclude from calls of one function; where there is only one, make another first."""
        groups: dict[str, list[int]] = {}
        for i in self._open_ends():
            node = self.nodes[i]
            if isinstance(node, CallNode) and not node.function.writes:
                groups.setdefault(node.function.name, []).append(i)
        several = [tuple(group) for group in groups.values() if len(group) > 1]
        return self._concluded(self.rng.choice(several)) if several else self._same()

    def _concluded(self, over: tuple[int, ...]) -> bool:
        rules = [self._pick, self._number]
        self.rng.shuffle(rules)
        return any(rule(over) for rule in rules)

    def _pick(self, over: tuple[int, ...]) -> bool:
        """Conclude which object has the least or the most of something; ties will not do."""
        entity, rows = self._rows(over)
        if len(rows) < 2:  # noqa: PLR2004 - nothing to choose from
            return False
        if self._read_out(over) and self.rng.random() < 0.6:  # noqa: PLR2004 - by ear
            place = self.rng.randrange(len(rows))
            return self._add(ReduceNode("nth", over, str(place), rows[place], entity))
        ways: list[tuple[str, Rule]] = []
        for name, picks in self.feeds_of(over[0]).book.entities[entity].pick.items():
            if picks.least:
                ways.append((name, "least"))
            if picks.most:
                ways.append((name, "most"))
        self.rng.shuffle(ways)
        for name, rule in ways:
            values = [at(row, name) for row in rows]
            best = min(values) if rule == "least" else max(values)
            if values.count(best) == 1:
                row = rows[values.index(best)]
                return self._add(ReduceNode(rule, over, name, row, entity))
        return False

    def _read_out(self, over: tuple[int, ...]) -> bool:
        """Say whether the user has heard a list item by item, and can say "the second one"."""
        node = self.nodes[over[0]]
        earlier = self.turn_of[over[0]] < len(self.turns) - 1
        one_list = len(over) == 1 and isinstance(node, CallNode) and node.items and not node.each
        return earlier and one_list and len(items_of(node)) <= READ_OUT

    def _number(self, over: tuple[int, ...]) -> bool:
        """Conclude a number: how many, how much in all, how far apart."""
        entity, rows = self._rows(over)
        measures = list(self.feeds_of(over[0]).book.entities[entity].measures)
        rules: list[Rule] = ["total"] if measures and len(rows) > 1 else []
        if measures and len(rows) == 2 and len(over) == 2:  # noqa: PLR2004 - two are compared
            rules.append("difference")
        if self._one_list(over):
            rules.append("count")
        if not rules:
            return False
        rule = self.rng.choice(rules)
        name = "" if rule == "count" else self.rng.choice(measures)
        values = [at(row, name) for row in rows] if name else []
        if any(not isinstance(v, int | float) for v in values):
            return False
        value = _reckoned(rule, values, len(rows))
        if value <= (1 if rule == "count" else 0):
            return False
        return self._add(ReduceNode(rule, over, name, value, ""))

    def _one_list(self, over: tuple[int, ...]) -> bool:
        node = self.nodes[over[0]]
        return len(over) == 1 and isinstance(node, CallNode) and node.items and not node.each

    def _rows(self, over: tuple[int, ...]) -> tuple[str, list[dict[str, Json]]]:
        rows = [row for i in over for row in items_of(self.nodes[i])]
        node = self.nodes[over[0]]
        assert not isinstance(node, CheckNode)
        return node.entity, rows

    # --- what a scene does to it --------------------------------------------------------------

    def chain_from(self, i: int) -> bool:
        """Grow from one node."""
        return self._can_feed(i) and self._fed(self._ways((i,)))

    def refused(self) -> bool:
        """Add a call at the end that the world refuses, for a reason that is not a wrong id."""
        feeders = self._open_ends()
        ways: list[Way] = [w for i in feeders for w in self._ways((i,)) if w[0].writes]
        ways += [(f, ()) for f in feeds(self.home).roots if f.writes and f.name not in self.used]
        self.rng.shuffle(ways)
        return any(self._refusal(function, links) for function, links in ways[:TRIED])

    def _refusal(self, function: WorldFunction, links: Sequence[tuple[str, int, str]]) -> bool:
        mark = len(self.nodes)
        bound = self._bound(function, links, each=False)
        bindings = self.bindings(function, bound) if bound is not None else None
        if bindings is None or any(isinstance(b, AllOf) for b in bindings.values()):
            return self._undone(mark)
        arguments = {name: value_of(self.nodes, b) for name, b in bindings.items()}
        if self._known_before(function, (arguments,), bindings):
            return self._undone(mark)
        result = Session(self.worlds.values(), self.variant).call(function.name, arguments)
        if not failed(result) or _UNKNOWN.match(result["error"]):
            return self._undone(mark)
        if self.session.call(function.name, arguments) != result:
            return self._undone(mark)
        return self._add(CallNode(function, bindings, (arguments,), (result,)))

    def guarded(self, i: int) -> bool:
        """Say whether a call hangs on a condition."""
        node = self.nodes[i]
        return isinstance(node, CallNode) and node.guard is not None

    def fail(self, i: int, result: Json) -> None:
        """Let a call at the end fail after all. What it changed is no longer counted on."""
        node = self.nodes[i]
        assert isinstance(node, CallNode)
        bindings = _first_page(node)
        self.nodes[i] = CallNode(node.function, bindings, node.arguments[:1], (result,), node.guard)

    def put_first(self, node: Node) -> None:
        """Put a call in front of all others, in the first turn."""
        to = {i: i + 1 for i in range(len(self.nodes))}
        self.nodes[:] = [node, *(moved(n, to) for n in self.nodes)]
        self.turn_of[:] = [0, *self.turn_of]

    def reportable(self, i: int) -> bool:
        """Say whether all of what a node gives can be told; a long list is too much."""
        node = self.nodes[i]
        if not isinstance(node, CallNode) or not node.items:
            return True
        return len(items_of(node)) <= self.knobs.longest * max(
            1, len(node.results) if node.each else 1
        )

    def shortened(self) -> bool:
        """Conclude something from every long list at an end, so that all ends can be told."""
        for i in self.ends():
            if not self.reportable(i):
                turn = self.turn_of[i]
                if not self._concluded((i,)):
                    return False
                self.turn_of[-1] = turn
        return True

    # --- conditions ---------------------------------------------------------------------------

    def _check(self) -> bool:
        """Put a call under a condition, and perhaps another one under its opposite."""
        feeders = self._open_ends()
        if not feeders:
            return False
        feeder, mark = self.rng.choice(feeders), len(self.nodes)
        one = self._single(feeder)
        tests = self._tests(one) if one is not None else []
        if one is None or not tests:
            return self._undone(mark)
        check = self.rng.choice(tests)
        self._add(check)
        at_check = len(self.nodes) - 1
        ways = [(f, _redirected(way, feeder, one)) for f, way in self._ways((one,))]
        if not self._fed(ways, guard=Guard(at_check, wanted=True)):
            return self._undone(mark)
        if self.rng.random() < 0.35:  # noqa: PLR2004 - by ear
            rest = [(f, way) for f, way in ways if f.name not in self.used]
            self._fed(rest, guard=Guard(at_check, wanted=False))
        return True

    def _tests(self, i: int) -> list[CheckNode]:
        """List the conditions that an object can be held against."""
        entity, row = self.entity_of(i), items_of(self.nodes[i])[0]
        found: list[CheckNode] = []
        for name in entity.measures:
            value = at(row, name)
            if isinstance(value, int | float) and (limit := self._limit(value)) is not None:
                test: Test = self.rng.choice(("over", "under"))
                holds = value > limit if test == "over" else value < limit
                found.append(CheckNode(i, name, test, limit, holds))
        for name, phrases in entity.when.items():
            actual = msgspec.json.encode(at(row, name)).decode().strip('"')
            if actual in phrases:
                against = self.rng.choice(list(phrases))
                found.append(CheckNode(i, name, "is", against, actual == against))
        return found

    def _limit(self, value: float) -> float | None:
        """Draw a round number near a value, so that the condition may go either way."""
        if value <= 0:
            return None
        rough = value * self.rng.choice((0.6, 0.75, 0.85, 1.15, 1.3, 1.5))
        step = next(s for s in (1, 5, 10, 50, 100, 500, 1000, 10**9) if rough < 20 * s)
        limit = max(round(rough / step), 1) * step
        return limit if limit != value else None


def _with(node: CallNode, name: str, value: Json) -> dict[str, Binding]:
    return {**_first_page(node), name: Said(value)}


def _first_page(node: CallNode) -> dict[str, Binding]:
    return {n: b for n, b in node.bindings.items() if not isinstance(b, NextPage)}


def _redirected(
    way: tuple[tuple[str, int, str], ...], feeder: int, one: int
) -> tuple[tuple[str, int, str], ...]:
    return tuple((name, one if node == feeder else node, field) for name, node, field in way)


def _reckoned(rule: Rule, values: Sequence[float], count: int) -> float:
    match rule:
        case "count":
            return count
        case "total":
            return _rounded(sum(values))
        case "difference":
            return _rounded(abs(values[0] - values[1]))
        case _:
            raise AssertionError(rule)


def _rounded(value: float) -> float:
    return round(value, 2)


def _empty(result: Json) -> bool:
    if isinstance(result, dict):
        return failed(result) or result.get("items") == []
    return bool(result == [])
