from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.chat.syntaxes import SYNTAXES, Syntax, calls_in
from buttonup.records import Function

BY_NAME: dict[str, Syntax] = {s.name: s for s in SYNTAXES}
F = Function("f", "", {"properties": {"a": {"type": "string"}, "n": {"type": "integer"}}})
CALLS = [("f", {"a": "5", "n": 5})]

WRITTEN = {
    "hermes": '<tool_call>\n{"name": "f", "arguments": {"a": "5", "n": 5}}\n</tool_call>',
    "phi": '<|tool_call|>[{"name": "f", "arguments": {"a": "5", "n": 5}}]<|/tool_call|>',
    "granite": '<|tool_call|>[{"name": "f", "arguments": {"a": "5", "n": 5}}]',
    "jamba": '<tool_calls>[\n{"name": "f", "arguments": {"a": "5", "n": 5}}\n]</tool_calls>',
    "cohere": (
        '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "f",'
        ' "parameters": {"a": "5", "n": 5}}]<|END_ACTION|>'
    ),
    "mistral": '[TOOL_CALLS][{"name": "f", "arguments": {"a": "5", "n": 5}, "id": "x"}]</s>',
    "mistral-v11": '[TOOL_CALLS]f[CALL_ID]abc[ARGS]{"a": "5", "n": 5}</s>',
    "llama4": '<|python_start|><|python_end|>{"name": "f", "parameters": {"a": "5", "n": 5}}',
    "llama3": '{"name": "f", "parameters": {"a": "5", "n": 5}}<|eot_id|>',
    "deepseek": '<｜tool▁call▁begin｜>function<｜tool▁sep｜>f\n```json\n{"a": "5", "n": 5}\n```',  # noqa: RUF001
    "deepseek-v3.1": '<｜tool▁call▁begin｜>f<｜tool▁sep｜>{"a": "5", "n": 5}<｜tool▁call▁end｜>',  # noqa: RUF001
    "kimi": (
        '<|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{"a": "5", "n": 5}'
        "<|tool_call_end|>"
    ),
    "harmony": (' to=functions.f<|channel|>commentary json<|message|>{"a": "5", "n": 5}<|call|>'),
    "qwen-xml": (
        "<tool_call>\n<function=f>\n<parameter=a>\n5\n</parameter>\n<parameter=n>\n5\n"
        "</parameter>\n</function>\n</tool_call>"
    ),
    "glm": (
        "<tool_call>f\n<arg_key>a</arg_key>\n<arg_value>5</arg_value>\n<arg_key>n</arg_key>\n"
        "<arg_value>5</arg_value>\n</tool_call>"
    ),
    "atem": (
        '<atem:invoke name="f">\n<atem:parameter name="a">5</atem:parameter>\n'
        '<atem:parameter name="n">5</atem:parameter>\n</atem:invoke>'
    ),
    "gemma": '<|tool_call>call:f{a:<|"|>5<|"|>,n:5}<tool_call|>',
    "pythonic": "<|tool_call_start|>[f(a='5', n=5)]<|tool_call_end|>",
}


def test_every_syntax_has_its_example() -> None:
    assert WRITTEN.keys() == BY_NAME.keys()


@pytest.mark.parametrize("name", WRITTEN)
def test_each_syntax_reads_a_text_that_looks_like_a_number_as_what_it_is(name: str) -> None:
    assert calls_in(WRITTEN[name], BY_NAME[name], (F,)) == CALLS


@pytest.mark.parametrize("name", [name for name in WRITTEN if name != "llama3"])
def test_each_syntax_reads_two_calls_behind_words(name: str) -> None:
    text = f"I look. {WRITTEN[name]}\n{WRITTEN[name]}"
    assert calls_in(text, BY_NAME[name], (F,)) == CALLS * 2


def test_nested_values_of_gemma_and_of_python_are_read() -> None:
    text = '<|tool_call>call:f{l:[1,{x:<|"|>y<|"|>,z:true}],o:{}}<tool_call|>'
    assert calls_in(text, BY_NAME["gemma"], ()) == [
        ("f", {"l": [1, {"x": "y", "z": True}], "o": {}})
    ]
    text = "<|tool_call_start|>[a.f(l=[1, {'x': None, 'y': true}])]<|tool_call_end|>"
    assert calls_in(text, BY_NAME["pythonic"], ()) == [("a.f", {"l": [1, {"x": None, "y": True}]})]


@pytest.mark.parametrize(
    "inside",
    [
        "__import__('os').system('x')",
        "f(a=open('x'))",
        "f(1)",
        "f(a=b)",
        "f(a=[x for x in y])",
        "f(",
    ],
)
def test_what_is_no_literal_is_not_read_and_never_run(inside: str) -> None:
    text = f"<|tool_call_start|>[{inside}]<|tool_call_end|>"
    assert calls_in(text, BY_NAME["pythonic"], ()) is None


@given(
    st.text("<>|[]{}\"':,()=f1 \n")
    | st.sampled_from([w[:n] for w in WRITTEN.values() for n in (9, 30, 50)])
)
def test_no_text_breaks_a_reader(text: str) -> None:
    for syntax in SYNTAXES:
        for around in ("", WRITTEN[syntax.name]):
            found = calls_in(around + text, syntax, (F,))
            assert found is None or isinstance(found, list)
