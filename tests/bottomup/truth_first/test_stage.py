"""Each scene lays a conversation out as its name says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from buttonup.bottomup.truth_first.feeds import feeds
from buttonup.bottomup.truth_first.nodes import CallNode, NextPage, Plan, Said
from buttonup.bottomup.truth_first.stage import STAGES
from buttonup.worlds.catalogue import WORLDS

Plans = Callable[..., list[Plan]]

COUNT = 120


def call(plan: Plan, i: int) -> CallNode:
    node = plan.nodes[i]
    assert isinstance(node, CallNode)
    return node


def in_turn(plan: Plan, turn: int) -> list[int]:
    return [i for i, t in enumerate(plan.turn_of) if t == turn]


def last_call(plan: Plan) -> CallNode:
    return [node for node in plan.nodes if isinstance(node, CallNode)][-1]


def said(node: CallNode) -> dict[str, object]:
    return {n: b for n, b in node.bindings.items() if not isinstance(b, NextPage)}


def test_every_scene_occurs_in_the_mix_and_most_conversations_are_plain(plans: Plans) -> None:
    scenes = Counter(plan.scene for plan in plans(1500, ""))
    assert scenes.keys() == STAGES.keys()
    assert scenes.most_common(1)[0][0] == "plain"


@pytest.mark.parametrize("scene", STAGES)
def test_a_scene_that_is_asked_for_alone_comes_out(scene: str, plans: Plans) -> None:
    assert {plan.scene for plan in plans(COUNT, scene)} == {scene}


def test_a_plain_conversation_is_one_request(plans: Plans) -> None:
    assert all(plan.turns == ("request",) for plan in plans(COUNT))


def test_a_follow_up_goes_on_from_what_was_told(plans: Plans) -> None:
    rests = turns = 0
    for plan in plans(COUNT, "follow_up"):
        assert plan.turns in (("request", "follow_up"), ("request", "follow_up", "follow_up"))
        assert {*plan.turn_of} == {*range(len(plan.turns))}
        later = [i for i, turn in enumerate(plan.turn_of) if turn]
        earlier = {j for i in later for j in plan.nodes[i].needs if not plan.turn_of[j]}
        rests += bool(earlier)
        turns += len(plan.turns) == 3
    assert rests > COUNT / 2
    assert turns > COUNT / 10


def test_a_change_of_mind_changes_one_value_of_the_same_call(plans: Plans) -> None:
    for plan in plans(COUNT, "change"):
        assert plan.turns == ("request", "change")
        first, second = in_turn(plan, 0)[0], in_turn(plan, 1)[0]
        one, other = call(plan, first), call(plan, second)
        assert one.function is other.function
        assert said(one).keys() == said(other).keys()
        assert sum(said(one)[n] != said(other)[n] for n in said(one)) == 1


def test_a_detail_adds_a_condition_to_the_same_call(plans: Plans) -> None:
    for plan in plans(COUNT, "detail"):
        assert plan.turns == ("request", "detail")
        first, second = in_turn(plan, 0)[0], in_turn(plan, 1)[0]
        one, other = call(plan, first), call(plan, second)
        assert one.function is other.function
        assert len(said(other).keys() - said(one).keys()) == 1
        assert len(other.objects) < len(one.objects)


def test_after_a_change_or_a_detail_it_often_goes_on_from_there(plans: Plans) -> None:
    for scene in ("change", "detail"):
        more = [len(in_turn(plan, 1)) > 1 for plan in plans(COUNT, scene)]
        assert True in more
        assert False in more


def test_a_missing_value_is_one_that_the_user_could_say(plans: Plans) -> None:
    own = 0
    for plan in plans(COUNT, "missing_value"):
        assert plan.turns == ("request", "value")
        assert {*plan.turn_of} == {1}, "nothing is done before it is known"
        assert plan.missing is not None
        i, name = plan.missing
        node = call(plan, i)
        assert isinstance(node.bindings[name], Said)
        assert node.function.parameter(name).required
        kind = node.function.parameter(name).kind
        own += kind in feeds(WORLDS[node.function.world]).book.own
    assert 0 < own < COUNT, "their own number, or something else"


def test_what_nothing_serves_comes_alone_or_after_something_that_was_served(plans: Plans) -> None:
    turns = Counter(plan.turns for plan in plans(COUNT, "unserved"))
    assert turns.keys() == {("request",), ("request", "follow_up")}
    for plan in plans(COUNT, "unserved"):
        assert in_turn(plan, len(plan.turns) - 1)


def test_what_is_never_done_changes_nothing(plans: Plans) -> None:
    for plan in plans(COUNT, "unserved"):
        served = [call(plan, i) for turn in range(len(plan.turns) - 1) for i in in_turn(plan, turn)
                  if isinstance(plan.nodes[i], CallNode)]  # fmt: skip
        if not any(node.function.writes for node in served):
            assert plan.changes == {}


def test_a_late_function_leaves_everything_for_the_second_turn(plans: Plans) -> None:
    for plan in plans(COUNT, "late_function"):
        assert plan.turns == ("request", "offer")
        assert {*plan.turn_of} == {1}


def test_a_wrong_id_is_one_slip_from_the_right_one_and_the_world_does_not_know_it(
    plans: Plans,
) -> None:
    for plan in plans(COUNT, "wrong_id"):
        assert plan.turns == ("request", "correction")
        assert in_turn(plan, 0) == [0]
        assert plan.wrong is not None
        name, wrong = plan.wrong
        first, second = call(plan, 0), call(plan, in_turn(plan, 1)[0])
        assert first.function is second.function
        right = second.arguments[0][name]
        assert sum(a != b for a, b in zip(right, wrong, strict=True)) == 1
        assert first.arguments[0] == {**second.arguments[0], name: wrong} | {
            n: v for n, v in first.arguments[0].items() if n != name
        }
        assert wrong in first.results[0]["error"]
        assert not any(node.failed for node in plan.nodes[1:] if isinstance(node, CallNode))


def test_a_refusal_comes_last_from_the_world_itself(plans: Plans) -> None:
    for plan in plans(COUNT, "refused"):
        failures = [n for n in plan.nodes if isinstance(n, CallNode) and n.failed]
        assert len(failures) == 1
        assert plan.trouble is None
        assert plan.nodes.index(failures[0]) in plan.sinks


@pytest.mark.parametrize(
    ("scene", "words"),
    [("time_out", "timed out after"), ("cut_off", "is not valid JSON: it ends after")],
)
def test_trouble_that_passes_strikes_a_function_that_is_called_once(
    scene: str, words: str, plans: Plans
) -> None:
    for plan in plans(COUNT, scene):
        assert plan.trouble is not None
        assert plan.trouble.passes
        assert words in plan.trouble.result["error"]
        node = call(plan, plan.trouble.node)
        assert not node.failed
        names = [n.function.name for n in plan.nodes if isinstance(n, CallNode)]
        assert names.count(node.function.name) == 1
        assert not (scene == "cut_off" and node.function.writes), "half of it may have been done"


def test_a_result_that_was_cut_off_is_the_beginning_of_the_whole_one(plans: Plans) -> None:
    for plan in plans(COUNT, "cut_off"):
        assert plan.trouble is not None
        shown = (
            plan.trouble.result["error"].partition("ends after ")[2].removesuffix(". Try again.")
        )
        assert shown[1:2] in "{["


def test_an_outage_strikes_what_nothing_else_rests_on_and_changes_nothing(plans: Plans) -> None:
    for plan in plans(COUNT, "outage"):
        assert plan.trouble is not None
        assert not plan.trouble.passes
        node = call(plan, plan.trouble.node)
        assert plan.trouble.node in plan.sinks
        assert node.results == (plan.trouble.result,)
        assert "HTTP 50" in node.results[0]["error"]
        others = [n for n in plan.nodes if isinstance(n, CallNode) and n is not node]
        if not any(n.function.writes for n in others):
            assert plan.changes == {}
