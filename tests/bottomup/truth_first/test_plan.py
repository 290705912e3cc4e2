"""Plans are executable, and depend on what they say they depend on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.bottomup.truth_first.nodes import (
    CallNode,
    ReduceNode,
    Said,
    items_of,
    parents,
    value_of,
)
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.shapes import MIX, SHAPES, Planning
from buttonup.errors import Reject
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.world import World

worlds = st.sampled_from(list(WORLDS.values()))
tickets = st.builds(Ticket, seed=st.integers(0, 9), index=st.integers(0, 10_000))


@given(worlds, tickets)
@settings(deadline=None, max_examples=60)
def test_every_argument_is_the_value_its_binding_points_to(world: World, ticket: Ticket) -> None:
    made = plan(world, ticket, Planning())
    for node in (n for n in made.nodes if isinstance(n, CallNode)):
        for i, arguments in enumerate(node.arguments):
            assert arguments == {k: value_of(made.nodes, b, i) for k, b in node.bindings.items()}


@given(worlds, tickets)
@settings(deadline=None, max_examples=60)
def test_a_node_needs_only_nodes_before_it(world: World, ticket: Ticket) -> None:
    made = plan(world, ticket, Planning())
    assert all(p < i for i, node in enumerate(made.nodes) for p in parents(node))


@given(worlds, tickets)
@settings(deadline=None, max_examples=60)
def test_a_fed_value_could_not_be_known_before_its_feeder_ran(world: World, ticket: Ticket) -> None:
    made = plan(world, ticket, Planning())
    for node in (n for n in made.nodes if isinstance(n, CallNode)):
        for name, b in node.bindings.items():
            feeder = None if isinstance(b, Said) else made.nodes[b.node]
            if isinstance(feeder, CallNode):
                assert node.arguments[0][name] not in feeder.arguments[0].values()


@given(worlds, tickets)
@settings(deadline=None, max_examples=60)
def test_a_pick_has_one_right_answer(world: World, ticket: Ticket) -> None:
    made = plan(world, ticket, Planning())
    for node in (n for n in made.nodes if isinstance(n, ReduceNode) and n.entity):
        values = [row[node.field] for i in node.over for row in items_of(made.nodes[i])]
        best = min(values) if node.rule == "least" else max(values)
        assert node.conclusion[node.field] == best
        assert values.count(best) == 1


def test_the_same_ticket_gives_the_same_plan() -> None:
    world, ticket = WORLDS["bike_hire"], Ticket(seed=5, index=8)
    assert plan(world, ticket, Planning()) == plan(world, ticket, Planning())


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_can_be_asked_for_alone(shape: str) -> None:
    knobs = Planning(shapes={shape: 1.0})
    made = plan(WORLDS["bike_hire"], Ticket(seed=0, index=0), knobs)
    assert made.shape == shape


def test_the_mix_names_every_shape() -> None:
    assert MIX.keys() == SHAPES.keys()


def test_a_plan_that_cannot_be_found_is_rejected_with_its_reason() -> None:
    with pytest.raises(Reject, match="no_plan"):
        plan(WORLDS["bike_hire"], Ticket(seed=0, index=0), Planning(tries=0))
