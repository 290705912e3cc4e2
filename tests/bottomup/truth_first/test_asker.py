"""The user's voice asks for all of it and dictates nothing."""

from __future__ import annotations

from buttonup.bottomup.truth_first.asker import Asker
from buttonup.bottomup.truth_first.nodes import CallNode, ReduceNode
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.shapes import Planning
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.phrases import grammar

BIKES = WORLDS["bike_hire"]


def asker(index: int, shape: str) -> Asker:
    ticket = Ticket(seed=2, index=index)
    return Asker(plan(BIKES, ticket, Planning(shapes={shape: 1.0})), ticket.rng("word"))


def test_the_users_own_number_is_said_exactly_once() -> None:
    for i in range(60):
        voice = asker(i, "two_chains")
        own = {
            str(value)
            for n in voice.nodes
            if isinstance(n, CallNode)
            for p in n.function.parameters
            if p.kind in voice.book.own
            for a in n.arguments
            if (value := a.get(p.name))
        }
        request = voice.request()
        assert all(request.count(value) == 1 for value in own), request


def test_a_call_whose_result_is_compared_with_others_never_goes_without_saying() -> None:
    for i in range(60):
        voice = asker(i, "compare_2")
        assert voice.implicit == set()


def test_things_that_are_two_sets_are_told_apart_by_their_noun() -> None:
    for i in range(80):
        voice = asker(i, "fan_in")
        if voice.sets > 1 and not voice.implicit:
            request = voice.request()
            assert " of them" not in request
            assert "among them" not in request


def test_the_same_request_is_worded_in_many_ways() -> None:
    made = plan(BIKES, Ticket(seed=2, index=0), Planning(shapes={"chain_2": 1.0}))
    said = {Asker(made, Ticket(seed=2, index=i).rng("word")).request() for i in range(60)}
    assert len(said) > 50


def test_a_sub_task_can_be_said_for_every_node() -> None:
    for shape in ("each_reduced", "compare_then", "fan_out"):
        voice = asker(1, shape)
        texts = [voice.task(i) for i in range(len(voice.nodes))]
        assert all(texts)
        assert any(isinstance(n, ReduceNode) for n in voice.nodes) or shape == "fan_out"


def test_thanks_are_not_said_before_the_request() -> None:
    assert all(not way or way.startswith(" ") for way in grammar().thanks)
