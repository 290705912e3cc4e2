from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from buttonup.gates.structure import functions, parallel, structure
from buttonup.records import Assistant, Call, Message, Source, Step, Tool, Trajectory, User

Edit = Callable[..., Trajectory]
Failures = Callable[[Trajectory], list[tuple[str, str]]]

HELLO = User("Hello, what can you do?")
ANSWER = Assistant(answer="I look after bikes.")
LIST = Call.of("call_1", "list_stations", {})
LISTED = Tool("call_1", "list_stations", [])


def test_a_conversation_passes_its_structure(base: Trajectory) -> None:
    assert structure(base).passed
    assert functions(base).passed
    assert parallel(base).passed


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ((), "no_messages"),
        ((ANSWER,), "starts_wrong"),
        ((HELLO, HELLO, ANSWER), "turn_order"),
        ((HELLO, ANSWER, ANSWER), "turn_order"),
        ((HELLO, Assistant(calls=(LIST,)), LISTED, HELLO, ANSWER), "turn_order"),
        ((HELLO, Assistant(calls=(LIST,)), ANSWER), "unanswered"),
        ((HELLO, LISTED, ANSWER), "stray_result"),
        ((HELLO, Assistant(calls=(LIST,)), LISTED, LISTED, ANSWER), "stray_result"),
        ((HELLO, Assistant(calls=(LIST,)), Tool("call_1", "other", []), ANSWER), "wrong_name"),
        ((HELLO, ANSWER, HELLO), "ends_wrong"),
        ((HELLO, Assistant(calls=(LIST,)), LISTED), "ends_wrong"),
        ((HELLO, Assistant(calls=(LIST,), answer="x"), LISTED, ANSWER), "calls_and_answer"),
        ((User("  "), ANSWER), "blank"),
        ((HELLO, Assistant("only a thought"), User("and?"), ANSWER), "blank"),
    ],
)
def test_a_broken_structure_fails_for_its_reason_alone(
    bare: Trajectory, failures: Failures, messages: tuple[Message, ...], reason: str
) -> None:
    broken = msgspec.structs.replace(bare, messages=messages)
    assert failures(broken) == [("structure", reason)]


def test_two_calls_with_one_id_fail(bare: Trajectory, edit: Edit, failures: Failures) -> None:
    quote = msgspec.structs.replace(bare.messages[4].calls[0], id="call_1")  # type: ignore[union-attr] # an assistant message
    spoilt = edit(
        bare, {4: Assistant(calls=(quote,)), 5: Tool("call_1", "quote_hire", {"total": 73.5})}
    )
    assert failures(spoilt) == [("structure", "duplicate_id")]


def test_a_function_that_was_not_shown_fails(
    bare: Trajectory, planned: Edit, failures: Failures
) -> None:
    assert failures(planned(bare, functions=bare.functions[1:])) == [
        ("functions", "unknown_function")
    ]


def test_two_functions_of_one_name_fail(
    bare: Trajectory, planned: Edit, failures: Failures
) -> None:
    doubled = planned(bare, functions=(*bare.functions, bare.functions[-1]))
    assert failures(doubled) == [("functions", "duplicate_function")]


def test_two_calls_in_a_turn_fail_where_one_is_asked(
    base: Trajectory, planned: Edit, failures: Failures
) -> None:
    assert failures(planned(base, parallel=False)) == [("parallel", "not_allowed")]
    assert failures(planned(base, parallel=None)) == []


def test_the_same_call_twice_in_a_turn_fails(
    bare: Trajectory, edit: Edit, failures: Failures
) -> None:
    first, second = (Call.of(f"call_{n}", "get_member", {"member_id": "M-20431"}) for n in (1, 2))
    member = bare.messages[3].result  # type: ignore[union-attr] # a tool message
    twice = msgspec.structs.replace(
        bare,
        messages=(
            bare.messages[0],
            Assistant(calls=(first, second)),
            Tool("call_1", "get_member", member),
            Tool("call_2", "get_member", member),
            Assistant(answer="Your balance is €80."),
        ),
    )
    assert failures(twice) == [("parallel", "identical")]


def test_a_call_beside_the_one_that_the_plan_needs_first_fails(
    base: Trajectory, edit: Edit, planned: Edit, failures: Failures
) -> None:
    asked = User(f"{base.blueprint.task.text} I hope to get BK-1042.")
    calls = (*base.messages[1].calls, *base.messages[4].calls)  # type: ignore[union-attr] # assistant messages
    together = edit(base, {0: asked, 1: Assistant(calls=calls), 4: None})
    hire = base.blueprint.plan[3].calls[0]
    told = {**hire.sources, "bike_id": Source("said")}
    known = Step((msgspec.structs.replace(hire, sources=told),))
    together = planned(together, plan=(*base.blueprint.plan[:3], known))
    assert failures(together) == [("parallel", "dependent")]
