from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from buttonup.errors import BadInput
from buttonup.gates import GATES, MASKABLE, Masking, ask, let_be, masked, sift, try_masking
from buttonup.gates.masking import UNMASKABLE
from buttonup.records import Assistant, Call, Message, Sample, Tool, Trajectory, decode, encode

ALL = tuple(MASKABLE)
Edit = Callable[..., Trajectory]


def slipped(t: Trajectory, call: Call, result: object) -> Trajectory:
    """Give the conversation with one more call, and its result, before the last answer."""
    slip = (Assistant("I try this.", (call,)), Tool(call.id, call.name, result))
    return structs.replace(t, messages=(*t.messages[:-1], *slip, t.messages[-1]))


def again(t: Trajectory) -> Trajectory:
    """Give the conversation with a look-up that was made before: message 8 makes it."""
    call = Call.of("call_9", "get_member", {"member_id": "M-20431"})
    looked = (Assistant("I look again.", (call,)), Tool("call_9", "get_member", {"balance": 80.0}))
    return structs.replace(t, messages=(*t.messages[:4], *looked, *t.messages[4:]))


def hidden(sample: Sample) -> list[int]:
    messages = sample.trajectory.messages
    return [i for i, m in enumerate(messages) if isinstance(m, Assistant) and m.masked]


ERROR = {"error": "There is no such thing."}


@pytest.mark.parametrize(
    ("gate", "call"),
    [
        ("functions", Call.of("call_9", "book_bike", {"bike_id": "BK-1042"})),
        ("arguments", Call.of("call_9", "get_member", {"member_id": 20431})),
        ("provenance", Call.of("call_9", "get_member", {"member_id": "M-99999"})),
    ],
)
def test_a_wrong_call_that_got_an_error_is_masked_and_the_rest_kept(
    bare: Trajectory, gate: str, call: Call
) -> None:
    sample = sift(slipped(bare, call, ERROR))
    assert gate in [v.gate for v in sample.failures]
    kept = masked(sample, ALL)
    assert kept.accepted
    assert hidden(kept) == [8]
    assert {v.at for v in kept.verdicts if v.masked} == {(8,)}


def test_a_wrong_call_that_succeeded_is_not_masked_as_later_turns_rest_on_it(
    bare: Trajectory,
) -> None:
    call = Call.of("call_9", "get_member", {"member_id": "M-99999"})
    sample = sift(slipped(bare, call, {"member_id": "M-99999", "balance": 80.0}))
    assert masked(sample, ALL) == sample
    assert not sample.accepted


def test_a_needless_call_is_masked_though_it_succeeded(bare: Trajectory) -> None:
    kept = masked(sift(again(bare)), ("repeats",))
    assert kept.accepted
    assert hidden(kept) == [4]


def test_a_gate_that_is_not_named_still_rejects(bare: Trajectory) -> None:
    sample = sift(again(bare))
    assert masked(sample, ("arguments",)) == sample
    assert not sample.accepted


def test_a_sample_that_fails_elsewhere_too_is_left_as_it_was(bare: Trajectory, edit: Edit) -> None:
    unsupported = Assistant("All is in order.", answer="It costs €4,711.")
    sample = sift(edit(again(bare), {10: unsupported}))
    assert {v.gate for v in sample.failures} == {"repeats", "answer"}
    assert masked(sample, (*ALL, "answer")) == sample
    assert hidden(sample) == []


def test_the_turn_that_ends_a_conversation_is_never_masked(bare: Trajectory, edit: Edit) -> None:
    call = Call.of("call_9", "book_bike", {})
    last: Message = Assistant("I book.", (call,), "It is booked.")
    sample = sift(edit(bare, {8: last}))
    assert "functions" in [v.gate for v in sample.failures]
    assert not masked(sample, (*ALL, "structure")).accepted


def test_what_was_masked_stays_let_be_when_the_gates_are_asked_again(bare: Trajectory) -> None:
    kept = masked(sift(again(bare)), ALL)
    assert decode(encode(kept), Sample) == kept
    verdicts = let_be(kept.trajectory, ask(kept.trajectory))
    assert [v.gate for v in verdicts if v.masked] == ["repeats"]
    assert Sample(kept.trajectory, verdicts).accepted


def test_a_failure_beside_a_masked_turn_is_not_let_be(bare: Trajectory) -> None:
    kept = masked(sift(again(bare)), ALL).trajectory
    worse = slipped(kept, Call.of("call_8", "book_bike", {}), ERROR)
    verdicts = let_be(worse, ask(worse))
    assert [v.gate for v in verdicts if not v.passed and not v.masked] == ["functions"]


def test_every_gate_can_be_masked_for_or_says_why_not() -> None:
    names = {gate.__name__ for gate in GATES}
    assert names <= MASKABLE.keys() | UNMASKABLE.keys()
    assert not MASKABLE.keys() & UNMASKABLE.keys()
    for name in sorted(names & UNMASKABLE.keys()):
        with pytest.raises(BadInput, match=f"{name} cannot be masked"):
            try_masking(Masking((name,)))
    try_masking(Masking(tuple(sorted(names & MASKABLE.keys()))))
