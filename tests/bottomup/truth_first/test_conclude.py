"""What the assistant concludes by itself has one right answer."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from buttonup.bottomup.truth_first.conclude import READ_OUT, concluded, number, pick
from buttonup.bottomup.truth_first.conclude import tests as conditions
from buttonup.bottomup.truth_first.draft import Draft
from buttonup.bottomup.truth_first.nodes import CallNode, CheckNode, Plan, ReduceNode, Said, at
from buttonup.bottomup.truth_first.shapes import Planning
from buttonup.records import Json
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.spoken import spoken

Plans = Callable[..., list[Plan]]

BIKES = WORLDS["bike_hire"]


def listing(*prices: float, seed: int = 0) -> Draft:
    """Begin a draft with a list of hires at these prices."""
    draft = Draft(BIKES, (BIKES,), 0, random.Random(seed), Planning())
    rows = [
        {"hire_id": f"HI-{10000 + i}", "due": "2026-05-03", "total": price, "status": "active"}
        for i, price in enumerate(prices)
    ]
    function = BIKES.functions["list_hires"]
    draft.add(CallNode(function, {"member_id": Said("M-10001")}, ({},), (rows,)))
    return draft


def conclusion(draft: Draft) -> ReduceNode:
    node = draft.nodes[-1]
    assert isinstance(node, ReduceNode)
    return node


def test_a_pick_is_the_one_with_the_least_or_the_most() -> None:
    for seed in range(20):
        draft = listing(9.0, 5.0, 7.0, seed=seed)
        assert pick(draft, (0,))
        made = conclusion(draft)
        assert made.field == "total"
        assert made.conclusion["total"] == {"least": 5.0, "most": 9.0}[made.rule]


def test_nothing_is_picked_from_a_tie_or_from_one_thing() -> None:
    for prices in ((5.0, 5.0), (5.0,)):
        draft = listing(*prices)
        assert not pick(draft, (0,))
        assert len(draft.nodes) == 1


def test_one_of_a_list_that_was_read_out_may_be_named_by_its_place() -> None:
    said = set()
    for seed in range(40):
        draft = listing(9.0, 5.0, 7.0, seed=seed)
        draft.turn("follow_up")
        assert pick(draft, (0,))
        made = conclusion(draft)
        said.add(made.rule)
        if made.rule == "nth":
            assert made.conclusion == draft.nodes[0].objects[int(made.field)]
    assert "nth" in said
    assert len(said) > 1


def test_a_place_in_a_list_nobody_has_heard_is_never_named() -> None:
    long = [float(price) for price in range(READ_OUT + 1)]
    for seed in range(40):
        unheard, too_long = listing(9.0, 5.0, seed=seed), listing(*long, seed=seed)
        too_long.turn("follow_up")
        for draft in (unheard, too_long):
            assert pick(draft, (0,))
            assert conclusion(draft).rule != "nth"


def test_a_number_is_a_count_or_a_total() -> None:
    made = set()
    for seed in range(20):
        draft = listing(9.0, 5.0, 7.05, seed=seed)
        assert number(draft, (0,))
        made.add((conclusion(draft).rule, conclusion(draft).conclusion))
    assert made == {("count", 3), ("total", 21.05)}


def test_one_thing_is_not_counted() -> None:
    assert not any(number(listing(9.0, seed=seed), (0,)) for seed in range(10))


def test_two_that_are_compared_differ_by_a_positive_amount() -> None:
    rules = set()
    for seed in range(30):
        draft = listing(9.0, seed=seed)
        draft.add(listing(6.5).nodes[0])
        if number(draft, (0, 1)):
            made = conclusion(draft)
            rules.add(made.rule)
            assert made.conclusion == {"difference": 2.5, "total": 15.5}[made.rule]
    assert rules == {"difference", "total"}
    even = listing(9.0)
    even.add(listing(9.0).nodes[0])
    for _ in range(20):
        if number(even, (0, 1)):
            assert conclusion(even).rule == "total"
            even.undone(2)


def test_a_condition_is_held_against_a_limit_near_the_value_and_never_the_value() -> None:
    outcomes = set()
    for seed in range(60):
        draft = listing(20.0, seed=seed)
        for check in conditions(draft, 0):
            assert check.against != 20.0
            assert 10 <= check.against <= 40
            assert check.holds == ((check.against < 20) == (check.test == "over"))
            outcomes.add((check.test, check.holds))
    assert outcomes == {(test, holds) for test in ("over", "under") for holds in (True, False)}


def test_a_condition_on_a_state_asks_for_one_that_has_words() -> None:
    bike = {"bike_id": "BK-1000", "available": True}
    outcomes = set()
    for seed in range(40):
        draft = Draft(BIKES, (BIKES,), 0, random.Random(seed), Planning())
        draft.add(CallNode(BIKES.functions["get_bike"], {}, ({},), (bike,)))
        for check in conditions(draft, 0):
            outcomes.add((check.test, check.field, check.against, check.holds))
    assert outcomes == {("is", "available", "true", True), ("is", "available", "false", False)}


def test_where_nothing_can_be_concluded_nothing_is_left_behind() -> None:
    draft = listing(5.0)
    assert not concluded(draft, (0,))
    assert len(draft.nodes) == 1


# --- what comes of it, over many plans ----------------------------------------------------------


def conclusions(plans: list[Plan]) -> Iterator[tuple[ReduceNode, list[dict[str, Json]]]]:
    """Give every conclusion with the objects that it is drawn from."""
    for plan in plans:
        for node in plan.nodes:
            if isinstance(node, ReduceNode):
                yield node, [row for i in node.over for row in plan.nodes[i].objects]


def test_every_pick_has_one_right_answer(plans: Plans) -> None:
    rules = set()
    for node, rows in conclusions(
        [*plans(400), *plans(200, "follow_up"), *plans(300, shape="compare")]
    ):
        rules.add(node.rule)
        match node.rule:
            case "least" | "most":
                values = [at(row, node.field) for row in rows]
                best = min(values) if node.rule == "least" else max(values)
                assert at(node.conclusion, node.field) == best
                assert values.count(best) == 1
            case "nth":
                assert node.conclusion == rows[int(node.field)]
                assert len(rows) <= READ_OUT
            case "count":
                assert node.conclusion == len(rows) > 1
            case "total":
                assert node.conclusion == pytest.approx(sum(at(r, node.field) for r in rows))
            case "difference":
                one, other = (at(row, node.field) for row in rows)
                assert node.conclusion == pytest.approx(abs(one - other))
                assert node.conclusion > 0
    assert rules >= {"least", "most", "nth", "count", "total"}, "a difference is rare"


def test_a_condition_says_truly_whether_it_holds_and_both_occur(plans: Plans) -> None:
    outcomes = set()
    for plan in plans(300, shape="condition"):
        for node in (n for n in plan.nodes if isinstance(n, CheckNode)):
            value = at(plan.nodes[node.over].objects[0], node.field)
            match node.test:
                case "over":
                    assert node.holds == (value > node.against)
                case "under":
                    assert node.holds == (value < node.against)
                case "is":
                    assert node.holds == (spoken(None, value) == _said(node.against))
            outcomes.add((node.test, node.holds))
    assert len(outcomes) == 6


def _said(against: Json) -> str:
    return {"true": "yes", "false": "no"}.get(str(against), str(against))
