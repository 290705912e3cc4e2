"""The assistant's voice: what is about to be done, what was found, and the final answer."""

from __future__ import annotations

import functools
import random
import re
from collections.abc import Collection

from buttonup.bottomup.truth_first.feeds import Feeds
from buttonup.bottomup.truth_first.nodes import (
    AllOf,
    CallNode,
    CheckNode,
    EachOf,
    Fed,
    Node,
    Plan,
    ReduceNode,
    at,
    call_at,
    rows_of,
)
from buttonup.bottomup.truth_first.voice import Voice, kind_of
from buttonup.records import Json
from buttonup.worlds.phrases import Ways
from buttonup.worlds.spoken import counted, listed, sentence, spoken
from buttonup.worlds.templates import fill, slots_of

READ_OUT = 6  # objects on the way to a result that an answer still names one by one; ours
SOME = 2  # of a longer list that are named
NAMED = {"told": 0.5, "many": 0.25}  # share of longer lists of which some are named; by ear
BRIEF = 90  # characters of a thought on a list


class Teller(Voice):
    """Says what is about to be done, what was found, and the final answer."""

    def __init__(
        self,
        plan: Plan,
        rng: random.Random,
        unsaid: Collection[int] = (),
        questions: Collection[int] = (),
    ) -> None:
        super().__init__(plan, rng)
        self.to_user = True
        self.unsaid = frozenset(unsaid)
        """Calls that the request did not ask for in words: the answer need not speak of them."""
        self.questions = frozenset(questions)
        """Calls that the request asked for as questions."""
        self.sinks = plan.sinks
        self._lengths: set[tuple[str, int, str]] = set()
        """Manner, turn, and the length of a list that was told so."""

    def in_full(self, i: int) -> bool:
        """Say whether an answer tells a node in full: what was asked to know, and every change."""
        node = self.nodes[i]
        if isinstance(node, CallNode) and (node.held_back or node.failed):
            return False
        if i in self.sinks or (isinstance(node, CallNode) and node.function.writes):
            return True
        asked = isinstance(node, CallNode) and i not in self.unsaid
        return asked and len(node.objects) <= READ_OUT

    def intent(self, node: Node) -> str:
        """Say what a call sets out to do, as a verb phrase; "" for a conclusion."""
        if not isinstance(node, CallNode):
            return ""
        return self.asked(node, self.choose(self.phrases(node).ask))

    def finding(self, i: int) -> str:
        """Say what a node brought, in a thought: one thing in full, a list by how long it is."""
        return "" if self._counted(i) else self._briefly(i, "many")

    def _briefly(self, i: int, manner: str) -> str:
        node = self.nodes[i]
        if isinstance(node, CallNode) and node.items and len(rows := node.objects) > 1:
            entity = self.entity(node)
            count = counted(len(rows), entity.noun, entity.plural)
            if node.each:
                return sentence(self.said(self.grammar.found["each"], plural=entity.plural))
            key = manner, self.plan.turn_of[i], count
            told_so = key in self._lengths
            self._lengths.add(key)
            ways = self.grammar.found["again" if told_so else manner]
            briefly = sentence(self.said(ways, count=count))
            return (not told_so and self._with_some(i, manner, count)) or briefly
        return self.report(i)

    def _with_some(self, i: int, manner: str, count: str) -> str:
        """Tell a list's length and name some of it: what was asked for as a question always."""
        node, chance = call_at(self.nodes, i), self.rng.random()
        wanted = manner == "told" and i in self.questions
        entity, kind = self.entity(node), self.kind_of_object(node)
        if not wanted and chance >= NAMED[manner]:
            return ""
        picked = [n.conclusion for n in self.nodes if isinstance(n, ReduceNode) and i in n.over]
        slots = slots_of(entity.name)
        rows = [r for r in node.objects if r not in picked and all(s in r for s in slots)]
        names = dict.fromkeys(self._filled(entity.name, node, kind, row) for row in rows)
        some = listed([name.removeprefix(f"{entity.noun} ") for name in names][:SOME])
        told = sentence(self.said(self.grammar.found["among"], count=count, names=some))
        return told if some and (manner == "told" or len(told) < BRIEF) else ""

    def answer(self, turn: int) -> str:
        """Say all that was asked for in a turn, long lists on the way by their length."""
        told = []
        for i, node in enumerate(self.nodes):
            if self.plan.turn_of[i] != turn:
                continue
            call = node if isinstance(node, CallNode) else None
            unmade = call is not None and (call.failed or call.held_back)
            if self.in_full(i) or unmade or isinstance(node, CheckNode):
                told.append(self.report(i))
            elif call is not None and i not in self.unsaid and not self._counted(i):
                told.append(self._briefly(i, "told"))
        return self.choose(self.grammar.answer["lead"]) + " ".join(told)

    def _counted(self, i: int) -> bool:
        """Say whether a list is counted at once, so that its length need not be told twice."""
        return any(
            isinstance(node, ReduceNode) and node.rule == "count" and node.over == (i,)
            for node in self.nodes
        )

    def report(self, i: int) -> str:
        """Say the whole outcome of a node."""
        node = self.nodes[i]
        match node:
            case ReduceNode():
                return sentence(self._concluded(node))
            case CheckNode():
                return sentence(self._checked(node))
            case CallNode(held_back=True):
                return sentence(self.said(self.grammar.held_back, intent=self.intent(node)))
            case CallNode(failed=True):
                error = sentence(str(node.results[0]["error"]))
                ways = self.grammar.failed
                return self.said(ways, intent=self.intent(node), error=error)
            case CallNode() if node.items and not node.each:  # all its pages are one list
                return self._result(node, node.arguments[0], node.objects)
            case CallNode():
                calls = enumerate(zip(node.arguments, node.results, strict=True))
                return " ".join(self._one_of(node, n, a, _told(node, r)) for n, (a, r) in calls)

    def _one_of(self, node: CallNode, n: int, arguments: dict[str, Json], result: Json) -> str:
        """Say the n-th result of a loop; a list with what it is of, where its words do not."""
        told, ways = self._result(node, arguments, result), self.phrases(node).say
        each = next((b for b in node.bindings.values() if isinstance(b, EachOf)), None)
        names_it = len(result) > 1 and _telling_apart(node, ways) is not ways
        if each is None or not node.items or names_it:
            return told
        source = self.nodes[each.node]
        entity, kind = self.entity(source), self.kind_of_object(source)
        name = self._filled(entity.name, source, kind, source.objects[n])
        return f"{name[:1].upper()}{name[1:]}: {told}"

    def facts(self, i: int) -> list[Json]:
        """List the values that the answer must hold for a node."""
        node = self.nodes[i]
        match node:
            case ReduceNode(entity=""):
                return [node.conclusion]
            case ReduceNode():
                named = slots_of(self.entity(node).name)
                return [at(node.conclusion, n) for n in sorted(named)]
            case CheckNode():
                return []
            case CallNode():
                tell = self.phrases(node).tell
                values = [at(row, name) for row in node.objects for name in tell]
                return [
                    v for v in values if v is not None and not isinstance(v, bool | list | dict)
                ]

    def _slot(self, node: CallNode, name: str) -> str:
        binding, kind = node.bindings[name], kind_of(node, name)
        several = isinstance(binding, EachOf | AllOf) and len(self.nodes[binding.node].objects) > 1
        if isinstance(binding, EachOf | AllOf) and several:
            entity = self.entity(self.nodes[binding.node])
            ways = (
                self.grammar.each_known if isinstance(binding, EachOf) else self.grammar.all_known
            )
            return self.referred(entity, binding.field, self.said(ways, plural=entity.plural))
        if isinstance(binding, Fed | AllOf):
            source = self.nodes[binding.node]
            entity, row = self.entity(source), source.objects[0]
            if binding.field == entity.id:
                return self._filled(entity.name, source, self.kind_of_object(source), row)
        return self.valued(node, kind, node.arguments[0][name], spoken)

    def _concluded(self, node: ReduceNode) -> str:
        ways = self.grammar.reduce_say["nth" if node.rule == "nth" else self.reduction(node)]
        way = self.choose(ways)
        kind = self.lexicon(node).kinds.get((self.kind_of_object(node), node.field))
        slots = {"measure": self.measure(node), "value": spoken(kind, node.conclusion)}
        if node.rule == "count":
            entity = self.entity(node)
            slots["value"] = counted(node.conclusion, entity.noun, entity.plural)
        if node.entity:
            name = self._filled(self.entity(node).name, node, node.entity, node.conclusion)
            slots |= {"name": name, "Name": name[:1].upper() + name[1:]}
            slots |= {"superlative": self.superlative(node)}
            if node.rule != "nth":
                value = spoken(kind, at(node.conclusion, node.field))
                slots |= {"value": fill(self.entity(node).pick[node.field].value, {"value": value})}
                if _stands_in(value, name):  # the name says it already
                    way = way.replace(", {value}", "")
        return fill(way, slots)

    def _checked(self, node: CheckNode) -> str:
        over, entity, g = self.nodes[node.over], self.entity(node), self.grammar
        row = over.objects[0]
        actual = at(row, node.field)
        name = self._filled(entity.name, over, self.kind_of_object(node), row)
        if node.test == "is":
            phrase = self.case(node, str(actual).lower() if isinstance(actual, bool) else actual)
            return self.said(
                g.checked["is"], Name=name[:1].upper() + name[1:], name=name, phrase=phrase
            )
        kind = self.lexicon(node).kinds.get((self.kind_of_object(node), node.field))
        ways = g.checked[f"{node.test}_{'yes' if node.holds else 'no'}"]
        return self.said(
            ways,
            measure=self.measure(node),
            value=spoken(kind, actual),
            limit=spoken(kind, node.against),
            name=name,
        )

    def _result(self, node: CallNode, arguments: dict[str, Json], result: Json) -> str:
        entity, phrases, of = self.entity(node), self.phrases(node), node.entity
        if isinstance(result, dict):
            way = self.choose(_telling_apart(node, phrases.say))
            said = self._argued(way, node, arguments)
            return sentence(self._filled(way, node, of, result, said))
        ways = (
            _telling_apart(node, phrases.say)
            if len(result) > 1
            else self.grammar.found["one" if result else "none"]
        )
        way = self.choose(ways)
        said = self._argued(way, node, arguments)
        said["items"] = listed([self._filled(entity.item, node, of, row) for row in result])
        said["noun"] = entity.noun
        said["count"] = counted(len(result), entity.noun, entity.plural)
        return sentence(fill(way, said))

    def _argued(self, way: str, node: CallNode, arguments: dict[str, Json]) -> dict[str, str]:
        """Say the arguments that a template has slots for."""
        return {
            name: self.valued(node, kind_of(node, name), arguments[name], spoken)
            for name in slots_of(way)
            if name in arguments
        }

    def _filled(
        self,
        template: str,
        node: Node,
        entity: str,
        row: dict[str, Json],
        said: dict[str, str] | None = None,
    ) -> str:
        lexicon = self.lexicon(node)
        slots = dict(said or {})
        for name, kind, inner in _fields(lexicon, entity, template):
            if inner:
                way = lexicon.book.entities[inner].item
                rows = [self._filled(way, node, inner, one) for one in at(row, name)]
                slots[name] = listed(rows)
            elif name in row or ("." in name and name.partition(".")[0] in row):
                slots[name] = spoken(kind, at(row, name))
        return fill(template, slots)


@functools.cache
def _fields(
    lexicon: Feeds, entity: str, template: str
) -> tuple[tuple[str, str | None, str | None], ...]:
    """List the slots of a template with the kind of each, and the objects that are listed there."""
    return tuple(
        (name, lexicon.kinds.get((entity, name)), lexicon.rows.get((entity, name)))
        for name in slots_of(template)
    )


def _telling_apart(node: CallNode, ways: Ways) -> Ways:
    """Give the ways to tell one result of a loop that say of what it is, where there are some."""
    each = {name for name, binding in node.bindings.items() if isinstance(binding, EachOf)}
    return tuple(way for way in ways if each & set(slots_of(way))) or ways


def _stands_in(value: str, name: str) -> bool:
    return value in name and re.search(rf"(?<![\w-]){re.escape(value)}(?![\w-])", name) is not None


def _told(node: CallNode, result: Json) -> Json:
    """Give a result as it is told: the list that it holds, or the one object."""
    rows = rows_of(node.function, result)
    return rows if node.items else rows[0]
