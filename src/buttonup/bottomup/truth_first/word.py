"""Truth first, part two: put an executed plan into words.

The request comes last, so it can only ask for what works. What the user says, what the assistant
sets out to do and finds, and the final answer are drawn from the world's phrase book and the
grammar; every literal the plan needs is said, nothing that only a result knows is.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from buttonup.bottomup.truth_first.asker import Asker
from buttonup.bottomup.truth_first.nodes import Plan
from buttonup.bottomup.truth_first.teller import Teller
from buttonup.records import Json
from buttonup.worlds.spoken import sentence, to_you


@dataclass(frozen=True, slots=True)
class Wording:
    """A plan in words. Tuples have one entry a node."""

    request: str
    subtasks: tuple[str, ...]
    intents: tuple[str, ...]
    findings: tuple[str, ...]
    answer: str
    facts: tuple[Json, ...]


def word(plan: Plan, rng: random.Random) -> Wording:
    """Word a plan; the same plan and random numbers give the same words."""
    asker = Asker(plan, rng)
    request = asker.request()
    teller = Teller(plan, rng, unsaid=asker.implicit)
    return Wording(
        request=request,
        subtasks=tuple(sentence(asker.task(i)) for i in range(len(plan.nodes))),
        intents=tuple(to_you(teller.intent(node)) for node in plan.nodes),
        findings=tuple(teller.finding(i) for i in range(len(plan.nodes))),
        answer=teller.answer(),
        facts=tuple(fact for i in teller.reported for fact in teller.facts(plan.nodes[i])),
    )
