"""The assistant's voice reports what was asked, and every change that was made."""

from __future__ import annotations

from buttonup.bottomup.truth_first.nodes import CallNode
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.shapes import Planning
from buttonup.bottomup.truth_first.teller import Teller
from buttonup.bottomup.truth_first.word import word
from buttonup.worlds.catalogue import WORLDS


def tellers(count: int) -> list[Teller]:
    made = []
    for world in WORLDS.values():
        for i in range(count):
            ticket = Ticket(seed=6, index=i)
            made.append(Teller(plan(world, ticket, Planning()), ticket.rng("word")))
    return made


def test_every_change_is_reported() -> None:
    for teller in tellers(20):
        writes = {
            i for i, n in enumerate(teller.nodes) if isinstance(n, CallNode) and n.function.writes
        }
        assert writes <= set(teller.reported)


def test_a_long_list_is_not_read_out_in_a_thought() -> None:
    for teller in tellers(20):
        for i, node in enumerate(teller.nodes):
            if isinstance(node, CallNode) and node.items and len(node.results[0]) > 1:
                assert len(teller.finding(i)) < 80


def test_facts_are_plain_values() -> None:
    for world in WORLDS.values():
        ticket = Ticket(seed=6, index=3)
        worded = word(plan(world, ticket, Planning()), ticket.rng("word"))
        assert all(isinstance(fact, str | int | float) for fact in worded.facts)
        assert not any(isinstance(fact, bool) for fact in worded.facts)


def test_the_assistant_does_not_speak_as_the_user() -> None:
    for world in WORLDS.values():
        for i in range(30):
            ticket = Ticket(seed=8, index=i)
            worded = word(plan(world, ticket, Planning()), ticket.rng("word"))
            for intent in worded.intents:
                assert not {"my", "me", "i", "mine"} & set(intent.lower().split()), intent
