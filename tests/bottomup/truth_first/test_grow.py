"""A plan grows in the ways that its shape names, and only by what somebody would ask for."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from buttonup.bottomup.truth_first.draft import Draft
from buttonup.bottomup.truth_first.feeds import MEETING, feeds, pointless
from buttonup.bottomup.truth_first.grow import (
    FEW,
    add_refused,
    again,
    chain_from,
    grow,
    narrowed,
    shortened,
)
from buttonup.bottomup.truth_first.nodes import (
    AllOf,
    CallNode,
    CheckNode,
    EachOf,
    Fed,
    NextPage,
    Plan,
    ReduceNode,
    Said,
)
from buttonup.bottomup.truth_first.shapes import SHAPES, Planning
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.world import WorldFunction

Plans = Callable[..., list[Plan]]

EVERY = tuple(WORLDS.values())


def drafts(count: int, knobs: Planning | None = None) -> Iterator[Draft]:
    for i in range(count):
        yield Draft(EVERY[i % len(EVERY)], EVERY, i % 4, random.Random(i), knobs or Planning())


def grown(count: int, shape: str, calls: int, knobs: Planning | None = None) -> list[Draft]:
    return [d for d in drafts(count, knobs) if grow(d, calls, SHAPES[shape])]


def calls(holder: Draft | Plan) -> list[CallNode]:
    return [node for node in holder.nodes if isinstance(node, CallNode)]


@pytest.mark.parametrize("wanted", [1, 3, 6])
def test_it_grows_towards_the_calls_that_are_wanted(wanted: int) -> None:
    made = [draft.calls for draft in grown(200, "mixed", wanted)]
    assert len(made) > 190
    assert wanted in made
    assert max(made) <= wanted + FEW


def test_a_loop_makes_a_call_for_each_item_of_a_short_list_and_changes_nothing(
    plans: Plans,
) -> None:
    loops = 0
    for plan in plans(300, shape="loop", depths=(3, 4, 5, 6)):
        for node in calls(plan):
            for binding in node.bindings.values():
                if isinstance(binding, EachOf):
                    items = plan.nodes[binding.node].objects
                    assert 2 <= len(items) <= FEW
                    assert len(node.arguments) == len(items)
                    assert not node.function.writes
                    loops += 1
    assert loops > 30


def test_what_was_just_made_in_a_world_is_not_changed_again_at_once(plans: Plans) -> None:
    for plan in plans(400):
        for node in calls(plan):
            feeders = [n for i in node.needs if isinstance(n := plan.nodes[i], CallNode)]
            for feeder in feeders:
                both = node.function.writes and feeder.function.writes
                assert not (both and node.function.world == feeder.function.world)


def test_nobody_asks_to_read_again_what_was_just_read(plans: Plans) -> None:
    for plan in plans(400):
        for node in calls(plan):
            for binding in node.bindings.values():
                if isinstance(binding, Fed | EachOf | AllOf):
                    feeder = plan.nodes[binding.node]
                    assert not isinstance(feeder, CheckNode)
                    assert not pointless(node.function, feeder.entity)


def test_two_worlds_meet_in_a_city_a_country_or_a_day(plans: Plans) -> None:
    met = 0
    for plan in plans(300, shape="across", depths=(2, 3, 4)):
        for node in calls(plan):
            for name, binding in node.bindings.items():
                feeder = plan.nodes[binding.node] if isinstance(binding, Fed) else None
                while isinstance(feeder, ReduceNode):
                    feeder = plan.nodes[feeder.over[0]]
                if isinstance(feeder, CallNode) and feeder.function.world != node.function.world:
                    assert node.function.parameter(name).kind in MEETING
                    met += 1
    assert met > 50


def test_what_is_done_otherwise_hangs_on_the_same_condition(plans: Plans) -> None:
    both = 0
    for plan in plans(400, shape="condition"):
        guards = [node.guard for node in calls(plan) if node.guard]
        checks = [i for i, n in enumerate(plan.nodes) if isinstance(n, CheckNode)]
        for i in checks:
            wanted = [guard.wanted for guard in guards if guard.check == i]
            assert wanted in ([True], [True, False])
            both += len(wanted) == 2
        for node in calls(plan):
            if node.guard:
                check = plan.nodes[node.guard.check]
                assert isinstance(check, CheckNode)
                assert node.held_back == (check.holds != node.guard.wanted)
    assert both > 10


def test_what_may_not_happen_feeds_nothing(plans: Plans) -> None:
    for plan in plans(400, shape="condition"):
        used = {i for node in calls(plan) for i in node.needs}
        assert not any(node.guard for node in calls(plan) if plan.nodes.index(node) in used)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_no_more_starts_and_no_more_users_of_one_object_than_the_width(width: int) -> None:
    starts, users = set(), set()
    for shape in ("parallel", "fan_out"):
        for draft in grown(150, shape, 6, Planning(width=width)):
            starts.add(len(draft.starts()))
            for i in range(len(draft.nodes)):
                users.add(sum(i in n.needs for n in calls(draft)))
    assert max(starts) == width
    assert width <= max(users) <= width + 1, "what a list's pick feeds may be one more"


def test_the_same_again_differs_in_one_value_and_reads_only() -> None:
    made = 0
    for draft in drafts(200):
        if grow(draft, 1, {"root": 1}) and again(draft, 0):
            one, other = calls(draft)
            assert one.function is other.function
            assert not one.function.writes
            differ = [
                name
                for name in one.bindings
                if not isinstance(one.bindings[name], NextPage)
                and one.bindings[name] != other.bindings[name]
            ]
            assert len(differ) == 1
            assert one.function.parameter(differ[0]).required
            made += 1
    assert made > 40


def test_narrowing_down_adds_a_condition_and_gives_fewer() -> None:
    made = 0
    for draft in drafts(300, Planning(optional=0)):
        if grow(draft, 1, {"root": 1}) and narrowed(draft, 0):
            one, other = calls(draft)
            added = other.bindings.keys() - one.bindings.keys() - {"page"}
            assert len(added) == 1
            assert isinstance(other.bindings[added.pop()], Said)
            assert 0 < len(other.objects) < len(one.objects)
            made += 1
    assert made > 20


def test_a_refusal_is_a_policy_of_the_world_and_changes_nothing() -> None:
    made = 0
    for draft in drafts(150):
        if not grow(draft, 1, SHAPES["chain"]):
            continue
        before = draft.session.changes()
        if add_refused(draft):
            last = calls(draft)[-1]
            [result] = last.results
            assert last.function.writes
            assert not result["error"].startswith(("There is no ", "Invalid arguments"))
            assert draft.session.changes() == before
            made += 1
    assert made > 20


def test_a_list_too_long_to_be_told_gets_a_conclusion() -> None:
    knobs = Planning(longest=2)
    long = 0
    for draft in grown(200, "parallel", 2, knobs):
        unsaid = [i for i in draft.ends() if not draft.reportable(i)]
        if unsaid and shortened(draft):
            long += 1
            assert all(draft.reportable(i) for i in draft.ends())
            assert all(isinstance(draft.nodes[i], CallNode) for i in unsaid)
    assert long > 20


def test_going_on_from_a_node_uses_what_it_gave() -> None:
    made = 0
    for draft in drafts(150):
        if grow(draft, 1, {"root": 1}) and chain_from(draft, 0):
            assert 0 in draft.nodes[-1].needs or any(
                0 in draft.nodes[i].needs for i in draft.nodes[-1].needs
            )
            made += 1
    assert made > 50


def test_only_what_is_worded_is_fed(plans: Plans) -> None:
    for plan in plans(200):
        worlds = {world.name: world for world in plan.worlds}
        for node in calls(plan):
            for binding in node.bindings.values():
                if isinstance(binding, Fed | EachOf | AllOf):
                    feeder = plan.nodes[binding.node]
                    source = feeder
                    while isinstance(source, ReduceNode):
                        source = plan.nodes[source.over[0]]
                    assert isinstance(source, CallNode)
                    assert not isinstance(feeder, CheckNode)
                    entity = feeds(worlds[source.function.world]).referable[feeder.entity]
                    assert binding.field in {field for field, _ in entity}


def test_growing_by_no_call_at_all_leaves_no_conclusion_behind() -> None:
    failed = 0
    for draft in drafts(200):
        if not grow(draft, 1, {"root": 1}):
            continue
        draft.turn("follow_up")
        if not grow(draft, 1, {"reduce": 1}):
            failed += 1
            assert {*draft.turn_of} == {0}
            assert len(draft.nodes) == len(draft.turn_of)
    assert failed > 50


@pytest.mark.parametrize(
    ("shape", "suited"), [("compare", "changeable"), ("loop", "listing"), ("across", "meeting")]
)
def test_the_first_call_is_one_that_its_shape_can_go_on_from(shape: str, suited: str) -> None:
    made = grown(200, shape, 4)
    able = [d for d in made if any(f.name in getattr(feeds(d.home), suited) for f in _roots(d))]
    first = [d for d in able if calls(d)[0].function.name in getattr(feeds(d.home), suited)]
    assert len(first) > 0.9 * len(able) > 100


def _roots(draft: Draft) -> tuple[WorldFunction, ...]:
    return feeds(draft.home).roots


def test_what_is_devoted_to_a_function_begins_with_it_and_what_it_takes() -> None:
    made = 0
    for i in range(100):
        home = EVERY[i % len(EVERY)]
        target = list(home.functions)[i % len(home.functions)]
        draft = Draft(home, EVERY, 0, random.Random(i), Planning(), target)
        if grow(draft, 3, SHAPES["chain"]):
            made += 1
            assert target in draft.used
    assert made > 50


def test_two_calls_are_brought_together_also_where_the_second_is_not_there_yet() -> None:
    joined = [
        any(len(call.needs) > 1 for call in calls(draft)) for draft in grown(200, "fan_in", 5)
    ]
    assert sum(joined) > 50
