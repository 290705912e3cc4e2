from __future__ import annotations

import json

import pytest

from buttonup.errors import Reject
from buttonup.formats.xlam import parse, render
from buttonup.records import Assistant, Call, Conversation, Function, Message, Tool, User

SCHEMA = {
    "type": "object",
    "properties": {"town": {"type": "string"}, "day": {"type": "integer", "default": 1}},
    "required": ["town"],
}
FIND = Function("find", "Find.", SCHEMA)
CALLS = tuple(Call.of(f"call_{i}", "find", {"town": t}) for i, t in ((1, "Ghent"), (2, "Liège")))
ASKED = (User("Ghent and Liège?"), Assistant(calls=CALLS))
C = Conversation((FIND,), ASKED, parallel=None)


def test_a_request_and_its_calls_come_back_as_they_were() -> None:
    row = render(C)
    assert list(row) == ["query", "tools", "answers"]
    assert parse(row) == C
    [tool] = json.loads(row["tools"])
    assert tool["parameters"]["day"]["type"] == "int, optional"


def test_results_and_the_answer_are_left_out() -> None:
    more = (Tool("call_1", "find", 1), Tool("call_2", "find", 2), Assistant(answer="Yes."))
    whole = Conversation((FIND,), (*ASKED, *more), context="Today is Monday.")
    row = render(whole)
    assert row["query"] == "Today is Monday.\n\nGhent and Liège?"
    assert row["answers"] == render(C)["answers"]


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ((*ASKED, User("And Mons?")), "several_turns"),
        ((*ASKED, Assistant(calls=CALLS)), "several_turns"),
        ((User("Hi."), Assistant(answer="Hello.")), "no_call"),
    ],
)
def test_what_needs_more_than_one_turn_is_refused(
    messages: tuple[Message, ...], reason: str
) -> None:
    with pytest.raises(Reject) as refused:
        render(Conversation((FIND,), messages))
    assert refused.value.reason == reason


def test_a_schema_that_flat_parameters_cannot_say_is_refused() -> None:
    f = Function("find", "", {**SCHEMA, "properties": {"x": {"anyOf": []}}})
    with pytest.raises(Reject, match="schema_not_flat"):
        render(Conversation((f,), ASKED))


def test_a_row_without_lists_is_a_reject() -> None:
    with pytest.raises(Reject, match="off_format"):
        parse({"query": "hi", "tools": "none", "answers": "[]"})
