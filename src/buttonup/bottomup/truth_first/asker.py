"""The user's voice: asks for what a plan does, without saying how it is done."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from buttonup.bottomup.truth_first.nodes import (
    AllOf,
    Binding,
    CallNode,
    EachOf,
    Fed,
    NextPage,
    Node,
    Plan,
    ReduceNode,
    Said,
    parents,
)
from buttonup.bottomup.truth_first.voice import Voice, kind_of
from buttonup.records import Json
from buttonup.worlds.phrases import Ways
from buttonup.worlds.spoken import asked, listed, sentence
from buttonup.worlds.templates import fill

IMPLICIT = 0.45  # share of calls that may go without saying and do; ours, by ear
ONE_SENTENCE = 0.6  # share of clauses that join the sentence before; ours, by ear


@dataclass(slots=True)
class _Clause:
    """A verb phrase, and how it hangs together with the clauses before it."""

    text: str
    nodes: list[int]
    needs: set[int]
    same: list[str] = field(default_factory=list)
    """The one value in which each further call of the same function differs."""


class Asker(Voice):
    """Asks for what the plan does, without saying how it is done."""

    def __init__(self, plan: Plan, rng: random.Random) -> None:
        super().__init__(plan, rng)
        used = [i for i, _ in plan.edges]
        self.implicit = {
            i
            for i in range(len(self.nodes))
            if used.count(i) == 1 and self._may_be_implicit(i) and rng.random() < IMPLICIT
        }
        self.sets = len({n.over for n in self.nodes if isinstance(n, ReduceNode)})
        """How many sets of things conclusions are drawn from."""
        self.told: set[str] = set()
        """Kinds of the user's own values that have been said."""

    def request(self) -> str:
        """Say the whole request, as one message."""
        clauses = self._clauses()
        body = self._joined(clauses)
        own = self._introductions()
        told = [own, body] if self.rng.random() < 0.5 else [body, own]  # noqa: PLR2004 - a coin
        parts = [self.choose(self.grammar.greetings), *told]
        return " ".join(p for p in parts if p) + self.choose(self.grammar.thanks)

    def task(self, i: int) -> str:
        """Say one sub-task on its own."""
        node = self.nodes[i]
        if isinstance(node, ReduceNode):
            way = self.choose(self.grammar.reduce_task[self.reduction(node)])
            return self._reduced(node, way, "")
        return self.asked(node, self.choose(self.book.functions[node.function.name].ask))

    # --- clauses ------------------------------------------------------------------------------

    def _clauses(self) -> list[_Clause]:
        clauses: list[_Clause] = []
        for i, node in enumerate(self.nodes):
            if i in self.implicit or (isinstance(node, ReduceNode) and self._only_named(i)):
                continue
            if clauses and (other := self._sibling(i, clauses[-1])) is not None:
                clauses[-1].same.append(other)
                clauses[-1].nodes.append(i)
                continue
            clauses.append(_Clause(self._clause(i), [i], self._spoken_needs(i)))
        for clause in clauses:
            if clause.same:
                clause.text += fill(self.choose(self.grammar.same), {"x": listed(clause.same)})
        return clauses

    def _clause(self, i: int) -> str:
        node = self.nodes[i]
        if isinstance(node, CallNode):
            return self.asked(node, self.choose(self.book.functions[node.function.name].ask))
        np = self._set(node.over)
        ways = self.grammar.reduce_among if np else self.grammar.reduce
        return self._reduced(node, self.choose(ways[self.reduction(node)]), np)

    def _only_named(self, i: int) -> bool:
        """Say whether a pick is named where it is used, and needs no clause of its own."""
        return any(i in parents(node) for node in self.nodes[i + 1 :])

    def _sibling(self, i: int, clause: _Clause) -> str | None:
        """Say the one value in which a call differs from the call of the clause before."""
        node, first = self.nodes[i], self.nodes[clause.nodes[0]]
        if not isinstance(node, CallNode) or not isinstance(first, CallNode):
            return None
        if node.function is not first.function or node.bindings.keys() != first.bindings.keys():
            return None
        differ = [p for p, b in node.bindings.items() if b != first.bindings[p]]
        binding = node.bindings[differ[0]]
        if len(differ) != 1 or not isinstance(binding, Said):
            return None
        return self._value(node, differ[0], binding.value)

    def _spoken_needs(self, i: int) -> set[int]:
        """List the nodes that a clause rests on, through those that go without saying."""
        needed: set[int] = set()
        for p in parents(self.nodes[i]):
            silent = p in self.implicit or isinstance(self.nodes[p], ReduceNode)
            needed |= self._spoken_needs(p) if silent else {p}
        return needed

    def _joined(self, clauses: Sequence[_Clause]) -> str:
        g = self.grammar
        opener = self.choose(g.openers)
        text = clauses[0].text
        sentences: list[str] = []
        for last, clause in itertools.pairwise(clauses):
            hangs = bool(clause.needs & set(last.nodes))
            if not sentences and "," not in text and self.rng.random() < ONE_SENTENCE:
                text += fill(self.choose(g.follow if hangs else g.beside), {"c": clause.text})
            else:
                way = self.choose(g.follow_sentence if hangs else g.beside_sentence)
                sentences.append(sentence(fill(way, {"c": clause.text})))
        first = fill(opener, {"c": text, "C": text[:1].upper() + text[1:]})
        return " ".join([sentence(first), *sentences])

    def _introductions(self) -> str:
        """Tell the user's own values that no clause has told."""
        said: dict[str, Json] = {}
        for node in self.nodes:
            if isinstance(node, ReduceNode):
                continue
            for name, binding in node.bindings.items():
                kind = kind_of(node, name)
                if isinstance(binding, Said) and kind in self.book.own and kind not in self.told:
                    said[kind] = binding.value
        return " ".join(
            sentence(fill(self.choose(self.book.own[kind]), {"": str(value)}))
            for kind, value in said.items()
        )

    # --- noun phrases -------------------------------------------------------------------------

    def _may_be_implicit(self, i: int) -> bool:
        """Say whether a call can be named by what it gives, in few enough words."""
        node = self.nodes[i]
        if not isinstance(node, CallNode) or parents(node) or not self._np(i, self._use(i)):
            return False
        if node.items and any(isinstance(b, Fed) and b.node == i for b in self._bindings()):
            return False  # a list that holds one thing is not called by its plural
        return not any(
            isinstance(n, ReduceNode) and len(n.over) > 1 and i in n.over for n in self.nodes
        )

    def _bindings(self) -> list[Binding]:
        return [b for n in self.nodes if isinstance(n, CallNode) for b in n.bindings.values()]

    def _use(self, i: int) -> str:
        """Name the field of a node's object that its one user takes; "self" for the whole."""
        for node in self.nodes[i + 1 :]:
            for b in node.bindings.values() if isinstance(node, CallNode) else ():
                if not isinstance(b, Said | NextPage) and b.node == i:
                    return "self" if b.field == self.entity(self.nodes[i]).id else b.field
        return "self"

    def _np(self, i: int, use: str) -> Ways:
        node = self.nodes[i]
        return (
            self.book.functions[node.function.name].np.get(use, ())
            if isinstance(node, CallNode)
            else ()
        )

    def _named(self, i: int, use: str) -> str:
        """Say what a call would give, instead of asking for the call."""
        node = self.nodes[i]
        assert isinstance(node, CallNode)
        return self.asked(node, self.choose(self._np(i, use)))

    def _slot(self, node: CallNode, name: str) -> str:
        binding = node.bindings[name]
        match binding:
            case Said(value):
                return self._value(node, name, value)
            case Fed(i, use):
                return self._reference(i, use)
            case EachOf(i, use):
                return self._every(i, use, self.grammar.each, self.grammar.each_among)
            case AllOf(i, use):
                return self._every(i, use, self.grammar.all, self.grammar.all_among)
            case NextPage():
                raise AssertionError("nobody asks for the next page")

    def _value(self, node: CallNode, name: str, value: Json) -> str:
        kind = kind_of(node, name)
        self.told.add(kind)
        return self.valued(kind, value, lambda k, v: asked(k, v, self.rng, self.today))

    def _reference(self, i: int, use: str) -> str:
        """Refer to an object of an earlier node, or to a field of it."""
        node, entity = self.nodes[i], self.entity(self.nodes[i])
        if i in self.implicit:
            return self._named(i, self._use(i))
        it = self._object(node)
        return it if use == entity.id else fill(self.choose(entity.refs[use]), {"it": it})

    def _object(self, node: Node) -> str:
        g = self.grammar
        if isinstance(node, CallNode):
            return fill(self.choose(g.single_object), {"noun": self.entity(node).noun})
        slots = {"superlative": self.superlative(node), "np": self._set(node.over)}
        ways = g.among if slots["np"] else g.superlative
        return fill(self.choose(ways), slots)

    def _set(self, over: tuple[int, ...]) -> str:
        """Name the objects that a conclusion is drawn from; "" when only they can be meant."""
        if len(over) == 1 and over[0] in self.implicit:
            return self._named(over[0], "self")
        if self.sets > 1:
            return f"those {self.entity(self.nodes[over[0]]).plural}"
        return ""

    def _every(self, i: int, use: str, them: Ways, among: Ways) -> str:
        entity = self.entity(self.nodes[i])
        slots = {"plural": entity.plural, "np": ""}
        if i in self.implicit:
            them, slots["np"] = among, self._named(i, "self")
        each = fill(self.choose(them), slots)
        return each if use == entity.id else fill(self.choose(entity.refs[use]), {"it": each})

    def _reduced(self, node: ReduceNode, way: str, np: str) -> str:
        entity = self.entity(node)
        slots = {
            "np": np,
            "noun": entity.noun,
            "plural": entity.plural,
            "measure": self.measure(node),
            "superlative": self.superlative(node) if node.entity else "",
        }
        return fill(way, slots)
