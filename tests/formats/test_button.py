from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from buttonup.errors import Reject
from buttonup.formats.button import parse, render
from buttonup.formats.exported import exported
from buttonup.formats.tags import PARALLEL
from buttonup.records import (
    Assistant,
    Call,
    Conversation,
    Function,
    Message,
    Sample,
    Tool,
    User,
    decode,
    encode,
)

GOLDEN = Path(__file__).parent / "goldens" / "button.jsonl"


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_canonical_conversation_is_read_back_as_it_was(
    data: st.DataObject, canonical_conversations: st.SearchStrategy[Conversation]
) -> None:
    c = data.draw(canonical_conversations)
    learnt = (
        structs.replace(m, masked=False) if isinstance(m, Assistant) else m for m in c.messages
    )
    c = structs.replace(c, messages=tuple(learnt))
    assert parse(decode(encode(render(c)), dict[str, Any])) == c


@settings(deadline=None)
@given(data=st.data())
def test_what_is_rendered_at_all_is_stable_from_then_on(
    data: st.DataObject, any_conversations: st.SearchStrategy[Conversation]
) -> None:
    try:
        once = parse(render(data.draw(any_conversations)))
    except Reject:
        return
    assert parse(render(once)) == once


def test_an_exported_sample_looks_as_it_always_did(sample: Sample) -> None:
    row = GOLDEN.read_bytes()
    assert decode(row, dict[str, Any]) == render(exported(sample.trajectory))
    assert parse(decode(row, dict[str, Any])) == exported(sample.trajectory)


def test_deeply_nested_arguments_survive() -> None:
    deep: Any = "</call>"
    for _ in range(400):
        deep = {"<call>": [deep]}
    c = Conversation(messages=(Assistant(calls=(Call.of("call_1", "f", {"deep": deep}),)),))
    assert parse(render(c)) == c


def test_the_switch_of_parallel_calling_is_one_sentence() -> None:
    texts = {on: system(Conversation(parallel=on)) for on in (True, False, None)}
    assert texts[True] == f"{texts[None]} {PARALLEL[True]}"
    assert texts[False] == f"{texts[None]} {PARALLEL[False]}"


def test_a_tool_is_shown_with_the_schema_of_its_responses() -> None:
    f = Function("f", "Do.", {"type": "object"}, {"type": "integer"})
    assert '"responses":{"type":"integer"}' in system(Conversation(functions=(f,)))


def system(c: Conversation) -> str:
    return str(render(c)["messages"][0]["content"])


ONE, TWO = Call.of("call_1", "f", {"x": 1}), Call.of("call_2", "f", {"x": 2})


@pytest.mark.parametrize(
    ("reason", "messages"),
    [
        ("tag_in_text", [User("what is <final>?")]),
        ("tag_in_text", [Assistant(thought="</call>", calls=(ONE,))]),
        ("tag_in_text", [Assistant(answer="<tool>")]),
        ("calls_and_answer", [Assistant(calls=(ONE,), answer="done")]),
        ("unanswered_call", [Assistant(calls=(ONE, TWO)), Tool("call_1", "f", 1)]),
        ("orphan_result", [Tool("call_1", "f", 1)]),
        ("orphan_result", [Assistant(calls=(ONE,)), User("wait"), Tool("call_1", "f", 1)]),
        (
            "orphan_result",
            [Assistant(calls=(ONE,)), Tool("call_1", "f", 1), Tool("call_1", "f", 1)],
        ),
        ("misnamed_result", [Assistant(calls=(ONE,)), Tool("call_1", "g", 1)]),
    ],
)
def test_what_cannot_be_read_back_is_refused(reason: str, messages: list[Message]) -> None:
    with pytest.raises(Reject) as refused:
        render(Conversation(messages=tuple(messages)))
    assert refused.value.reason == reason


def test_a_context_with_a_tag_is_refused() -> None:
    with pytest.raises(Reject, match="tag_in_text: context"):
        render(Conversation(context="see <tool>"))


def test_results_are_put_in_the_order_of_their_calls() -> None:
    turn = Assistant(calls=(ONE, TWO))
    results = (Tool("call_2", "f", "two"), Tool("call_1", "f", "one"))
    read = parse(render(Conversation(messages=(turn, *results))))
    assert read.messages == (turn, *reversed(results))


def test_other_ids_and_spacing_become_the_canonical_ones() -> None:
    call = Call.parse("toolu_9", "f", '{ "x": 1 }')
    read = parse(render(Conversation(messages=(Assistant(calls=(call,)), Tool("toolu_9", "f", 5)))))
    assert read.messages == (Assistant(calls=(ONE,)), Tool("call_1", "f", 5))


# --- rows of others -----------------------------------------------------------------------------


def row(*messages: tuple[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in messages]}


def test_another_preamble_is_context_and_its_tools_are_found_by_their_tags() -> None:
    text = 'Tools are listed in <tool> </tool>:\n<tool>\n[{"name": "f"}]\n</tool>\nBe brief.'
    read = parse(row(("system", text)))
    assert [f.name for f in read.functions] == ["f"]
    assert read.functions[0].parameters == {"type": "object", "properties": {}}
    assert read.context == "Tools are listed in <tool> </tool>:\n\nBe brief."
    assert read.parallel is None


def test_tools_may_be_listed_one_a_line() -> None:
    read = parse(row(("system", '<tool>{"name": "f"}\n{"name": "g"}</tool>')))
    assert [f.name for f in read.functions] == ["f", "g"]


def test_our_sentence_tells_the_switch_in_another_preamble() -> None:
    assert parse(row(("system", f"Hello. {PARALLEL[False]} Bye."))).parallel is False


def test_an_assistant_without_tags_speaks_to_the_user() -> None:
    assert parse(row(("assistant", "Which day?"))).messages == (Assistant(answer="Which day?"),)


def test_arguments_as_a_string_are_kept_as_emitted() -> None:
    content = '<call>[{"name": "f", "arguments": "{ \\"x\\": 1 }"}]</call>'
    [turn] = parse(row(("assistant", content))).messages
    assert turn == Assistant(calls=(Call.parse("call_1", "f", '{ "x": 1 }'),))


@pytest.mark.parametrize(
    ("content", "result"),
    [
        ('[{"name": "f", "results": "ok"}]', "ok"),
        ('{"name": "f", "results": {"a": 1}}', {"a": 1}),
        ('{"a": 1}', {"a": 1}),
        ("[1, 2]", [1, 2]),
        ("plain words", "plain words"),
    ],
)
def test_a_lone_result_may_come_in_any_dress(content: str, result: object) -> None:
    call = '<call>[{"name": "f", "arguments": {}}]</call>'
    read = parse(row(("assistant", call), ("tool", content)))
    assert read.messages[1] == Tool("call_1", "f", result)


def test_shuffled_results_find_their_calls_by_arguments() -> None:
    calls = '[{"name": "f", "arguments": {"x": 1}}, {"name": "f", "arguments": {"x": 2}}]'
    results = (
        '[{"name": "f", "arguments": {"x": 2}, "results": "two"},'
        ' {"name": "f", "arguments": {"x": 1}, "results": "one"}]'
    )
    read = parse(row(("assistant", f"<call>{calls}</call>"), ("tool", results)))
    assert read.messages[1:] == (Tool("call_2", "f", "two"), Tool("call_1", "f", "one"))


def test_a_result_that_no_call_waits_for_is_kept_for_the_gates() -> None:
    read = parse(row(("tool", '[{"name": "f", "results": 1}]')))
    assert read.messages == (Tool("", "f", 1),)


@pytest.mark.parametrize(
    ("reason", "messages"),
    [
        ("unclosed_tag", [("assistant", "<call>[]")]),
        ("words_after_tag", [("assistant", "<call>[]</call> and <final>x</final>")]),
        ("calls_not_json", [("assistant", "<call>[{]</call>")]),
        ("off_format", [("assistant", "<call>[{}]</call>")]),
        ("off_format", [("system", '<tool>[{"description": "nameless"}]</tool>')]),
        ("unknown_role", [("narrator", "Once")]),
        ("not_text", [("user", 5)]),
        ("not_text", [("tool", '[{"name": 5, "results": 5}]')]),
    ],
)
def test_a_row_that_makes_no_conversation_is_rejected(
    reason: str, messages: list[tuple[str, Any]]
) -> None:
    with pytest.raises(Reject) as rejected:
        parse(row(*messages))
    assert rejected.value.reason == reason
