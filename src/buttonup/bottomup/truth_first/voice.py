"""What both voices share: the plan, its phrase book, and the dice."""

from __future__ import annotations

import abc
import random
import re
from collections.abc import Callable

from buttonup.bottomup.truth_first.nodes import CallNode, Node, Plan, ReduceNode
from buttonup.records import Json
from buttonup.worlds.phrases import Entity, Ways, grammar, phrase_book
from buttonup.worlds.spoken import listed
from buttonup.worlds.templates import fill, slots_of

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Voice(abc.ABC):
    """What both voices share: the plan, its phrase book, and the dice."""

    def __init__(self, plan: Plan, rng: random.Random) -> None:
        self.plan, self.nodes, self.rng = plan, plan.nodes, rng
        self.book, self.grammar = phrase_book(plan.world.name), grammar()
        self.today = plan.world.state(plan.variant).today

    def choose(self, ways: Ways) -> str:
        """Draw one of several ways to say a thing."""
        return self.rng.choice(ways)

    def entity(self, node: Node) -> Entity:
        """Give how the objects are talked about that a node gives, or concludes from."""
        if isinstance(node, ReduceNode) and not node.entity:
            return self.entity(self.nodes[node.over[0]])
        return self.book.entities[node.entity]

    def superlative(self, node: ReduceNode) -> str:
        """Say what singles a pick out: "cheapest one"."""
        picks = self.entity(node).pick[node.field]
        return self.choose(picks.least if node.rule == "least" else picks.most)

    def reduction(self, node: ReduceNode) -> str:
        """Name the kind of conclusion as the grammar does."""
        return "pick" if node.rule in ("least", "most") else node.rule

    def asked(self, node: CallNode, template: str) -> str:
        """Fill a template with a call's arguments; optional ones are added behind it."""
        slots = {name: self._slot(node, name) for name in slots_of(template)}
        text = fill(template, slots)
        for name, ways in self.book.functions[node.function.name].modify.items():
            if name in node.bindings and name not in slots:
                way = self.choose(ways)
                text += " " + fill(way, {n: self._slot(node, n) for n in slots_of(way)})
        return text

    @abc.abstractmethod
    def _slot(self, node: CallNode, name: str) -> str:
        """Say one argument of a call; each voice has its own way."""

    def valued(self, kind: str, value: Json, say: Callable[[str | None, Json], str]) -> str:
        """Say a value as its kind is said: one, a list of them, or an object field by field."""
        if isinstance(value, list):
            return listed([self.valued(kind, one, say) for one in value])
        way = self.choose(self.book.kinds.get(kind, ("{}",)))
        if isinstance(value, dict):
            return fill(way, {name: say(_kind_by_form(v), v) for name, v in value.items()})
        return fill(way, {"": say(kind, value)})

    def measure(self, node: ReduceNode) -> str:
        """Name the field that is added up or compared."""
        return self.entity(node).measures.get(node.field, "")


def kind_of(node: CallNode, name: str) -> str:
    """Name the kind of a parameter of a call; "" when it has none."""
    return next(p.kind for p in node.function.parameters if p.name == name) or ""


def _kind_by_form(value: Json) -> str | None:
    """Tell a date inside an object that the user gives by how it is written."""
    return "Date" if isinstance(value, str) and _DAY.fullmatch(value) else None
