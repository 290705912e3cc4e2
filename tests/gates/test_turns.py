"""Each turn of the user gets the kind of reply that it calls for."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from buttonup.gates.turns import asks, declines, turns
from buttonup.records import Assistant, Call, Message, Tool, Trajectory, User, UserTurn

Edit = Callable[..., Trajectory]
Failures = Callable[[Trajectory], list[tuple[str, str]]]


@pytest.fixture
def talked(base: Trajectory, planned: Edit) -> Callable[..., Trajectory]:
    """Put a turn of the user, and what follows it, in front of the conversation."""

    def made(turn: UserTurn, *reply: Message) -> Trajectory:
        asked = UserTurn(base.blueprint.task.text, steps=(0, 1, 2, 3))
        t = planned(base, turns=(turn, asked))
        return msgspec.structs.replace(t, messages=(User(turn.says), *reply, *base.messages))

    return made


Talked = Callable[..., Trajectory]
MISSING = UserTurn("Hire me a bike.", reply="ask", missing="hire_bike")
UNSERVED = UserTurn("Book me a flight.", reply="decline", missing="book_flight")
FAILING = UserTurn("Quote BK-1 for me.", kind="request", reply="failure")
CHAT = UserTurn("Hello there!", kind="small_talk", reply="chat")


def test_a_missing_value_is_asked_for(talked: Talked, failures: Failures) -> None:
    assert failures(talked(MISSING, Assistant("?", answer="Which one would you like?"))) == []
    assert failures(talked(MISSING, Assistant(answer="Please tell me which one."))) == []
    assert turns(talked(MISSING, Assistant(answer="All right."))).reason == "not_asked"


def hired(bike: str) -> tuple[Message, ...]:
    """Guess which bike is wanted, then ask."""
    given = {"bike_id": bike, "member_id": "M-20431", "days": 3}
    call = Call.of("call_0", "hire_bike", given)
    error = Tool("call_0", "hire_bike", {"error": "The bike is not free."})
    return Assistant(calls=(call,)), error, Assistant(answer="Which of them do you want?")


def test_a_call_with_a_guessed_value_fails(talked: Talked, failures: Failures) -> None:
    open_ = msgspec.structs.replace(
        MISSING, says="Hire BK-3001 or BK-2077 for three days; I'm M-20431."
    )
    assert failures(talked(open_, *hired("BK-2077"))) == [("turns", "guessed")]


def test_a_guess_that_comes_from_nowhere_is_told_of_by_provenance_alone(
    talked: Talked, failures: Failures
) -> None:
    open_ = msgspec.structs.replace(MISSING, says="Hire me one for three days; I'm M-20431.")
    assert failures(talked(open_, *hired("BK-7777"))) == [("provenance", "invented")]


def test_a_call_where_none_is_called_for_is_told_of_by_this_gate_alone(
    talked: Talked, failures: Failures
) -> None:
    call = Call.of("call_0", "list_stations", {})
    looked = (Assistant(calls=(call,)), Tool("call_0", "list_stations", []))
    no = Assistant(answer="I can't book flights: no function I have does that.")
    assert failures(talked(UNSERVED, *looked, no)) == [("turns", "called_anyway")]
    hello = Assistant(answer="Hello!")
    assert failures(talked(CHAT, *looked, hello)) == [("turns", "called_anyway")]


def test_what_nothing_serves_is_declined_without_a_call(
    talked: Talked, base: Trajectory, failures: Failures
) -> None:
    no = Assistant(answer="I can't book flights: no function I have does that.")
    assert failures(talked(UNSERVED, no)) == []
    assert turns(talked(UNSERVED, Assistant(answer="It is booked."))).reason == "not_declined"
    assert turns(talked(UNSERVED, *base.messages[4:6], no)).reason == "called_anyway"


def test_a_failure_is_told(talked: Talked, base: Trajectory) -> None:
    call = base.messages[4]
    error = Tool("call_3", "quote_hire", {"error": "There is no bike BK-1."})
    told = Assistant(answer="There is no bike BK-1.")
    assert turns(talked(FAILING, call, error, told)).passed
    hidden = Assistant(answer="The quote is on its way to you.")
    assert turns(talked(FAILING, call, error, hidden)).reason == "unreported_failure"


def test_small_talk_needs_no_call(talked: Talked, base: Trajectory, failures: Failures) -> None:
    assert failures(talked(CHAT, Assistant(answer="Hello! What can I do?"))) == []
    answered = (*base.messages[4:6], Assistant(answer="Hello!"))
    assert turns(talked(CHAT, *answered)).reason == "called_anyway"


def test_a_conversation_that_stops_before_the_users_last_turn_fails(
    base: Trajectory, planned: Edit
) -> None:
    more = (UserTurn(base.blueprint.task.text), UserTurn("And one more thing."))
    assert turns(planned(base, turns=more)).reason == "unfinished"


@pytest.mark.parametrize(
    "words",
    [
        "I'm sorry, there is no such station.",
        "That isn\u2019t possible.",
        "Unfortunately the request was refused.",
        "I was unable to do it.",
        "You have booked it already.",
    ],
)
def test_many_ways_of_saying_no_are_known(words: str) -> None:
    assert declines(words)


@pytest.mark.parametrize("words", ["Done.", "Here you go: €20.", "It is booked for Friday."])
def test_a_yes_is_no_no(words: str) -> None:
    assert not declines(words)
    assert not asks(words)
