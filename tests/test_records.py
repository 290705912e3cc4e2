"""Records are values with an address."""

from __future__ import annotations

import pickle

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.records import (
    AtomicTask,
    Blueprint,
    Call,
    Cast,
    CompositionalTask,
    Function,
    PlannedCall,
    Record,
    Scenario,
    Source,
    Step,
    Tools,
    Trajectory,
    Upset,
    Usage,
    User,
    UserTurn,
    decode,
    encode,
)


def task(count: int, *edges: tuple[int, int]) -> CompositionalTask:
    return CompositionalTask("x", tuple(AtomicTask(str(i)) for i in range(count)), edges)


@pytest.mark.parametrize(
    ("made", "shape"),
    [
        (task(1), "single"),
        (task(2), "parallel"),
        (task(2, (0, 1)), "sequential"),
        (task(4, (0, 1), (1, 2), (2, 3)), "sequential"),
        (task(3, (0, 2), (1, 2)), "parallel_then_sequential"),
        (task(3, (0, 1), (0, 2)), "nested"),
    ],
)
def test_the_shape_follows_from_the_edges(made: CompositionalTask, shape: str) -> None:
    assert made.shape == shape


def test_equal_records_have_equal_keys_however_they_were_made() -> None:
    bare = Trajectory(Blueprint(task(1)))
    told = Trajectory(Blueprint(task(1)), usage={}, cast=Cast())
    assert bare == told
    assert bare.key == told.key == decode(encode(told), Trajectory).key


def test_a_record_cannot_be_changed_and_has_no_unknown_fields() -> None:
    with pytest.raises(AttributeError):
        Scenario("x").text = "y"
    with pytest.raises(msgspec.ValidationError, match="unknown field `mood`"):
        decode(b'{"text": "x", "mood": "y"}', Scenario)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_call_keeps_what_was_emitted_well_formed_or_not(raw: str) -> None:
    call = Call.parse("call_1", "f", raw)
    assert call.raw == raw
    assert call.arguments is None or isinstance(call.arguments, dict)


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.booleans()))
def test_a_well_formed_call_parses_back_to_its_arguments(arguments: dict[str, object]) -> None:
    call = Call.of("call_1", "f", arguments)
    assert Call.parse("call_1", "f", call.raw) == call


def test_what_no_sub_task_needs_is_a_distractor() -> None:
    shown = tuple(Function(name, "", {}) for name in "abc")
    assert [f.name for f in Blueprint(task(1), shown, (("b",),)).distractors] == ["a", "c"]


def test_usage_adds_up() -> None:
    assert Usage(1, 2, 3, 4) + Usage(10, 20, 30, 40) == Usage(11, 22, 33, 44)


def test_functions_that_the_user_offers_are_there_with_those_that_were_shown() -> None:
    shown, late = Function("a", "", {}), Function("b", "", {})
    t = Trajectory(Blueprint(task(1), (shown,)), (User("Go."),))
    assert t.functions == (shown,)
    assert t.plus(User("Take this.", (late,))).functions == (shown, late)


def test_a_plan_with_turns_upsets_and_calls_to_avoid_survives_the_disk() -> None:
    call = PlannedCall("f", {"x": 1}, None, {"x": Source("said")})
    blueprint = Blueprint(
        task(1),
        tools=Tools("worlds", ("w",), upsets=(Upset("f", {"error": "Slow."}, 2),)),
        plan=(Step(aim="see", avoided=(call,)),),
        turns=(UserTurn("Go.", "offer", (0,), offers=(Function("b", "", {}),), missing="b"),),
    )
    assert decode(encode(blueprint), Blueprint) == blueprint


class Numbers(Record):
    """A record with numbers by default."""

    share: float = 0.0
    many: int = 5000
    word: str = "shipped"


@pytest.mark.parametrize(
    "twin",
    [
        Numbers(float("0"), int("5000"), "SHIPPED".lower()),
        decode(b'{"share":0.0,"many":5000,"word":"shipped"}', Numbers),
        pickle.loads(pickle.dumps(Numbers())),
        msgspec.structs.replace(Numbers(many=3), many=int("5000")),
    ],
    ids=["made", "read", "sent by another process", "replaced"],
)
def test_equal_records_are_equal_bytes_however_they_came(twin: Numbers) -> None:
    assert twin == Numbers()
    assert encode(twin) == encode(Numbers()) == b"{}"
    assert encode(Numbers(many=5001)) == b'{"many":5001}'
