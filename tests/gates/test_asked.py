from __future__ import annotations

import pytest

from buttonup.formats import adopt
from buttonup.gates import GATES, ask, lacking, stops_at_calls
from buttonup.gates.asked import NEEDS
from buttonup.records import Assistant, Call, Conversation, Function, Message, Tool, User

CALL = Call.of("call_1", "f", {"x": 7})
F = Function("f", "Do.", {"type": "object"})
ASKED = (User("Do it with 7."), Assistant(calls=(CALL,)))


def reasons(*messages: Message) -> dict[str, str]:
    verdicts = ask(adopt(Conversation((F,), messages)))
    return {v.gate: v.reason for v in verdicts if not v.passed}


def test_every_need_is_of_a_gate_that_there_is() -> None:
    assert NEEDS.keys() <= {gate.__name__ for gate in GATES}


def test_a_gate_that_lacks_what_it_would_need_gives_no_verdict() -> None:
    t = adopt(Conversation((F,), (User("Hi."), Assistant(answer="Hello."))))
    assert {v.gate for v in ask(t)} == {gate.__name__ for gate in GATES} - lacking(t).keys()
    assert lacking(t)["provenance"] == "nothing is called"


def test_a_conversation_of_one_turn_may_stop_at_its_calls() -> None:
    assert stops_at_calls(adopt(Conversation((F,), ASKED)))
    assert reasons(*ASKED) == {}


@pytest.mark.parametrize(
    "messages",
    [
        (*ASKED, Tool("call_1", "f", 1)),
        (*ASKED, Tool("call_1", "f", 1), Assistant(answer="Done."), *ASKED),
        (*ASKED, Assistant(answer="Done.")),
        (ASKED[1],),
    ],
)
def test_other_ends_are_asked_after_as_ever(messages: tuple[Message, ...]) -> None:
    assert "structure" in reasons(*messages)


def test_calls_of_a_row_that_lists_no_functions_are_unknown() -> None:
    verdicts = ask(adopt(Conversation((), ASKED)))
    assert [v.reason for v in verdicts if v.gate == "functions"] == ["unknown_function"]
