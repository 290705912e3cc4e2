"""Requests say what is needed and nothing that only a result can tell."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.bottomup.truth_first.nodes import CallNode, Said
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.rewrite import _forms, _occurs
from buttonup.bottomup.truth_first.shapes import Planning
from buttonup.bottomup.truth_first.voice import slots_of
from buttonup.bottomup.truth_first.word import word
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.world import World

worlds = st.sampled_from(list(WORLDS.values()))
tickets = st.builds(Ticket, seed=st.integers(0, 9), index=st.integers(0, 10_000))


@given(worlds, tickets)
@settings(deadline=None, max_examples=150)
def test_every_value_the_user_must_give_is_in_the_request(world: World, ticket: Ticket) -> None:
    made = plan(world, ticket, Planning())
    request = word(made, ticket.rng("word")).request
    for node in (n for n in made.nodes if isinstance(n, CallNode)):
        for b in node.bindings.values():
            if isinstance(b, Said) and not isinstance(b.value, bool):
                forms = _forms(b.value)
                assert any(_occurs(form, request.casefold()) for form in forms), request


@given(worlds, tickets)
@settings(deadline=None, max_examples=60)
def test_a_request_names_no_function(world: World, ticket: Ticket) -> None:
    made = plan(world, ticket, Planning())
    request = word(made, ticket.rng("word")).request
    assert not any(name in request for name in world.functions if "_" in name)


@given(worlds, tickets)
@settings(deadline=None, max_examples=60)
def test_there_are_words_for_every_node(world: World, ticket: Ticket) -> None:
    made = plan(world, ticket, Planning())
    worded = word(made, ticket.rng("word"))
    assert len(worded.subtasks) == len(worded.findings) == len(made.nodes)
    for node, intent in zip(made.nodes, worded.intents, strict=True):
        assert bool(intent) == isinstance(node, CallNode)
    assert worded.facts


def test_slots_are_found_in_templates() -> None:
    assert slots_of("from {a} to {b} and {a}") == ("a", "b")
