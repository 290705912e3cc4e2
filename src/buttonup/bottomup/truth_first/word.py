"""Truth first, part two: put an executed plan into words.

The request comes last, so it can only ask for what works. What the user says turn by turn, what the
assistant sets out to do and finds, and what it answers are drawn from the worlds' phrase books and
the grammar; every literal the plan needs is said, nothing that only a result knows is.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from buttonup.bottomup.truth_first.asker import Asker, Wording
from buttonup.bottomup.truth_first.dice import one_of
from buttonup.bottomup.truth_first.nodes import CallNode, Plan, call_at
from buttonup.bottomup.truth_first.teller import Teller
from buttonup.bottomup.truth_first.voice import kind_of
from buttonup.records import Function, Json, Reply, TurnKind, UserTurn
from buttonup.worlds.spoken import sentence
from buttonup.worlds.templates import fill

TOLD_WHY = 0.6  # share of look-ups with a purpose whose thought tells it; ours


@dataclass(frozen=True, slots=True)
class Worded:
    """A plan in words. Tuples of words have one entry a node."""

    turns: tuple[UserTurn, ...]
    subtasks: tuple[str, ...]
    aims: tuple[str, ...]
    intents: tuple[str, ...]
    findings: tuple[str, ...]
    facts: tuple[Json, ...]
    served: tuple[int, ...]
    """The nodes that are carried out; those that no function serves are only asked for."""


def word(plan: Plan, rng: random.Random, knobs: Wording, chat: str = "") -> Worded:
    """Word a plan; the same plan and random numbers give the same words.

    `chat` is "before" or "after" for a turn of small talk.
    """
    asker = Asker(plan, rng, knobs)
    said = _said(plan, asker)
    teller = Teller(plan, rng, asker.implicit, asker.questions)
    lost = len(plan.turns) - 1 if plan.scene == "unserved" else None
    served = tuple(i for i, turn in enumerate(plan.turn_of) if turn != lost)
    turns = tuple(_replied(plan, asker, teller, said))
    everywhere = range(len(plan.nodes))
    tasks = tuple(asker.task(i) for i in everywhere)
    asker.to_user = True
    return Worded(
        turns=_with_chat(turns, chat, teller),
        subtasks=tuple(sentence(task) for task in tasks),
        aims=tuple(_aim(plan, asker, i, rng) for i in everywhere),
        intents=tuple(teller.intent(node) for node in plan.nodes),
        findings=tuple(teller.finding(i) for i in everywhere),
        facts=tuple(f for i in served if teller.in_full(i) for f in teller.facts(i)),
        served=served,
    )


def _aim(plan: Plan, asker: Asker, i: int, rng: random.Random) -> str:
    """Say what a look-up is wanted for in its turn; "" for what changes things, and by chance."""
    node = plan.nodes[i]
    if not isinstance(node, CallNode) or node.function.writes or rng.random() > TOLD_WHY:
        return ""
    fed = [j for j in _fed_by(plan, i) if plan.turn_of[j] == plan.turn_of[i]]
    return asker.task(one_of(rng, fed)) if fed else ""


def _fed_by(plan: Plan, i: int) -> list[int]:
    """List the calls that use what a node gives, through conclusions."""
    found: list[int] = []
    for j in range(i + 1, len(plan.nodes)):
        if i in plan.nodes[j].needs:
            found += [j] if isinstance(plan.nodes[j], CallNode) else _fed_by(plan, j)
    return found


def _said(plan: Plan, asker: Asker) -> list[str]:
    """Say every turn of the user, in order."""
    said: list[str] = []
    for turn, kind in enumerate(plan.turns):
        match kind:
            case "request" if plan.turns[1:] in (("value",), ("offer",), ("correction",)):
                said.append(asker.request(1))
            case "request":
                said.append(asker.request(0))
            case "change":
                said.append(asker.changed(_first(plan, turn), turn))
            case "detail":
                said.append(asker.narrowed(_first(plan, turn), turn))
            case "value":
                assert plan.missing is not None
                said.append(asker.supplied(*plan.missing))
            case "correction":
                assert plan.wrong is not None
                asker.told.add("corrected")
                said.append(asker.corrected(_first(plan, turn), plan.wrong[0]))
            case "offer":
                said.append(asker.said(asker.grammar.offer))
            case _:
                said.append(asker.request(turn, later=True))
    return said


def _first(plan: Plan, turn: int) -> int:
    return plan.turn_of.index(turn)


def _replied(plan: Plan, asker: Asker, teller: Teller, said: Sequence[str]) -> list[UserTurn]:
    """Put beside what the user says what is to come of it."""
    turns: list[UserTurn] = []
    for turn, (kind, words) in enumerate(zip(plan.turns, said, strict=True)):
        steps = tuple(i for i, t in enumerate(plan.turn_of) if t == turn)
        reply, answer, missing = _reply(plan, asker, teller, turn)
        offers: tuple[Function, ...] = ()
        if kind == "offer":
            offers = tuple(call_at(plan.nodes, i).function.definition for i in _late(plan))
        if reply in ("ask", "decline"):
            steps = ()
        turns.append(UserTurn(words, kind, steps, reply, answer, offers, missing))
    return turns


def _reply(plan: Plan, asker: Asker, teller: Teller, turn: int) -> tuple[Reply, str, str]:
    g, later = teller.grammar, plan.turns[turn + 1 : turn + 2]
    if later == ("value",):
        assert plan.missing is not None
        i, name = plan.missing
        node = call_at(plan.nodes, i)
        back = teller.lexicon(node).book.ask_back
        ways = back.get(f"{node.function.name}.{name}") or back[kind_of(node, name)]
        return "ask", teller.choose(ways), node.function.name
    if later == ("offer",) or (plan.scene == "unserved" and turn == len(plan.turns) - 1):
        i = _late(plan)[0] if later else _first(plan, turn)
        node = call_at(plan.nodes, i)
        asker.to_user = True
        intent = asker.task(i)
        asker.to_user = False
        return "decline", teller.said(g.decline, intent=intent), node.function.name
    if later == ("correction",):
        error = sentence(str(call_at(plan.nodes, 0).results[0]["error"]))
        return "failure", teller.said(g.unknown, error=error), ""
    nodes = [n for i, n in enumerate(plan.nodes) if plan.turn_of[i] == turn]
    failed = any(isinstance(n, CallNode) and n.failed for n in nodes)
    return ("failure" if failed else "answer"), teller.answer(turn), ""


def _late(plan: Plan) -> list[int]:
    """Name the call whose function is missing at first: the last one."""
    return [max(i for i, n in enumerate(plan.nodes) if isinstance(n, CallNode))]


def _with_chat(turns: tuple[UserTurn, ...], chat: str, teller: Teller) -> tuple[UserTurn, ...]:
    """Put a turn that needs no call before or after the others."""
    if not chat:
        return turns
    pair = one_of(teller.rng, teller.grammar.chat[chat])
    kind: TurnKind = "small_talk"
    extra = UserTurn(says=fill(pair.user, {}), kind=kind, reply="chat", answer=pair.assistant)
    return (extra, *turns) if chat == "before" else (*turns, extra)
