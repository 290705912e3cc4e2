from __future__ import annotations

from collections.abc import Callable

import msgspec

from buttonup.gates.order import dependency, repeats
from buttonup.records import Assistant, Call, Tool, Trajectory, User

Edit = Callable[..., Trajectory]
Failures = Callable[[Trajectory], list[tuple[str, str]]]

HIRE = {"bike_id": "BK-1042", "member_id": "M-20431", "days": 3}


def swapped(t: Trajectory) -> Trajectory:
    """Hire before the quote."""
    m = t.messages
    return msgspec.structs.replace(t, messages=(*m[:4], m[6], m[7], m[4], m[5], m[8]))


def again(t: Trajectory, at: int, answer: int) -> Trajectory:
    """Make the call of message `at` once more before the answer."""
    call, tool = t.messages[at], t.messages[answer]
    assert isinstance(call, Assistant)
    assert isinstance(tool, Tool)
    one = next(c for c in call.calls if c.id == tool.call_id)
    more = (
        Assistant(calls=(msgspec.structs.replace(one, id="call_9"),)),
        msgspec.structs.replace(tool, call_id="call_9"),
    )
    return msgspec.structs.replace(t, messages=(*t.messages[:-1], *more, t.messages[-1]))


def test_a_good_order_passes(base: Trajectory, bare: Trajectory) -> None:
    assert dependency(base).passed
    assert repeats(base).passed
    assert "not applicable" in dependency(bare).evidence[0]


def test_a_call_before_what_its_subtask_depends_on_fails(
    base: Trajectory, failures: Failures
) -> None:
    assert failures(swapped(base)) == [("dependency", "too_early")]


def test_a_dependency_holds_through_a_subtask_without_functions(
    base: Trajectory, planned: Edit, failures: Failures
) -> None:
    needs = (("find_bikes",), (), ("quote_hire",), ("hire_bike",))
    through = planned(base, needs=needs, plan=(), goal=None)
    task = msgspec.structs.replace(base.blueprint.task, edges=((2, 1), (1, 3)))
    assert dependency(planned(swapped(through), task=task)).passed  # edges go upwards only
    task = msgspec.structs.replace(base.blueprint.task, edges=((0, 1), (1, 3)))
    assert dependency(planned(swapped(through), task=task)).passed
    needs = (("quote_hire",), (), ("find_bikes",), ("hire_bike",))
    assert failures(planned(swapped(through), task=task, needs=needs)) == [
        ("dependency", "too_early")
    ]


def test_a_call_before_the_planned_source_of_its_argument_fails(
    base: Trajectory, planned: Edit
) -> None:
    plan = base.blueprint.plan
    hire = plan[3].calls[0]
    fed = {**hire.sources, "bike_id": msgspec.structs.replace(hire.sources["bike_id"], step=2)}
    step = msgspec.structs.replace(plan[3], calls=(msgspec.structs.replace(hire, sources=fed),))
    task = msgspec.structs.replace(base.blueprint.task, edges=())
    needy = planned(base, plan=(*plan[:3], step), task=task)
    assert dependency(needy).passed
    assert dependency(swapped(needy)).reason == "too_early"


def test_a_failed_call_does_not_meet_a_dependency(base: Trajectory, edit: Edit) -> None:
    failed = edit(base, {5: Tool("call_3", "quote_hire", {"error": "closed"})})
    assert dependency(failed).reason == "too_early"


def test_a_call_repeated_after_it_succeeded_fails(bare: Trajectory, failures: Failures) -> None:
    assert failures(again(bare, 6, 7)) == [("repeats", "repeated")]


def test_reading_again_after_something_was_written_is_fine(
    bare: Trajectory, failures: Failures
) -> None:
    assert failures(again(bare, 1, 3)) == []


def test_reading_again_when_nothing_was_written_fails(bare: Trajectory, edit: Edit) -> None:
    reading = edit(bare, {6: None, 7: None})
    assert repeats(again(reading, 1, 3)).reason == "repeated"


def test_trying_again_after_an_error_is_fine(bare: Trajectory, edit: Edit) -> None:
    failed = edit(bare, {7: Tool("call_4", "hire_bike", {"error": "try again"})})
    retry = (
        Assistant(calls=(Call.of("call_5", "hire_bike", HIRE),)),
        Tool("call_5", "hire_bike", {"hire_id": "HI-55120"}),
    )
    messages = (*failed.messages[:-1], *retry, failed.messages[-1])
    assert repeats(msgspec.structs.replace(failed, messages=messages)).passed


def test_asking_again_because_the_user_asks_again_is_fine(bare: Trajectory) -> None:
    call = Call.of("call_9", "get_member", {"member_id": "M-20431"})
    more = (
        User("And my balance now?"),
        Assistant(calls=(call,)),
        Tool("call_9", "get_member", {"balance": 80.0}),
        Assistant(answer="€80."),
    )
    assert repeats(msgspec.structs.replace(bare, messages=(*bare.messages, *more))).passed
