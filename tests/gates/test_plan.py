"""Every call is one that the task needs, and none is left out."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from buttonup.gates.plan import plan
from buttonup.records import (
    Assistant,
    Call,
    Json,
    Message,
    PlannedCall,
    Step,
    Tool,
    Tools,
    Trajectory,
)

Edit = Callable[..., Trajectory]
Failures = Callable[[Trajectory], list[tuple[str, str]]]


def extra(t: Trajectory, name: str) -> Trajectory:
    """Make one more call, that no plan has."""
    call = Call.of("call_9", name, {"district": "Riverside"})
    more = (Assistant(calls=(call,)), Tool("call_9", name, []))
    return msgspec.structs.replace(t, messages=(*t.messages[:-1], *more, t.messages[-1]))


def test_a_call_that_the_plan_has_no_use_for_fails(base: Trajectory, failures: Failures) -> None:
    assert failures(extra(base, "list_stations")) == [("plan", "unneeded")]


def test_a_call_that_the_plan_follower_leaves_out_fails(
    base: Trajectory, edit: Edit, failures: Failures
) -> None:
    task = msgspec.structs.replace(base.blueprint.task, edges=((0, 3),))
    free = msgspec.structs.replace(
        base, blueprint=msgspec.structs.replace(base.blueprint, task=task)
    )
    assert failures(edit(free, {4: None, 5: None})) == [("plan", "skipped")]


def test_a_model_may_read_more_than_the_plan_but_not_write_more(
    base: Trajectory, planned: Edit
) -> None:
    cast = msgspec.structs.replace(base.cast, assistant="llm:x")
    played = msgspec.structs.replace(base, cast=cast)
    assert plan(extra(played, "list_stations")).passed
    assert plan(extra(played, "close_station")).reason == "unneeded"


def test_a_world_says_itself_what_only_reads(base: Trajectory, planned: Edit) -> None:
    world = planned(base, tools=Tools("worlds", ("bike_hire",)))
    played = msgspec.structs.replace(
        world, cast=msgspec.structs.replace(base.cast, assistant="llm:x")
    )
    assert plan(extra(played, "get_station")).passed
    assert plan(extra(played, "top_up")).reason == "unneeded"


def insert(
    t: Trajectory, at: int, name: str, arguments: dict[str, Json], result: Json
) -> Trajectory:
    """Make one more call in a turn of its own, before message `at`."""
    more: tuple[Message, ...] = (
        Assistant(calls=(Call.of("call_9", name, arguments),)),
        Tool("call_9", name, result),
    )
    return msgspec.structs.replace(t, messages=(*t.messages[:at], *more, *t.messages[at:]))


def test_a_planned_function_called_with_another_known_value_fails(
    base: Trajectory, failures: Failures
) -> None:
    other = {"bike_id": "BK-2077", "days": 3}
    wrong = insert(base, 4, "quote_hire", other, {"bike_id": "BK-2077", "total": 78.0})
    assert failures(wrong) == [("plan", "wrong_argument")]


def test_a_call_in_place_of_one_that_is_due_fails_by_that_name(
    base: Trajectory, failures: Failures
) -> None:
    wrong = insert(base, 1, "list_stations", {"district": "Riverside"}, [])
    assert failures(wrong) == [("plan", "wrong_function")]


def test_a_value_from_nowhere_is_told_of_by_provenance_alone(
    base: Trajectory, failures: Failures
) -> None:
    wrong = insert(base, 4, "quote_hire", {"bike_id": "BK-7777", "days": 3}, {"error": "None."})
    assert failures(wrong) == [("provenance", "invented")]


def test_a_call_made_though_its_condition_does_not_hold_fails_whoever_makes_it(
    base: Trajectory, planned: Edit
) -> None:
    hire = base.blueprint.plan[3].calls[0]
    avoided = Step(avoided=(PlannedCall(hire.function, hire.arguments, None, {}),))
    ruled_out = planned(base, plan=(*base.blueprint.plan[:3], avoided))
    assert plan(ruled_out).reason == "ruled_out"
    played = msgspec.structs.replace(
        ruled_out, cast=msgspec.structs.replace(base.cast, assistant="llm:x")
    )
    assert plan(played).reason == "ruled_out"
