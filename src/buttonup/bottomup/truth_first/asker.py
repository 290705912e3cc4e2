"""The user's voice: asks for what a plan does, without saying how it is done."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec

from buttonup.bottomup.truth_first.dice import weighted
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
    Plan,
    ReduceNode,
    Said,
    call_at,
)
from buttonup.bottomup.truth_first.shapes import weighed
from buttonup.bottomup.truth_first.voice import Voice, kind_of
from buttonup.records import Json, Record
from buttonup.worlds.phrases import Register, Ways
from buttonup.worlds.spoken import asked, listed, sentence, settled
from buttonup.worlds.templates import fill

SHORT = 3  # words of a superlative that "of" may follow
IMPLICIT = 0.45  # share of calls that may go without saying and do; ours, by ear
IF_FIRST = 0.5  # share of conditions that come before what hangs on them; by ear
BOUND_TO_SAY = 0.5  # chance that the user's own number comes first; a coin


REGISTER_MIX = {"plain": 5.0, "terse": 3.0, "chatty": 2.5, "formal": 2.0, "story": 2.0}


class Wording(Record):
    """Knobs of how requests are worded."""

    registers: dict[str, float] = msgspec.field(default_factory=lambda: dict(REGISTER_MIX))
    """Register -> weight; a register left out is never spoken."""
    relative: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.4
    """Chance that a near date is said from today: "tomorrow", "next Friday"."""
    typos: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    """Share of requests with slips of the keyboard in words that carry no value."""

    def __post_init__(self) -> None:
        weighed("wording.registers", self.registers, REGISTER_MIX)


@dataclass(slots=True)
class _Clause:
    """A verb phrase, and how it hangs together with the clauses before it."""

    node: int
    nodes: list[int]
    needs: set[int]
    same: list[str] = field(default_factory=list)
    """The one value in which each further call of the same function differs."""
    condition: str = ""
    """"if that bike is free": said before or after the clause."""
    otherwise: str = ""
    """What is asked for under the opposite condition."""


class Asker(Voice):
    """Asks for what the plan does, without saying how it is done."""

    def __init__(self, plan: Plan, rng: random.Random, knobs: Wording) -> None:
        super().__init__(plan, rng)
        self.knobs = knobs
        registers = self.grammar.registers
        names = [name for name in registers if knobs.registers.get(name)]
        mix = {name: knobs.registers[name] for name in names}
        self.register: Register = registers[weighted(rng, mix)]
        self.used = [i for i, _ in plan.edges]
        self.implicit = {
            i
            for i in range(len(self.nodes))
            if self.used.count(i) == 1 and rng.random() < IMPLICIT and self._may_be_implicit(i)
        }
        self.joined: set[str] = set()
        """Connectives that this message has: none comes twice while there are others."""
        self.mentioned: set[int] = set()
        """Picks that this message has named; then "that bike" will do."""
        self.on_its_own = False
        """Whether nothing stands before what is said: "each of them" would mean nothing."""
        self.kept: set[str] = set()
        """Words in which values have been said: nobody slips in them."""
        self.told: set[str] = set()
        """Kinds of the user's own values that have been said."""
        self.questions: set[int] = set()
        """Calls that are asked for as questions: these want an answer, not only its length."""
        self.sets: dict[int, int] = {}
        """Turn -> how many sets of things its conclusions are drawn from."""
        for i, node in enumerate(self.nodes):
            if isinstance(node, ReduceNode):
                turn = plan.turn_of[i]
                over = {n.over for j, n in enumerate(self.nodes)
                        if isinstance(n, ReduceNode) and plan.turn_of[j] == turn}  # fmt: skip
                self.sets[turn] = len(over)

    # --- turns --------------------------------------------------------------------------------

    def request(self, turn: int, *, later: bool = False) -> str:
        """Say all that is asked for in a turn, as one message."""
        clauses = self._clauses([i for i, t in enumerate(self.plan.turn_of) if t == turn])
        body = self._joined(clauses)
        own = self._introductions(turn)
        if later:
            parts = [self.choose(self.grammar.later), body, own]
        else:
            first = self.rng.random() < BOUND_TO_SAY
            told = [own, body] if first else [body, own]
            parts = [self.choose(self.register.greetings), self.choose(self.register.stories)]
            parts += [*told, self.choose(self.register.thanks)]
        return self._finished(" ".join(p for p in parts if p))

    def changed(self, i: int, turn: int) -> str:
        """Say that one value is to be another, and what is to come of it."""
        node, before = self._call(i), self._call(self._twin(i))
        name = _differing(node, before)
        lead = self.said(self.grammar.change, x=self._slot(node, name))
        return self._with_rest(lead, i, turn)

    def narrowed(self, i: int, turn: int) -> str:
        """Add a condition to what was asked before, and say what is to come of it."""
        node, before = self._call(i), self._call(self._twin(i))
        name = _differing(node, before)
        added = self.modified(node, self.choose(self.phrases(node).modify[name]))
        lead = self.said(self.grammar.detail, m=re.sub(r"^\((.*)\)$", r"\1", added))
        return self._with_rest(lead, i, turn)

    def _with_rest(self, lead: str, i: int, turn: int) -> str:
        rest = [j for j, t in enumerate(self.plan.turn_of) if t == turn and j != i]
        clauses = self._clauses(rest)
        body = self._joined(clauses, first=False) if clauses else ""
        own = self._introductions(turn)
        return self._finished(" ".join(p for p in (sentence(lead), body, own) if p))

    def supplied(self, i: int, name: str) -> str:
        """Give a value that the assistant has asked for."""
        node = self._call(i)
        binding, kind = node.bindings[name], kind_of(node, name)
        assert isinstance(binding, Said)
        if kind in (own := self.lexicon(node).book.own):
            return self._finished(self.said(own[kind], **{"": str(binding.value)}))
        return self._finished(self.said(self.grammar.value, x=self._slot(node, name)))

    def corrected(self, i: int, name: str) -> str:
        """Give the right value for one that was wrong."""
        node = self._call(i)
        return self._finished(self.said(self.grammar.correction, x=self._slot(node, name)))

    def _call(self, i: int) -> CallNode:
        return call_at(self.nodes, i)

    def _twin(self, i: int) -> int:
        """Find the earlier call of the same function."""
        function = self._call(i).function
        return next(
            j
            for j, n in enumerate(self.nodes)
            if isinstance(n, CallNode) and n.function is function
        )

    def _finished(self, text: str) -> str:
        text = settled(text, self.grammar.dropped_before_day)
        if self.register.small and self.rng.random() < self.register.small:
            text = _small(text)
        if self.knobs.typos and self.rng.random() < self.knobs.typos:
            text = _mistyped(text, self.rng, self.kept)
        return text

    def task(self, i: int) -> str:
        """Say one sub-task on its own."""
        self.mentioned.clear()
        self.on_its_own = True
        said = self._task(i)
        self.on_its_own = False
        return settled(said, self.grammar.dropped_before_day)

    def _task(self, i: int) -> str:
        node = self.nodes[i]
        match node:
            case ReduceNode():
                way = self.choose(self.grammar.reduce_task[self.reduction(node)])
                return self._reduced(node, way, "")
            case CheckNode():
                return self.said(self.grammar.check_task, condition=self._condition(node))
            case CallNode():
                return self.asked(node, self.choose(self.phrases(node).ask))

    # --- clauses ------------------------------------------------------------------------------

    def _clauses(self, among: Sequence[int]) -> list[_Clause]:
        clauses: list[_Clause] = []
        for i in among:
            node = self.nodes[i]
            if i in self.implicit or isinstance(node, CheckNode):
                continue
            if isinstance(node, ReduceNode) and self._only_named(i):
                continue
            if isinstance(node, CallNode) and node.guard and not node.guard.wanted:
                self._under(clauses, node.guard.check).otherwise = self._plain(node)
                continue
            if clauses and (other := self._sibling(i, clauses[-1])) is not None:
                clauses[-1].same.append(other)
                clauses[-1].nodes.append(i)
                continue
            clause = _Clause(i, [i], self._spoken_needs(i))
            if isinstance(node, CallNode) and node.guard:
                check = self.nodes[node.guard.check]
                assert isinstance(check, CheckNode)
                clause.condition = self._condition(check)
            clauses.append(clause)
        return clauses

    def _under(self, clauses: Sequence[_Clause], check: int) -> _Clause:
        """Find the clause that hangs on a condition."""
        held = Guard(check, wanted=True)
        calls = ((c, self.nodes[c.node]) for c in clauses)
        return next(c for c, n in calls if isinstance(n, CallNode) and n.guard == held)

    def _plain(self, node: CallNode) -> str:
        if self.plan.missing and self.nodes[self.plan.missing[0]] is node:
            omitted = self.phrases(node).omit.get(self.plan.missing[1])
            return self.asked(node, self.choose(omitted or self.phrases(node).ask))
        return self.asked(node, self.choose(self.phrases(node).ask))

    def _verb(self, clause: _Clause) -> str:
        """Say a clause as a verb phrase."""
        node = self.nodes[clause.node]
        if isinstance(node, CallNode):
            text = self._plain(node)
        else:
            assert isinstance(node, ReduceNode)
            np = self._set(node)
            reductions = self.grammar.reduce_among if np else self.grammar.reduce
            text = self._reduced(node, self.choose(reductions[self.reduction(node)]), np)
        if clause.same:
            text += self.said(self.grammar.same, x=listed(clause.same))
        if clause.condition:
            ways = self.grammar.conditional_else if clause.otherwise else self.grammar.conditional
            text = self.said(ways, c=text, condition=clause.condition, d=clause.otherwise)
        return text

    def _only_named(self, i: int) -> bool:
        """Say whether a pick is named where its turn uses it, and needs no clause of its own."""
        return self.plan.turn_of[i] in self._turns_of_users(i)

    def _sibling(self, i: int, clause: _Clause) -> str | None:
        """Say the one value in which a call differs from the call of the clause before."""
        node, first = self.nodes[i], self.nodes[clause.node]
        if not isinstance(node, CallNode) or not isinstance(first, CallNode):
            return None
        if node.function is not first.function or node.guard or first.guard:
            return None
        names = {n for n, b in node.bindings.items() if not isinstance(b, NextPage)}
        if names != {n for n, b in first.bindings.items() if not isinstance(b, NextPage)}:
            return None
        differ = [n for n in sorted(names) if node.bindings[n] != first.bindings[n]]
        if len(differ) != 1 or not isinstance(binding := node.bindings[differ[0]], Said):
            return None
        return self._value(node, differ[0], binding.value)

    def _spoken_needs(self, i: int) -> set[int]:
        """List the nodes that a clause rests on, through those that go without saying."""
        needed: set[int] = set()
        for p in self.nodes[i].needs:
            silent = p in self.implicit or not isinstance(self.nodes[p], CallNode)
            needed |= self._spoken_needs(p) if silent else {p}
        return needed

    def _joining(self, ways: Ways, **slots: str) -> str:
        """Draw a connective that the message does not have yet, and fill it."""
        fresh = tuple(way for way in ways if way not in self.joined) or ways
        way = self.choose(fresh)
        self.joined.add(way)
        return fill(way, slots)

    # --- sentences ----------------------------------------------------------------------------

    def _joined(self, clauses: Sequence[_Clause], *, first: bool = True) -> str:
        """Say clauses one after the other, joining some; each sentence has its own form."""
        self.joined.clear()
        self.mentioned.clear()
        sentences: list[str] = []
        open_text, last = "", None
        for clause in clauses:
            hangs = last is not None and bool(clause.needs & set(last.nodes))
            joinable = open_text and "," not in open_text and not clause.condition
            if joinable and self.rng.random() < self.register.together:
                ways = self.grammar.follow if hangs else self.grammar.beside
                open_text += self._joining(ways, c=self._verb(clause))
                last = clause
                continue
            if open_text:
                sentences.append(self._opened(open_text, first=first and not sentences))
                open_text = ""
            if clause.condition and not clause.otherwise and self.rng.random() < IF_FIRST:
                sentences.append(self._conditioned(clause))
                last = clause
                continue
            form = self._form(clause)
            if form == "ask":
                text = self._verb(clause)
                if first and not sentences:
                    open_text = text
                else:
                    ways = self.grammar.follow_sentence if hangs else self.grammar.beside_sentence
                    sentences.append(sentence(self._joining(ways, c=text)))
            else:
                sentences.append(self._formed(clause, form, hangs=hangs, first=not sentences))
            last = clause
        if open_text:
            sentences.append(self._opened(open_text, first=first and not sentences))
        return " ".join(sentences)

    def _conditioned(self, clause: _Clause) -> str:
        """Say a condition first, in a sentence of its own."""
        text = self._plain(self._call(clause.node))
        ways = self.grammar.conditional_sentence
        return sentence(self._joining(ways, c=text, condition=clause.condition))

    def _opened(self, text: str, *, first: bool) -> str:
        ways = self.register.openers if first else self.grammar.beside_sentence
        return sentence(self._joining(ways, c=text, C=text[:1].upper() + text[1:]))

    def _form(self, clause: _Clause) -> str:
        node = self.nodes[clause.node]
        if not isinstance(node, CallNode) or clause.condition or clause.same:
            return "ask"
        if self.plan.missing and self.nodes[self.plan.missing[0]] is node:
            return "ask"
        phrases = self.phrases(node)
        forms = {"ask": True, "question": bool(phrases.question), "wish": bool(phrases.wish)}
        forms["np"] = bool(phrases.np.get("self")) and not node.needs and not node.function.writes
        mix = self.register.forms
        return weighted(self.rng, {n: mix.get(n, 0.0) for n, there in forms.items() if there})

    def _formed(self, clause: _Clause, form: str, *, hangs: bool, first: bool) -> str:
        """Say a clause as a question, as a wish, or by naming what is wanted."""
        node = self._call(clause.node)
        phrases, g = self.phrases(node), self.grammar
        place = "first" if first else "follow" if hangs else "beside"
        match form:
            case "question":
                self.questions.add(clause.node)
                text = self.asked(node, self.choose(phrases.question))
                return self._capital(
                    self._joining(g.question[place], q=_lowered(text), Q=text), "?"
                )
            case "wish":
                text = self.asked(node, self.choose(phrases.wish))
                ways = self.register.wishes if first else g.wish[place]
                return sentence(self._joining(ways, w=text))
            case _:
                text = self.asked(node, self.choose(phrases.np["self"]))
                return self._capital(self._joining(g.named[place], np=text), "")

    def _capital(self, text: str, mark: str) -> str:
        text = " ".join(text.split())
        return text[:1].upper() + text[1:] + mark

    def _introductions(self, turn: int) -> str:
        """Tell the user's own values that no clause has told."""
        said: dict[str, tuple[CallNode, Json]] = {}
        for i, node in enumerate(self.nodes):
            if not isinstance(node, CallNode) or self.plan.turn_of[i] != turn:
                continue
            for name, binding in node.bindings.items():
                kind = kind_of(node, name)
                if not isinstance(binding, Said) or kind in self.told:
                    continue
                if kind in self.lexicon(node).book.own and not self._forgotten(kind):
                    said[kind] = (node, self._given(node, name, binding.value))
        self.told |= said.keys()
        return " ".join(
            sentence(self.said(self.lexicon(node).book.own[kind], **{"": str(value)}))
            for kind, (node, value) in said.items()
        )

    def _forgotten(self, kind: str) -> bool:
        if self.plan.missing is None:
            return False
        i, name = self.plan.missing
        return kind_of(self._call(i), name) == kind

    def _given(self, node: CallNode, name: str, value: Json) -> Json:
        """Give the value as the user first says it: the wrong one, where they mistake it."""
        if self.plan.wrong is None or "corrected" in self.told:
            return value
        mistaken, wrong = self.plan.wrong
        first = self._call(0)
        same = kind_of(node, name) == kind_of(first, mistaken) and first.bindings[mistaken] == Said(
            value
        )
        return wrong if same else value

    # --- noun phrases -------------------------------------------------------------------------

    def _may_be_implicit(self, i: int) -> bool:
        """Say whether a call can be named by what it gives, in few enough words."""
        node = self.nodes[i]
        if not isinstance(node, CallNode) or node.needs or not self._np(i, self._use(i)):
            return False
        if any(t != self.plan.turn_of[i] for t in self._turns_of_users(i)):
            return False
        if self.plan.missing and self.plan.missing[0] == i:
            return False
        if self._use(i) != "self" and any(n in node.bindings for n in self.phrases(node).modify):
            return False  # what was asked of the whole would seem to be asked of its field
        if node.items and any(isinstance(b, Fed) and b.node == i for b in self._bindings()):
            return False  # a list that holds one thing is not called by its plural
        return not any(
            (isinstance(n, ReduceNode) and len(n.over) > 1 and i in n.over)
            or (isinstance(n, CheckNode) and n.over == i)
            for n in self.nodes
        )

    def _turns_of_users(self, i: int) -> list[int]:
        return [self.plan.turn_of[j] for j, n in enumerate(self.nodes) if i in n.needs]

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
        return self.phrases(node).np.get(use, ()) if isinstance(node, CallNode) else ()

    def _named(self, i: int, use: str) -> str:
        """Say what a call would give, instead of asking for the call."""
        return self.asked(self._call(i), self.choose(self._np(i, use)))

    def _slot(self, node: CallNode, name: str) -> str:
        binding = node.bindings[name]
        match binding:
            case Said(value):
                return self._value(node, name, value)
            case Fed(i, use):
                return self._reference(i, use)
            case EachOf(i, use):
                them = self.grammar.each_known if self.on_its_own else self.grammar.each
                return self._every(i, use, them, self.grammar.each_among)
            case AllOf(i, use) if len(self.nodes[i].objects) == 1:
                return self._reference(i, use)
            case AllOf(i, use):
                them = self.grammar.all_known if self.on_its_own else self.grammar.all
                return self._every(i, use, them, self.grammar.all_among)
            case NextPage():
                raise AssertionError("nobody asks for the next page")

    def _value(self, node: CallNode, name: str, value: Json) -> str:
        kind = kind_of(node, name)
        self.told.add(kind)
        given = self._given(node, name, value)
        relative = self.knobs.relative
        text = self.valued(
            node, kind, given, lambda k, v: asked(k, v, self.rng, self.today, relative)
        )
        if self.knobs.typos:
            self.kept.update(_WORD.findall(text.lower()))
        return text

    def _reference(self, i: int, use: str) -> str:
        """Refer to an object of an earlier node, or to a field of it."""
        node, entity = self.nodes[i], self.entity(self.nodes[i])
        if i in self.implicit:
            return self._named(i, self._use(i))
        return self.referred(entity, use, self._object(node))

    def _object(self, node: Node) -> str:
        g = self.grammar
        if isinstance(node, CallNode):
            return self.said(g.single_object, noun=self.entity(node).noun)
        assert isinstance(node, ReduceNode)
        if id(node) in self.mentioned and self._alone(node):
            return self.said(g.single_object, noun=self.entity(node).noun)
        self.mentioned.add(id(node))
        np = self._set(node)
        superlative = self.superlative(node)
        among = g.among if len(superlative.split()) <= SHORT else g.among_long
        return self.said(among if np else g.superlative, superlative=superlative, np=np)

    def _alone(self, node: ReduceNode) -> bool:
        """Say whether a pick is the only thing of its kind that this message has singled out."""
        noun = self.entity(node).noun
        others = (n for n in self.nodes if isinstance(n, ReduceNode) and n.entity and n is not node)
        return not any(id(n) in self.mentioned and self.entity(n).noun == noun for n in others)

    def _set(self, node: ReduceNode) -> str:
        """Name the objects that a conclusion is drawn from; "" when only they can be meant."""
        over, i = node.over, self.nodes.index(node)
        if len(over) == 1 and over[0] in self.implicit:
            return self._named(over[0], "self")
        if self.sets[self.plan.turn_of[i]] > 1:
            return self.said(self.grammar.those, plural=self.entity(self.nodes[over[0]]).plural)
        if self.on_its_own:
            return self.said(self.grammar.known, plural=self.entity(self.nodes[over[0]]).plural)
        return ""

    def _every(self, i: int, use: str, them: Ways, among: Ways) -> str:
        entity = self.entity(self.nodes[i])
        slots = {"plural": entity.plural, "np": ""}
        if i in self.implicit:
            them, slots["np"] = among, self._named(i, "self")
        return self.referred(entity, use, self.said(them, **slots))

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

    def _condition(self, check: CheckNode) -> str:
        """Say a condition: "if its daily price is over €20", "if that bike is free"."""
        over, entity = self.nodes[check.over], self.entity(check)
        if check.test == "is":
            it = self._object(over) if isinstance(over, ReduceNode) else self.choose(
                self.grammar.it).replace("{noun}", entity.noun)  # fmt: skip
            return self.said(self.grammar.if_is, it=it, phrase=self.case(check, check.against))
        kind = self.lexicon(check).kinds.get((self.kind_of_object(check), check.field))
        limit = asked(kind, check.against, self.rng, self.today, 0.0)
        ways = self.grammar.if_over if check.test == "over" else self.grammar.if_under
        of = ""
        if isinstance(over, ReduceNode):
            of = self.said(self.grammar.of, it=self._object(over))
        return self.said(ways, measure=self.measure(check), limit=limit, of=of)


def _differing(node: CallNode, before: CallNode) -> str:
    """Name the one value that is another in the later of two calls of a function."""
    said = {n: b for n, b in node.bindings.items() if not isinstance(b, NextPage)}
    [name] = [n for n, b in said.items() if b != before.bindings.get(n)]
    return name


_WORD = re.compile(r"(?<![\w€@.'/-])[a-z]{5,}(?![\w@'/-])")


def _mistyped(text: str, rng: random.Random, kept: Collection[str]) -> str:
    """Slip on a few long words in small letters, but on none that is kept."""
    values = tuple(kept)  # "afternoons" has one in it as well
    spots = [match for match in _WORD.finditer(text) if not match[0].startswith(values)]
    for match in sorted(
        rng.sample(spots, min(len(spots), rng.randint(1, 3))), key=lambda m: -m.start()
    ):
        word, i = match[0], rng.randrange(1, len(match[0]) - 1)
        slip = rng.choice((
            word[:i] + word[i + 1] + word[i] + word[i + 2 :],
            word[:i] + word[i + 1 :],
            word[:i] + word[i] + word[i:],
        ))  # fmt: skip
        text = text[: match.start()] + slip + text[match.end() :]
    return text


def _small(text: str) -> str:
    """Begin sentences in small letters and leave out the last stop, as people type in a hurry."""
    text = re.sub(r"(^|[.!?] )([A-Z])(?=[a-z' ])", lambda m: m[1] + m[2].lower(), text)
    return re.sub(r"\bi(?='|\b)", "i", text.removesuffix("."))


def _lowered(text: str) -> str:
    return text if text[:2] in ("I ", "I'") else text[:1].lower() + text[1:]
