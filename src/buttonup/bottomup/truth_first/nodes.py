"""What a plan is made of: calls with what they really gave, and conclusions drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from buttonup.once import lazily
from buttonup.records import Frozen, Json, Record, TurnKind
from buttonup.tools.door import failed
from buttonup.worlds.world import World, WorldFunction

Rule = Literal["least", "most", "nth", "count", "total", "difference"]
Test = Literal["over", "under", "is"]


class Said(Record):
    """A value the user says."""

    value: Json


class Fed(Record):
    """A value from an earlier node: `field` of the one object that the node gives."""

    node: int
    field: str


class EachOf(Record):
    """`field` of every item in turn of the list that an earlier node gives."""

    node: int
    field: str


class AllOf(Record):
    """`field` of all the objects that an earlier node gives, as one list."""

    node: int
    field: str


class NextPage(Record):
    """The number of the page that the call before named; the first page goes without saying."""

    node: int
    """The node itself."""


Binding = Said | Fed | EachOf | AllOf | NextPage

GIVEN = (Said, NextPage)
"""The bindings that rest on no other node."""


class Guard(Record):
    """A call hangs on a condition."""

    check: int
    wanted: bool
    """What the condition must come to; False for "otherwise"."""


class CallNode(msgspec.Struct, metaclass=Frozen, frozen=True, eq=False, dict=True):
    """A function called once, or once for each item of a list, with what it really gave."""

    function: WorldFunction
    bindings: dict[str, Binding]
    arguments: tuple[dict[str, Json], ...]
    results: tuple[Json, ...]
    """None where a condition keeps the call from being made."""
    guard: Guard | None = None

    @property
    def entity(self) -> str:
        """Row class of the object, or of the items, that it gives."""
        return self.function.entity

    @property
    def items(self) -> bool:
        """True when it gives a list."""
        return self.function.gives != "one"

    @lazily
    def needs(self) -> frozenset[int]:
        """The nodes that it needs."""
        bound = self.bindings.values()
        fed = {b.node for b in bound if not isinstance(b, GIVEN)}
        return frozenset(fed | {self.guard.check} if self.guard else fed)

    @lazily
    def objects(self) -> tuple[dict[str, Json], ...]:
        """The objects that it gives."""
        return tuple(row for result in self.results for row in rows_of(self.function, result))

    @lazily
    def each(self) -> bool:
        """True when it runs once for each item of a list."""
        return any(isinstance(b, EachOf) for b in self.bindings.values())

    @property
    def held_back(self) -> bool:
        """True when its condition does not hold."""
        return not self.results

    @lazily
    def failed(self) -> bool:
        """True when it could not be made to work."""
        return any(failed(result) for result in self.results)


class ReduceNode(msgspec.Struct, metaclass=Frozen, frozen=True, eq=False, dict=True):
    """What the assistant concludes itself from earlier nodes."""

    rule: Rule
    over: tuple[int, ...]
    field: str
    """The field compared or added up; "" for a count, the place in the list for "nth"."""
    conclusion: Json
    entity: str
    """Row class of the object picked; "" for a number."""

    @lazily
    def needs(self) -> frozenset[int]:
        """The nodes that it needs."""
        return frozenset(self.over)

    @property
    def objects(self) -> tuple[dict[str, Json], ...]:
        """The object that it picks; none for a number."""
        return (self.conclusion,) if self.entity else ()


class CheckNode(msgspec.Struct, metaclass=Frozen, frozen=True, eq=False, dict=True):
    """A condition: whether a number is over or under a limit, or a field has a value."""

    over: int
    field: str
    """"" where the earlier node is a number itself."""
    test: Test
    against: Json
    holds: bool

    @property
    def needs(self) -> frozenset[int]:
        """The node that it looks at."""
        return frozenset((self.over,))

    @property
    def objects(self) -> tuple[dict[str, Json], ...]:
        """None: it only comes out true or false."""
        return ()


Node = CallNode | ReduceNode | CheckNode


@dataclass(frozen=True, slots=True)
class Trouble:
    """A call that fails for a reason outside the world."""

    node: int
    result: Json
    passes: bool
    """Whether it goes through when it is made again."""


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """An executed plan: nodes in order, each after what it needs, spread over the user's turns."""

    worlds: tuple[World, ...]
    variant: int
    scene: str
    """What is special about the conversation: a key of `Scenes`, or "plain"."""
    nodes: tuple[Node, ...]
    turns: tuple[TurnKind, ...]
    """Kind of each turn of the user."""
    turn_of: tuple[int, ...]
    """Node -> the turn in which it is asked for."""
    changes: dict[str, Json]
    missing: tuple[int, str] | None = None
    """A node and its parameter that the user forgets to tell."""
    trouble: Trouble | None = None
    wrong: tuple[str, Json] | None = None
    """A parameter of the first call, and the value that the user first gives for it."""

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """Which node needs which."""
        return tuple((i, j) for j, node in enumerate(self.nodes) for i in sorted(node.needs))

    @property
    def sinks(self) -> frozenset[int]:
        """The nodes whose outcome no other node of their turn uses: what the user is after."""
        used = {i for i, j in self.edges if self.turn_of[i] == self.turn_of[j]}
        return frozenset(i for i in range(len(self.nodes)) if i not in used)


def call_at(nodes: Sequence[Node], i: int) -> CallNode:
    """Give a node that is known to be a call."""
    node = nodes[i]
    assert isinstance(node, CallNode)
    return node


def rows_of(function: WorldFunction, result: Json) -> list[dict[str, Json]]:
    """List the objects that one result gives."""
    return [] if failed(result) else function.rows(result)


def at(row: dict[str, Json], name: str) -> Json:
    """Give a field of an object; dots reach into the objects that lie in it."""
    if name in row:
        return row[name]
    value: Json = row
    for part in name.split("."):
        value = value[part]
    return value


def value_of(nodes: Sequence[Node], binding: Binding, i: int = 0) -> Json:
    """Give the value that a binding stands for, in the i-th call of a loop."""
    match binding:
        case Said(value):
            return value
        case Fed(node, name):
            return at(nodes[node].objects[0], name)
        case EachOf(node, name):
            return at(nodes[node].objects[i], name)
        case AllOf(node, name):
            return [at(row, name) for row in nodes[node].objects]
        case NextPage():
            raise AssertionError("a page number is known when the page before it is")


def call_needs(nodes: Sequence[Node], i: int) -> set[int]:
    """List the call nodes that a node rests on, through conclusions."""
    needed: set[int] = set()
    for p in nodes[i].needs:
        needed |= {p} if isinstance(nodes[p], CallNode) else call_needs(nodes, p)
    return needed


def moved(node: Node, to: dict[int, int]) -> Node:
    """Give a node as it reads when the nodes it refers to have other numbers."""
    match node:
        case ReduceNode(rule, over, field, conclusion, entity):
            return ReduceNode(rule, tuple(to[i] for i in over), field, conclusion, entity)
        case CheckNode(over, field, test, against, holds):
            return CheckNode(to[over], field, test, against, holds)
        case CallNode(function, bindings, arguments, results, guard):
            turned = {name: _moved(b, to) for name, b in bindings.items()}
            held = Guard(to[guard.check], guard.wanted) if guard else None
            return CallNode(function, turned, arguments, results, held)


def _moved(binding: Binding, to: dict[int, int]) -> Binding:
    match binding:
        case Said():
            return binding
        case Fed(node, name):
            return Fed(to[node], name)
        case EachOf(node, name):
            return EachOf(to[node], name)
        case AllOf(node, name):
            return AllOf(to[node], name)
        case NextPage(node):
            return NextPage(to[node])
