"""A draft is known by the shape that it has come out in."""

from __future__ import annotations

import random

import pytest

from buttonup.bottomup.truth_first.draft import Draft
from buttonup.bottomup.truth_first.holds import holds
from buttonup.bottomup.truth_first.nodes import (
    Binding,
    CallNode,
    CheckNode,
    EachOf,
    Fed,
    Node,
    ReduceNode,
    Said,
)
from buttonup.bottomup.truth_first.shapes import SHAPES, Planning
from buttonup.worlds.catalogue import WORLDS

BIKES, LIBRARY = WORLDS["bike_hire"], WORLDS["library"]


def call(world: str = "bike_hire", **bindings: Binding) -> CallNode:
    function = next(iter(WORLDS[world].functions.values()))
    return CallNode(function, bindings, ({}, {}), ([{}, {}], []))


def fed(*nodes: int) -> CallNode:
    bindings: dict[str, Binding] = {f"p{n}": Fed(node, "id") for n, node in enumerate(nodes)}
    return call("bike_hire", **bindings)


def over(*nodes: int) -> ReduceNode:
    return ReduceNode("least", nodes, "price", {}, "Bike")


ROOT = call(place=Said("here"))
DRAFTS: dict[str, list[Node]] = {
    "one call": [ROOT],
    "chain": [ROOT, fed(0), fed(1)],
    "parallel": [ROOT, ROOT],
    "fan_out": [ROOT, fed(0), fed(0)],
    "fan_in": [ROOT, ROOT, fed(0, 1)],
    "diamond": [ROOT, fed(0), fed(0), fed(1, 2)],
    "long diamond": [ROOT, fed(0), fed(1), over(0), fed(2, 3)],
    "loop": [ROOT, call(p=EachOf(0, "id"))],
    "compare": [ROOT, ROOT, over(0, 1)],
    "condition": [ROOT, CheckNode(0, "price", "over", 5, holds=True)],
    "across": [ROOT, call("library", p=Fed(0, "city"))],
}

HOLDS = {
    "parallel": {"parallel", "fan_in", "compare"},
    "fan_out": {"fan_out", "diamond", "long diamond"},
    "fan_in": {"fan_in", "diamond", "long diamond"},
    "diamond": {"diamond", "long diamond"},
    "loop": {"loop"},
    "compare": {"compare"},
    "condition": {"condition"},
    "across": {"across"},
}


def drafted(name: str) -> Draft:
    draft = Draft(BIKES, (BIKES, LIBRARY), 0, random.Random(0), Planning())
    for node in DRAFTS[name]:
        draft.add(node)
    return draft


@pytest.mark.parametrize("shape", HOLDS)
def test_a_shape_is_there_where_its_name_says_so_and_nowhere_else(shape: str) -> None:
    assert {name for name in DRAFTS if holds(drafted(name), shape)} == HOLDS[shape]


def test_every_other_shape_is_what_it_is() -> None:
    for shape in SHAPES.keys() - HOLDS.keys():
        assert all(holds(drafted(name), shape) for name in DRAFTS)
