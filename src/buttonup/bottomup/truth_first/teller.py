"""The assistant's voice: what is about to be done, what was found, and the final answer."""

from __future__ import annotations

import random
from collections.abc import Collection

from buttonup.bottomup.truth_first.feeds import kinds, rows
from buttonup.bottomup.truth_first.nodes import (
    AllOf,
    CallNode,
    EachOf,
    Fed,
    Node,
    Plan,
    ReduceNode,
    at,
    items_of,
    rows_of,
)
from buttonup.bottomup.truth_first.voice import Voice, kind_of
from buttonup.records import Json
from buttonup.worlds.spoken import counted, listed, sentence, spoken
from buttonup.worlds.templates import fill, slots_of

READ_OUT = 3  # objects on the way to a result that an answer still names one by one; ours


class Teller(Voice):
    """Says what is about to be done, what was found, and the final answer."""

    def __init__(self, plan: Plan, rng: random.Random, unsaid: Collection[int] = ()) -> None:
        super().__init__(plan, rng)
        self.unsaid = frozenset(unsaid)
        """Calls that the request did not ask for in words: the answer need not speak of them."""

    @property
    def reported(self) -> list[int]:
        """The nodes that the answer tells in full: what was asked to know, and every change."""
        return [i for i, node in enumerate(self.nodes) if self._in_full(i, node)]

    def _in_full(self, i: int, node: Node) -> bool:
        if i in self.plan.sinks or _writes(node):
            return True
        asked = isinstance(node, CallNode) and i not in self.unsaid
        return asked and len(items_of(node)) <= READ_OUT

    def intent(self, node: Node) -> str:
        """Say what a call sets out to do, as a verb phrase; "" for a conclusion."""
        if isinstance(node, ReduceNode):
            return ""
        return self.asked(node, self.choose(self.book.functions[node.function.name].ask))

    def finding(self, i: int) -> str:
        """Say what a node brought, in a thought: one thing in full, a list by how long it is."""
        return self._briefly(self.nodes[i], "many")

    def _briefly(self, node: Node, manner: str) -> str:
        if isinstance(node, CallNode) and node.items and len(rows := items_of(node)) > 1:
            entity = self.entity(node)
            count = counted(len(rows), entity.noun, entity.plural)
            ways = self.grammar.found["each" if node.each else manner]
            return sentence(fill(self.choose(ways), {"count": count, "plural": entity.plural}))
        return self.report(node)

    def answer(self) -> str:
        """Say the final answer: all that was asked for, long lists on the way by their length."""
        told = []
        for i, node in enumerate(self.nodes):
            if self._in_full(i, node):
                told.append(self.report(node))
            elif isinstance(node, CallNode) and i not in self.unsaid:
                told.append(self._briefly(node, "told"))
        return self.choose(self.grammar.answer["lead"]) + " ".join(told)

    def report(self, node: Node) -> str:
        """Say the whole outcome of a node."""
        if isinstance(node, ReduceNode):
            return sentence(self._concluded(node))
        if node.items and not node.each:  # all its pages are one list
            return self._result(node, node.arguments[0], items_of(node))
        calls = zip(node.arguments, node.results, strict=True)
        return " ".join(self._result(node, a, _told(node, r)) for a, r in calls)

    def facts(self, node: Node) -> list[Json]:
        """List the values that the answer must hold for a node."""
        if isinstance(node, ReduceNode):
            named = slots_of(self.entity(node).name)
            return (
                [at(node.conclusion, n) for n in sorted(named)]
                if node.entity
                else [node.conclusion]
            )
        tell = self.book.functions[node.function.name].tell
        values = [at(row, name) for row in items_of(node) for name in tell]
        return [v for v in values if v is not None and not isinstance(v, bool | list | dict)]

    def _slot(self, node: CallNode, name: str) -> str:
        binding, kind = node.bindings[name], kind_of(node, name)
        if isinstance(binding, EachOf | AllOf):
            entity = self.entity(self.nodes[binding.node])
            ways = (
                self.grammar.each_known if isinstance(binding, EachOf) else self.grammar.all_known
            )
            each = fill(self.choose(ways), {"plural": entity.plural})
            if binding.field == entity.id:
                return each
            return fill(self.choose(entity.refs[binding.field]), {"it": each})
        if isinstance(binding, Fed):
            entity = self.entity(self.nodes[binding.node])
            row = items_of(self.nodes[binding.node])[0]
            if binding.field == entity.id:
                return self._filled(entity.name, self.nodes[binding.node].entity, row)
        return self.valued(kind, node.arguments[0][name], spoken)

    def _concluded(self, node: ReduceNode) -> str:
        way = self.choose(self.grammar.reduce_say[self.reduction(node)])
        kind = kinds(self.plan.world).get((self.nodes[node.over[0]].entity, node.field))
        slots = {"measure": self.measure(node), "value": spoken(kind, node.conclusion)}
        if node.entity:
            name = self._filled(self.entity(node).name, node.entity, node.conclusion)
            slots |= {"name": name, "Name": name[:1].upper() + name[1:]}
            slots |= {"superlative": self.superlative(node)}
            value = spoken(kind, at(node.conclusion, node.field))
            slots |= {"value": fill(self.entity(node).pick[node.field].value, {"value": value})}
            if value in name:  # the name says it already
                way = way.replace(", {value}", "")
        return fill(way, slots)

    def _result(self, node: CallNode, arguments: dict[str, Json], result: Json) -> str:
        entity, phrases = self.entity(node), self.book.functions[node.function.name]
        said = {n: self.valued(kind_of(node, n), v, spoken) for n, v in arguments.items()}
        if isinstance(result, dict):
            return sentence(self._filled(self.choose(phrases.say), node.entity, result, said))
        said["items"] = listed([self._filled(entity.item, node.entity, row) for row in result])
        said["noun"] = entity.noun
        said["count"] = counted(len(result), entity.noun, entity.plural)
        ways = phrases.say if len(result) > 1 else self.grammar.found["one"]
        return sentence(fill(self.choose(ways), said))

    def _filled(
        self, template: str, entity: str, row: dict[str, Json], said: dict[str, str] | None = None
    ) -> str:
        kind, listing = kinds(self.plan.world), rows(self.plan.world)
        slots = dict(said or {})
        for name in slots_of(template):
            if inner := listing.get((entity, name)):
                way = self.book.entities[inner].item
                slots[name] = listed([self._filled(way, inner, one) for one in at(row, name)])
            elif _has(row, name):
                slots[name] = spoken(kind.get((entity, name)), at(row, name))
        return fill(template, slots)


def _has(row: dict[str, Json], name: str) -> bool:
    return name in row or ("." in name and name.partition(".")[0] in row)


def _told(node: CallNode, result: Json) -> Json:
    """Give a result as it is told: a page as the list it is part of."""
    return rows_of(node.function, result) if node.items else result


def _writes(node: Node) -> bool:
    return isinstance(node, CallNode) and node.function.writes
