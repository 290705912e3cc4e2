"""Plans are executable, depend on what they say, and come in every shape and depth."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from buttonup.bottomup.truth_first.draft import Draft
from buttonup.bottomup.truth_first.nodes import (
    CallNode,
    CheckNode,
    EachOf,
    NextPage,
    Plan,
    ReduceNode,
    Trouble,
    call_needs,
    value_of,
)
from buttonup.bottomup.truth_first.plan import Ticket, finished, plan
from buttonup.bottomup.truth_first.shapes import DEEPEST, SHAPES, Planning, Scenes
from buttonup.bottomup.truth_first.stage import Staged
from buttonup.errors import Reject
from buttonup.records import Tools
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.session import open_session

Plans = Callable[..., list[Plan]]
Only = Callable[[str], Scenes]

EVERY = tuple(WORLDS.values())
BIKES = (WORLDS["bike_hire"],)

tickets = st.builds(Ticket, seed=st.integers(0, 9), index=st.integers(0, 10_000))


def made(ticket: Ticket) -> Plan:
    try:
        return plan(EVERY, ticket, Planning(), Scenes())
    except Reject:
        reject()


def calls(plan: Plan) -> list[CallNode]:
    return [node for node in plan.nodes if isinstance(node, CallNode)]


def depth(plan: Plan) -> int:
    return sum(len(node.results) for node in calls(plan))


# --- a plan that exists is a plan that works -----------------------------------------------------


@given(tickets)
@settings(deadline=None, max_examples=100)
def test_every_argument_is_the_value_its_binding_points_to(ticket: Ticket) -> None:
    drawn = made(ticket)
    for node in calls(drawn):
        if drawn.scene == "wrong_id" and node is drawn.nodes[0]:
            assert drawn.wrong is not None
            assert drawn.wrong[1] == node.arguments[0][drawn.wrong[0]]
            continue
        for i, arguments in enumerate(node.arguments):
            for name, binding in node.bindings.items():
                if not isinstance(binding, NextPage):
                    assert arguments[name] == value_of(drawn.nodes, binding, i)


@given(tickets)
@settings(deadline=None, max_examples=100)
def test_a_node_needs_only_nodes_before_it_in_its_turn_or_an_earlier_one(ticket: Ticket) -> None:
    drawn = made(ticket)
    assert list(drawn.turn_of) == sorted(drawn.turn_of)
    for j, node in enumerate(drawn.nodes):
        assert all(i < j for i in node.needs)
    assert drawn.edges == tuple((i, j) for j, n in enumerate(drawn.nodes) for i in sorted(n.needs))


@given(tickets)
@settings(deadline=None, max_examples=100)
def test_a_fed_value_could_not_be_known_before_its_feeder_ran(ticket: Ticket) -> None:
    drawn = made(ticket)
    for node in calls(drawn):
        for name, binding in node.bindings.items():
            if not hasattr(binding, "node") or isinstance(binding, NextPage):
                continue
            value = node.arguments[0][name]
            first = (
                value[0] if isinstance(value, list) and not isinstance(binding, EachOf) else value
            )
            for i in {binding.node} | call_needs(drawn.nodes, binding.node):
                feeder = drawn.nodes[i]
                if isinstance(feeder, CallNode):
                    assert first not in feeder.arguments[0].values()


@given(tickets)
@settings(deadline=None, max_examples=100)
def test_a_plan_runs_again_with_the_same_results_and_the_same_changes(ticket: Ticket) -> None:
    drawn = made(ticket)
    names = tuple(world.name for world in drawn.worlds)
    session = open_session(Tools("worlds", names, drawn.variant))
    last = len(drawn.turns) - 1
    for i, node in enumerate(drawn.nodes):
        lost = drawn.scene == "unserved" and drawn.turn_of[i] == last
        down = drawn.scene == "outage" and drawn.trouble is not None and drawn.trouble.node == i
        if not isinstance(node, CallNode) or node.held_back or lost or down:
            continue
        for arguments, result in zip(node.arguments, node.results, strict=True):
            assert session.call(node.function.name, arguments) == result
    assert session.changes() == drawn.changes


def test_what_read_a_change_that_fails_after_all_is_no_plan() -> None:
    def drafted(*names: str) -> Draft:
        draft = Draft(BIKES[0], BIKES, 0, random.Random(1), Planning())
        for name in names:
            assert draft.call(BIKES[0].functions[name], {})
        return draft

    outage = {"error": "The service is unavailable at the moment."}
    for names, fits in ((("top_up", "get_member"), False), (("get_member", "top_up"), True)):
        draft, failing = drafted(*names), names.index("top_up")
        assert finished(draft, "plain", Staged()) is None, "the two cannot change places"
        draft.fail(failing, outage)
        staged = Staged(trouble=Trouble(failing, outage, passes=False))
        assert (finished(draft, "outage", staged) is not None) is fits


def test_the_same_ticket_gives_the_same_plan_and_another_another() -> None:
    def told(index: int) -> list[tuple[object, ...]]:
        drawn = plan(EVERY, Ticket(seed=5, index=index), Planning(), Scenes())
        return [(n.function.name, n.arguments, n.results) for n in calls(drawn)]

    assert told(8) == told(8)
    assert len({str(told(i)) for i in range(50)}) > 45


def test_a_plan_that_cannot_be_found_is_rejected_with_its_reason(only: Only) -> None:
    told = set()
    for index in range(60):
        try:
            plan(BIKES, Ticket(0, index), Planning(tries=1), only("wrong_id"))
        except Reject as reject:
            told.add(str(reject))
    assert told == {"no_plan: bike_hire, wrong_id: none in 1 tries"}


def test_only_worlds_that_were_given_are_used() -> None:
    given = (WORLDS["library"], WORLDS["museum"], WORLDS["hotels"])
    used = Counter[str]()
    for index in range(200):
        drawn = plan(given, Ticket(3, index), Planning(), Scenes(wrong_id=0))
        used.update(world.name for world in drawn.worlds)
        assert {node.function.world for node in calls(drawn)} == {w.name for w in drawn.worlds}
    assert used.keys() == {world.name for world in given}


def test_states_differ_and_stay_within_the_variants() -> None:
    variants = {
        plan(BIKES, Ticket(0, i), Planning(variants=3), Scenes(wrong_id=0)).variant
        for i in range(60)
    }
    assert variants == {0, 1, 2}


# --- shapes --------------------------------------------------------------------------------------


def users(plan: Plan, i: int) -> int:
    return sum(i in node.needs for node in plan.nodes)


def fed_by(node: CallNode) -> set[int]:
    """Name the nodes whose values a call takes; its condition is none of them."""
    return set(node.needs - {node.guard.check} if node.guard else node.needs)


BRINGS: dict[str, Callable[[Plan], bool]] = {
    "chain": lambda p: any(n.needs for n in calls(p)) and sum(not n.needs for n in p.nodes) == 1,
    "parallel": lambda p: sum(not n.needs for n in p.nodes) > 1,
    "fan_out": lambda p: any(sum(i in n.needs for n in calls(p)) > 1 for i in range(len(p.nodes))),
    "fan_in": lambda p: any(len(fed_by(n)) > 1 for n in calls(p)),
    "diamond": lambda p: (
        any(len(fed_by(n)) > 1 for n in calls(p))
        and any(users(p, i) > 1 for i in range(len(p.nodes)))
    ),
    "loop": lambda p: any(n.each and len(n.results) > 1 for n in calls(p)),
    "compare": lambda p: any(isinstance(n, ReduceNode) and len(n.over) > 1 for n in p.nodes),
    "condition": lambda p: any(isinstance(n, CheckNode) for n in p.nodes),
    "across": lambda p: len({n.function.world for n in calls(p)}) == 2,
    "mixed": lambda p: len({type(n) for n in p.nodes}) > 1,
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_brings_what_its_name_says(shape: str, plans: Plans) -> None:
    drawn = plans(400, shape=shape, depths=(3, 4, 5, 6, 7))
    brought = sum(map(BRINGS[shape], drawn))
    others = [name for name in SHAPES if name not in (shape, "mixed")]
    assert brought >= (4 if shape == "diamond" else len(drawn) // 8), f"{brought} of {len(drawn)}"
    elsewhere = sum(map(BRINGS[shape], plans(400, shape=_unlike(shape, others))))
    assert brought > elsewhere


def _unlike(shape: str, others: list[str]) -> str:
    """Name a shape in which what this one brings should be rare."""
    return "parallel" if shape in ("chain", "across", "mixed", "condition") else "chain"


def test_both_outcomes_of_conditions_occur_and_a_call_waits_for_each(plans: Plans) -> None:
    held, made = 0, 0
    for drawn in plans(400, shape="condition"):
        guarded = [node for node in calls(drawn) if node.guard]
        held += sum(node.held_back for node in guarded)
        made += sum(not node.held_back for node in guarded)
    assert min(held, made) > 40


def test_a_shape_left_out_is_never_drawn(plans: Plans) -> None:
    for drawn in plans(300, shape="parallel"):
        assert not any(isinstance(node, CheckNode) for node in drawn.nodes)
        assert not any(node.each for node in calls(drawn))


# --- depths and widths ---------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", range(1, DEEPEST + 1))
def test_every_depth_of_the_mix_occurs_when_it_is_asked_for(wanted: int, plans: Plans) -> None:
    depths = Counter(map(depth, plans(600, depths=(wanted,))))
    assert depths[wanted] > 0
    assert max(depths) <= DEEPEST


def test_deeper_plans_are_had_by_asking_for_them(plans: Plans) -> None:
    means = [
        sum(map(depth, drawn)) / len(drawn)
        for drawn in (plans(300, depths=(wanted,)) for wanted in (1, 2, 4, 7))
    ]
    assert means == sorted(means)
    assert means[0] < 1.2
    assert means[-1] > 3.5


@pytest.mark.parametrize("scene", ["refused", "outage", "unserved", "wrong_id", "follow_up"])
def test_no_plan_has_more_calls_than_the_deepest(scene: str, plans: Plans) -> None:
    for drawn in plans(200, scene, depths=(9, 10)):
        assert 1 <= depth(drawn) <= DEEPEST


def test_the_mix_has_one_to_ten_calls_and_most_plans_two_to_four(plans: Plans) -> None:
    depths = Counter(map(depth, plans(1500, "")))
    assert min(depths) == 1
    assert max(depths) <= DEEPEST
    assert sum(depths[n] for n in (2, 3, 4)) > depths.total() / 2


def test_width_steers_how_much_stands_side_by_side(plans: Plans) -> None:
    widest = {
        width: max(
            sum(not node.needs for node in drawn.nodes)
            for drawn in plans(200, shape="parallel", depths=(6,), width=width)
        )
        for width in (1, 2, 4)
    }
    assert widest == {1: 1, 2: 2, 4: 4}


def test_an_optional_parameter_is_used_as_often_as_the_knob_says(only: Only) -> None:
    def used(chance: float) -> int:
        knobs = Planning(optional=chance)
        drawn = [plan(BIKES, Ticket(1, i), knobs, only("plain")) for i in range(100)]
        return sum(
            not node.function.parameter(name).required
            for p in drawn
            for node in calls(p)
            for name, binding in node.bindings.items()
            if not isinstance(binding, NextPage)
        )

    assert used(0) == 0
    assert used(1) > used(0.3) > 0


def test_functions_that_require_much_are_called_more_often_as_the_knob_rises() -> None:
    def required(power: float) -> float:
        knobs = Planning(arguments=power, depth={"1": 1.0})
        drawn = (plan(EVERY, Ticket(1, i), knobs, Scenes()) for i in range(150))
        firsts = [calls(p)[0].function for p in drawn]
        return sum(p.required for f in firsts for p in f.parameters) / len(firsts)

    assert required(3) > required(1) > required(0)
