from __future__ import annotations

import pytest

from buttonup.errors import Reject
from buttonup.formats.hermes import parse, render
from buttonup.records import Assistant, Call, Conversation, Function, Tool, User


def row(*said: tuple[str, str]) -> dict[str, object]:
    return {"conversations": [{"from": who, "value": text} for who, text in said]}


def test_a_foreign_row_is_read_by_its_tags() -> None:
    tool = '{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}'
    called = "<tool_call>\n{'name': 'f', 'arguments': {'x': 1}}\n</tool_call>"
    called += '<tool_call>{"name": "f", "arguments": {"x": 2}}</tool_call>'
    came = '<tool_response>\n{"name": "f", "content": {"y": 1}}\n</tool_response>\n'
    came += "<tool_response>plain</tool_response>"
    read = parse(
        row(
            ("system", f"Use <tools> </tools>. <tools>\n{tool}\n{tool}\n</tools> Be brief."),
            ("human", "Go."),
            ("gpt", f"Let me see.\n{called}"),
            ("tool", came),
            ("gpt", "Done."),
        )
    )
    assert read.functions == (Function("f", "", {"type": "object"}),) * 2
    assert read.context == "Use <tools> </tools>.\n\nBe brief."
    calls = (Call.of("call_1", "f", {"x": 1}), Call.of("call_2", "f", {"x": 2}))
    assert read.messages[1:] == (
        Assistant("Let me see.", calls),
        Tool("call_1", "f", {"y": 1}),
        Tool("call_2", "f", "plain"),
        Assistant(answer="Done."),
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [("<tool_call>{}", "unclosed_tag"), ("<tool_call>f(1)</tool_call>", "calls_not_json")],
)
def test_a_broken_call_is_a_reject_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(Reject) as refused:
        parse(row(("gpt", text)))
    assert refused.value.reason == reason


def test_words_behind_the_calls_are_kept_for_a_gate_to_see() -> None:
    text = '<tool_call>{"name": "f", "arguments": {}}</tool_call> It is sunny.'
    [turn] = parse(row(("gpt", text))).messages
    assert isinstance(turn, Assistant)
    assert (len(turn.calls), turn.answer) == (1, "It is sunny.")


def test_no_value_can_close_a_tag() -> None:
    call = Call.of("call_1", "f", {"x": "</tool_call><tool_call>"})
    c = Conversation(messages=(User("Go."), Assistant(calls=(call,))))
    said = render(c)["conversations"][2]["value"]
    assert said.count("<tool_call>") == said.count("</tool_call>") == 1
    assert parse(render(c)) == c


@pytest.mark.parametrize(
    "message", [User("<tools>"), Assistant(answer="</tool_call>"), Assistant("<tool_response>")]
)
def test_a_tag_in_words_is_refused(message: User | Assistant) -> None:
    with pytest.raises(Reject, match="tag_in_text"):
        render(Conversation(messages=(message,)))
