"""What a plan is made of: calls with what they really gave, and conclusions drawn from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from buttonup.records import Json
from buttonup.worlds.world import World, WorldFunction

Rule = Literal["least", "most", "count", "total", "difference"]


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


@dataclass(frozen=True, slots=True)
class AllOf:
    """`field` of all the objects that an earlier node gives, as one list."""

    node: int
    field: str


@dataclass(frozen=True, slots=True)
class NextPage:
    """The number of the page that the call before named; the first page goes without saying."""

    node: int
    """The node itself."""


Binding = Said | Fed | EachOf | AllOf | NextPage


@dataclass(frozen=True, slots=True)
class CallNode:
    """A function called once, or once for each item of a list, with what it really gave."""

    function: WorldFunction
    bindings: dict[str, Binding]
    arguments: tuple[dict[str, Json], ...]
    results: tuple[Json, ...]

    @property
    def entity(self) -> str:
        """Row class of the object, or of the items, that it gives."""
        return self.function.entity

    @property
    def items(self) -> bool:
        """True when it gives a list."""
        return self.function.gives != "one"

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
    return {b.node for b in node.bindings.values() if not isinstance(b, Said | NextPage)}


def items_of(node: Node) -> list[dict[str, Json]]:
    """List the objects that a node gives."""
    if isinstance(node, ReduceNode):
        return [node.conclusion] if node.entity else []
    return [row for result in node.results for row in rows_of(node.function, result)]


def rows_of(function: WorldFunction, result: Json) -> list[dict[str, Json]]:
    """List the objects that one result gives."""
    match function.gives:
        case "one":
            return [result]
        case "list":
            return list(result)
        case "page":
            return list(result["items"])


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
            return at(items_of(nodes[node])[0], name)
        case EachOf(node, name):
            return at(items_of(nodes[node])[i], name)
        case AllOf(node, name):
            return [at(row, name) for row in items_of(nodes[node])]
        case NextPage():
            raise AssertionError("a page number is known when the page before it is")


def call_needs(nodes: Sequence[Node], i: int) -> set[int]:
    """List the call nodes that a node rests on, through conclusions."""
    needed: set[int] = set()
    for p in parents(nodes[i]):
        needed |= {p} if isinstance(nodes[p], CallNode) else call_needs(nodes, p)
    return needed
