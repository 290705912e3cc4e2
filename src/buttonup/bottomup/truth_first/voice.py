"""What both voices share: the plan, its phrase books, and the dice."""

from __future__ import annotations

import abc
import itertools
import random
import re
from collections.abc import Callable, Iterator, Sequence

from buttonup.bottomup.truth_first.feeds import Feeds, feeds
from buttonup.bottomup.truth_first.nodes import (
    CallNode,
    CheckNode,
    Node,
    Plan,
    ReduceNode,
    call_at,
    rows_of,
)
from buttonup.records import Json
from buttonup.worlds.phrases import Entity, Phrases, Ways, grammar
from buttonup.worlds.spoken import listed, spoken, to_you
from buttonup.worlds.templates import fill, slots_of

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Voice(abc.ABC):
    """What both voices share: the plan, its phrase books, and the dice."""

    def __init__(self, plan: Plan, rng: random.Random) -> None:
        self.plan, self.nodes, self.rng = plan, plan.nodes, rng
        self.grammar = grammar()
        self._picked: dict[int, str] = {}
        self.to_user = False
        """Whether it is the user who is spoken to."""
        self._feeds: dict[Node, Feeds] = {}
        self._kinds: dict[Node, str] = {}
        worlds = {world.name: feeds(world) for world in plan.worlds}
        for node in plan.nodes:
            if isinstance(node, CallNode):
                self._feeds[node], self._kinds[node] = worlds[node.function.world], node.entity
            else:
                over = plan.nodes[node.over if isinstance(node, CheckNode) else node.over[0]]
                picked = isinstance(node, ReduceNode) and node.entity
                self._feeds[node], self._kinds[node] = (
                    self._feeds[over],
                    picked or self._kinds[over],
                )
        self.today = plan.worlds[0].state(plan.variant).today

    def turned(self, template: str) -> str:
        """Turn what a user says of themselves into what is said to them, where that is wanted.

        Only templates are turned, never the values in them: a film may be called "My Cousin".
        """
        return to_you(template) if self.to_user else template

    def choose(self, ways: Ways) -> str:
        """Draw one of several ways to say a thing."""
        return ways[int(self.rng.random() * len(ways))]

    def said(self, ways: Ways, **slots: str) -> str:
        """Draw one of several ways and fill it."""
        return fill(self.choose(ways), slots)

    def referred(self, entity: Entity, use: str, it: str) -> str:
        """Refer to an object by `it`, or to a field of it: "the station where it stands"."""
        if use == entity.id:
            return it
        return fill(self.turned(self.choose(entity.refs[use])), {"it": it})

    def lexicon(self, node: Node) -> Feeds:
        """Give the words of the world that a node belongs to."""
        return self._feeds[node]

    def phrases(self, node: CallNode) -> Phrases:
        """Give how a call is asked for and told of."""
        return self.lexicon(node).book.functions[node.function.name]

    def entity(self, node: Node) -> Entity:
        """Give how the objects are talked about that a node gives, or concludes from."""
        return self.lexicon(node).book.entities[self.kind_of_object(node)]

    def kind_of_object(self, node: Node) -> str:
        """Name the Row class of the objects that a node gives, or concludes from."""
        return self._kinds[node]

    def superlative(self, node: ReduceNode) -> str:
        """Say what singles a pick out: "cheapest one", "second one"."""
        if node.rule == "nth":
            last = len(self._listed(node)) - 1
            place = int(node.field)
            ways = self.grammar.last if place == last and last > 1 else self.grammar.nth
            return self.choose(ways) if ways is self.grammar.last else ways[place]
        if id(node) not in self._picked:  # one thing has one name
            picks = self.entity(node).pick[node.field]
            self._picked[id(node)] = self.choose(
                picks.least if node.rule == "least" else picks.most
            )
        return self.turned(self._picked[id(node)])

    def _listed(self, node: ReduceNode) -> list[dict[str, Json]]:
        source = call_at(self.nodes, node.over[0])
        return rows_of(source.function, source.results[0])

    def reduction(self, node: ReduceNode) -> str:
        """Name the kind of conclusion as the grammar does."""
        return "pick" if node.rule in ("least", "most", "nth") else node.rule

    def asked(self, node: CallNode, template: str) -> str:
        """Fill a template with a call's arguments; optional ones are added behind it."""
        template = self.turned(template)
        slots = {name: self._slot(node, name) for name in slots_of(template)}
        added = [
            self.modified(node, self.choose(ways))
            for name, ways in self.phrases(node).modify.items()
            if name in node.bindings and name not in slots
        ]
        return " ".join([fill(template, slots), *one_aside(added)])

    def modified(self, node: CallNode, way: str) -> str:
        """Say one optional argument."""
        way = self.turned(way)
        return fill(way, {n: self._slot(node, n) for n in slots_of(way)})

    @abc.abstractmethod
    def _slot(self, node: CallNode, name: str) -> str:
        """Say one argument of a call; each voice has its own way."""

    def valued(
        self, node: CallNode, kind: str, value: Json, say: Callable[[str | None, Json], str]
    ) -> str:
        """Say a value as its kind is said: one, a list of them, or an object field by field."""
        if isinstance(value, list):
            return listed([self.valued(node, kind, one, say) for one in value])
        ways = self.lexicon(node).book.kinds.get(kind)
        if isinstance(value, dict):
            slots = {n: say("Date", v) if _is_day(v) else spoken(None, v) for n, v in value.items()}
            return fill(self.turned(self.choose(ways or ("{}",))), slots)
        words = say(kind, value)
        return fill(self.turned(self.choose(ways)), {"": words}) if ways else words

    def case(self, node: CheckNode, value: Json) -> str:
        """Say what is the case when the field that is looked at has a value: "is free"."""
        return self.turned(self.entity(node).when[node.field][str(value)])

    def measure(self, node: ReduceNode | CheckNode) -> str:
        """Name the field that is added up, compared or held against a limit."""
        return self.entity(node).measures.get(node.field, "")


def one_aside(added: Sequence[str]) -> Iterator[str]:
    """Put remarks in brackets that follow each other into one pair of them: "(a) (b)", "(a, b)"."""
    for aside, run in itertools.groupby(added, lambda w: w[:1] == "(" and w[-1:] == ")"):
        words = list(run)
        yield f"({', '.join(w[1:-1] for w in words)})" if aside else " ".join(words)


def kind_of(node: CallNode, name: str) -> str:
    """Name the kind of a parameter of a call; "" when it has none."""
    return node.function.parameter(name).kind or ""


def _is_day(value: Json) -> bool:
    """Tell a date inside an object that the user gives by how it is written."""
    return isinstance(value, str) and _DAY.fullmatch(value) is not None
