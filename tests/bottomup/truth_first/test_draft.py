"""A draft grows only by calls that work."""

from __future__ import annotations

import random

import pytest

from buttonup.bottomup.truth_first.draft import Draft
from buttonup.bottomup.truth_first.nodes import CallNode, ReduceNode
from buttonup.bottomup.truth_first.shapes import SHAPES, Planning
from buttonup.worlds.catalogue import WORLDS


def filled(shape: str, knobs: Planning | None = None) -> list[Draft]:
    drafts = (
        Draft(world, 0, random.Random(i), knobs or Planning())
        for i in range(60)
        for world in WORLDS.values()
    )
    return [draft for draft in drafts if draft.fill(SHAPES[shape])]


@pytest.mark.parametrize("shape", ["chain_3", "fan_in", "each_then", "compare_3", "two_chains"])
def test_no_call_of_a_filled_draft_is_an_error_or_comes_back_empty(shape: str) -> None:
    for draft in filled(shape):
        for node in (n for n in draft.nodes if isinstance(n, CallNode)):
            assert all(r != [] and "error" not in r for r in node.results)


def test_no_call_is_made_twice() -> None:
    for draft in filled("each"):
        made = [
            (n.function.name, tuple(a.items()))
            for n in draft.nodes
            if isinstance(n, CallNode)
            for a in n.arguments
        ]
        assert len(made) == len(set(made))


def test_a_person_gives_one_membership_number_however_often_it_is_used() -> None:
    for draft in filled("two_chains"):
        for kind in draft.own:
            said = {
                a[p.name]
                for n in draft.nodes
                if isinstance(n, CallNode)
                for p in n.function.parameters
                if p.kind == kind
                for a in n.arguments
                if p.name in a
            }
            assert said <= {draft.own[kind]}


def test_a_change_is_never_fed_by_another_change() -> None:
    for draft in filled("chain_2") + filled("fan_out"):
        for node in (n for n in draft.nodes if isinstance(n, CallNode) and n.function.writes):
            feeders = [
                draft.nodes[i]
                for i in {b.node for b in node.bindings.values() if hasattr(b, "node")}
            ]
            assert not any(isinstance(f, CallNode) and f.function.writes for f in feeders)


def test_a_count_is_of_more_than_one() -> None:
    for draft in filled("single_reduced"):
        for node in (n for n in draft.nodes if isinstance(n, ReduceNode) and n.rule == "count"):
            assert node.conclusion > 1


def test_a_list_that_is_reported_is_short() -> None:
    for draft in filled("single", Planning(longest=2)):
        assert all(
            len(r) <= 2
            for n in draft.nodes
            if isinstance(n, CallNode)
            for r in n.results
            if isinstance(r, list)
        )
