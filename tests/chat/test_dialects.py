from __future__ import annotations

import pytest

from buttonup.chat.dialects import DIALECTS, Dialect, messages
from buttonup.chat.probe import conversation
from buttonup.errors import Reject
from buttonup.records import Assistant, Call, Conversation, Json


def turn(to: Dialect) -> Json:
    return messages(conversation("One.", "Two.", "Three.", "Four."), to)[2]


def test_a_thought_has_a_place_of_its_own_or_stands_before_the_calls() -> None:
    assert turn(Dialect())["reasoning_content"] == "One."
    assert turn(Dialect("content"))["content"] == "One."
    assert "One." not in str(turn(Dialect("none")))


def test_arguments_are_an_object_or_a_string() -> None:
    made = [turn(Dialect(arguments=a))["tool_calls"][0]["function"] for a in ("object", "string")]
    assert made[0]["arguments"] == {"town": "Ghent", "guests": 2}
    assert made[1]["arguments"] == '{"guests":2,"town":"Ghent"}'


def test_an_id_of_nine_is_the_same_where_it_is_answered() -> None:
    told = messages(conversation(parallel=True), Dialect(ids="nine"))
    made = [call["id"] for m in told for call in m.get("tool_calls", ())]
    assert [m["tool_call_id"] for m in told if m["role"] == "tool"] == made
    assert [len(id) for id in made] == [9, 9, 9]
    assert len(set(made)) == 3


@pytest.mark.parametrize("to", DIALECTS)
def test_malformed_arguments_are_refused(to: Dialect) -> None:
    call = Call.parse("c", "f", "{")
    with pytest.raises(Reject, match="malformed_arguments"):
        messages(Conversation(messages=(Assistant(calls=(call,)),)), to)
