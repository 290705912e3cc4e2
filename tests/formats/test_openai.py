from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.errors import Reject
from buttonup.formats.exported import exported
from buttonup.formats.openai import parse, render
from buttonup.formats.tags import PARALLEL
from buttonup.records import (
    Assistant,
    Call,
    Conversation,
    Function,
    Sample,
    Tool,
    User,
    decode,
    encode,
)

GOLDEN = Path(__file__).parent / "goldens" / "openai.jsonl"


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_conversation_is_read_back_as_it_was(
    data: st.DataObject, any_conversations: st.SearchStrategy[Conversation]
) -> None:
    c = data.draw(any_conversations)
    assert parse(decode(encode(render(c)), dict[str, Any])) == c


def test_an_exported_sample_looks_as_it_always_did(sample: Sample) -> None:
    row = GOLDEN.read_bytes()
    assert decode(row, dict[str, Any]) == render(exported(sample.trajectory))
    assert parse(decode(row, dict[str, Any])) == exported(sample.trajectory)


def test_only_a_turn_kept_out_of_the_loss_has_a_weight() -> None:
    c = Conversation(messages=(Assistant(answer="a", masked=True), Assistant(answer="b")))
    row = render(c)
    assert [m.get("weight") for m in row["messages"][1:]] == [0, None]


@pytest.mark.parametrize("field", ["weight", "train", "training", "loss"])
def test_what_others_say_of_a_turn_is_read(field: str) -> None:
    turns = [
        {"role": "assistant", "content": "a", field: said} for said in (0, False, 1, True, None)
    ]
    read = parse(row(*turns)).messages
    assert [m.masked for m in read if isinstance(m, Assistant)] == [True, True, False, False, False]


def test_deeply_nested_results_survive() -> None:
    deep: Any = 1
    for _ in range(400):
        deep = {"a": [deep]}
    c = Conversation(messages=(Tool("x", "f", deep),))
    assert parse(render(c)) == c


@pytest.mark.parametrize("result", ["plain", '{"a":1}', '"quoted"', "1", "", 1, 1.0, None, {}])
def test_a_result_keeps_its_type(result: object) -> None:
    c = Conversation(messages=(Tool("x", "f", result),))
    [read] = parse(decode(encode(render(c)), dict[str, Any])).messages
    assert isinstance(read, Tool)
    assert type(read.result) is type(result)
    assert read.result == result


def test_a_result_that_is_a_string_is_written_with_quotes() -> None:
    row = render(Conversation(messages=(Tool("x", "f", "plain"),), parallel=None))
    assert row["messages"][0]["content"] == '"plain"'


def test_malformed_arguments_are_written_as_emitted() -> None:
    call = Call.parse("x", "f", '{"a": ')
    row = render(Conversation(messages=(Assistant(calls=(call,)),), parallel=None))
    assert row["messages"][0]["tool_calls"][0]["function"]["arguments"] == '{"a": '


def test_a_final_turn_without_a_thought_has_no_reasoning() -> None:
    row = render(Conversation(messages=(Assistant(answer="Done."),), parallel=None))
    assert row["messages"] == [{"role": "assistant", "content": "Done."}]


def test_a_responses_schema_stands_beside_the_parameters() -> None:
    f = Function("f", "Do.", {"type": "object"}, {"type": "integer"})
    [tool] = render(Conversation(functions=(f,)))["tools"]
    assert tool["function"]["responses"] == {"type": "integer"}


# --- rows of others -----------------------------------------------------------------------------


def row(*messages: dict[str, Any]) -> dict[str, Any]:
    return {"messages": list(messages)}


def test_system_and_developer_messages_are_joined() -> None:
    read = parse(row({"role": "system", "content": "A"}, {"role": "developer", "content": "B"}))
    assert (read.context, read.parallel) == ("A\n\nB", None)


def test_our_sentence_tells_the_switch_when_the_row_does_not() -> None:
    text = f"Today is Monday.\n\n{PARALLEL[False]}"
    read = parse(row({"role": "system", "content": text}))
    assert (read.context, read.parallel) == ("Today is Monday.", False)


def test_the_old_style_of_function_calls_is_read() -> None:
    call = {"name": "f", "arguments": '{"x": 1}'}
    read = parse(
        row(
            {"role": "assistant", "content": None, "function_call": call},
            {"role": "function", "name": "f", "content": "fine"},
            {"role": "assistant", "content": None, "function_call": call},
            {"role": "function", "name": "f", "content": "5"},
        )
    )
    one, two = (Call.parse(f"call_{n}", "f", '{"x": 1}') for n in (1, 2))
    assert read.messages == (
        Assistant(calls=(one,)),
        Tool("call_1", "f", "fine"),
        Assistant(calls=(two,)),
        Tool("call_2", "f", 5),
    )


def test_a_result_without_a_name_takes_that_of_its_call() -> None:
    calls = [{"id": i, "function": {"name": f"f{i}", "arguments": {}}} for i in ("a", "b")]
    read = parse(
        row(
            {"role": "assistant", "tool_calls": calls},
            {"role": "tool", "tool_call_id": "b", "content": [{"type": "text", "text": "7"}]},
        )
    )
    assert read.messages[1] == Tool("b", "fb", 7)


def test_a_result_without_a_call_is_kept_for_the_gates() -> None:
    assert parse(row({"role": "tool", "content": "x"})).messages == (Tool("", "", "x"),)


def test_reasoning_beside_calls_leaves_the_content_to_the_user() -> None:
    calls = [{"id": "a", "function": {"name": "f", "arguments": "{}"}}]
    [turn] = parse(
        row({"role": "assistant", "content": "", "reasoning_content": "hm", "tool_calls": calls})
    ).messages
    assert turn == Assistant(thought="hm", calls=(Call.of("a", "f", {}),))


@pytest.mark.parametrize(
    "tools",
    [
        [{"type": "function", "function": {"name": "f"}}],
        [{"name": "f", "description": None}],
        '[{"name": "f"}]',
    ],
)
def test_tools_are_read_however_they_are_listed(tools: object) -> None:
    empty = Function("f", "", {"type": "object", "properties": {}})
    assert parse({"messages": [], "tools": tools}).functions == (empty,)
    assert parse({"messages": [], "functions": tools}).functions == (empty,)


def test_a_row_without_tools_has_no_functions() -> None:
    assert parse(row({"role": "user", "content": "Hi"})) == Conversation(
        messages=(User("Hi"),), parallel=None
    )


@pytest.mark.parametrize(
    ("reason", "foreign"),
    [
        ("off_format", {"messages": "none"}),
        ("off_format", {"messages": ["Hi"]}),
        ("off_format", {"messages": [], "tools": "none"}),
        ("off_format", {"messages": [], "tools": [{}]}),
        ("off_format", {"messages": [], "tools": [{"name": "f", "parameters": []}]}),
        ("off_format", row({"role": "assistant", "tool_calls": {}})),
        ("off_format", row({"role": "assistant", "tool_calls": [{"id": "a"}]})),
        ("unknown_role", row({"role": "narrator"})),
        ("unknown_role", row({"content": "Hi"})),
        ("not_text", row({"role": "user", "content": [{"type": "image_url"}]})),
    ],
)
def test_a_row_that_makes_no_conversation_is_rejected(reason: str, foreign: dict[str, Any]) -> None:
    with pytest.raises(Reject) as rejected:
        parse(foreign)
    assert rejected.value.reason == reason
