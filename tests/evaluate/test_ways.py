"""Every way writes what the model is to see, and reads whatever comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buttonup.chat import Template, render, usable
from buttonup.errors import BadInput
from buttonup.evaluate.ways import NAMES, read_native, read_text, way_of, write_native, write_text
from buttonup.model.door import Reply, Request, Turn
from buttonup.records import Assistant, Call, Conversation, Function, Message, Tool, User
from buttonup.train import __file__ as train

ADD = Function(
    name="add",
    description="Add.",
    parameters={"type": "object", "properties": {"a": {"type": "integer"}}},
    responses={"type": "number"},
)
LATER = Function(name="later", description="", parameters={})
TALK = Conversation(
    (ADD,),
    (
        User("Add."),
        Assistant(thought="One first.", calls=(Call.of("call_1", "add", {"a": 1}),)),
        Tool("call_1", "add", 2),
        Assistant(answer="2"),
        User("And now?", (LATER,)),
    ),
    parallel=None,
)
BLANK = Request(model="m", messages=())
CHATML = Template.load(Path(train).with_name("chatml.jinja"))


# --- hermes ---------------------------------------------------------------------------------------


def test_text_shows_a_thought_before_its_calls_as_training_rows_do() -> None:
    written = write_text(TALK, BLANK).messages
    assert [t.role for t in written] == ["system", "user", "assistant", "user", "assistant", "user"]
    assert written[2].content.startswith("<think>\nOne first.\n</think>")
    assert '"later"' in written[-1].content
    rows = render(TALK, CHATML, usable(CHATML))
    assert written[2].content in rows[0].text


def test_words_beside_calls_are_left_out_of_text() -> None:
    said = Assistant(answer="Let me see.", calls=(Call.of("call_1", "add", {}),))
    talk = Conversation((ADD,), (User("Add."), said, Tool("call_1", "add", 2)), parallel=None)
    assert "Let me see" not in str(write_text(talk, BLANK))


def test_a_last_call_without_its_end_is_read() -> None:
    heard = read_text(TALK, Reply('<tool_call>{"name": "add", "arguments": {}}'))
    assert [c.name for c in heard.calls] == ["add"]


def test_reasoning_that_the_server_took_out_is_a_thought() -> None:
    call = '<tool_call>{"name": "add", "arguments": {}}</tool_call>'
    heard = read_text(TALK, Reply(call, reasoning="Hm."))
    assert (heard.thought, len(heard.calls)) == ("Hm.", 1)


MARKS = (
    "<tool_call>", "</tool_call>", "<think>", "</think>", "<tool_response>", "</tool_response>",
    '{"name": "add", "arguments": {}}', "{", "}", "a",
)  # fmt: skip
pieces = st.lists(st.sampled_from(MARKS)).map("".join)


@given(st.text() | pieces, st.text() | pieces)
def test_whatever_text_comes_can_be_written_back(text: str, reasoning: str) -> None:
    heard = read_text(TALK, Reply(text, reasoning=reasoning))
    talk: tuple[Message, ...] = (User("Hi."), heard)
    talk += (*(Tool(c.id, c.name, 1) for c in heard.calls), User("Well?"))
    write_text(Conversation((ADD,), talk, parallel=None), BLANK)


# --- native ---------------------------------------------------------------------------------------


def test_native_calls_are_asked_for_with_all_functions() -> None:
    request = write_native(TALK, BLANK)
    assert [t["function"]["name"] for t in request.tools] == ["add", "later"]
    assert all("responses" not in t["function"] for t in request.tools)
    assert request.messages[-1] == Turn("user", "And now?")
    call = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}
    assert request.messages[1] == Turn("assistant", "One first.", tool_calls=(call,))
    assert request.messages[2] == Turn("tool", "2", tool_call_id="call_1", name="add")


def native(*calls: Any, **more: str) -> Assistant:
    return read_native(TALK, Reply("", calls=calls, **more))  # type: ignore[arg-type]


def test_native_calls_are_read() -> None:
    heard = native({"id": "x", "function": {"name": "add", "arguments": '{"a": 2}'}})
    assert [(c.id, c.name, c.arguments) for c in heard.calls] == [("x", "add", {"a": 2})]


def test_malformed_native_arguments_are_kept_as_they_are() -> None:
    [call] = native({"function": {"name": "add", "arguments": "{oops"}}).calls
    assert (call.arguments, call.raw) == (None, "{oops")


def test_a_native_call_without_a_name_is_no_crash() -> None:
    assert native({"function": {}}).calls == ()


def test_reasoning_beside_native_calls_is_the_thought() -> None:
    heard = native({"function": {"name": "add", "arguments": "{}"}}, reasoning="Hm.")
    assert (heard.thought, heard.answer, len(heard.calls)) == ("Hm.", "", 1)


# --- by family ------------------------------------------------------------------------------------

WRITTEN = {
    "llama3": '{"name": "add", "parameters": {"a": 2}}',
    "mistral": '[TOOL_CALLS][{"name": "add", "arguments": {"a": 2}}]',
    "mistral-v11": '[TOOL_CALLS]add[ARGS]{"a": 2}',
    "kimi": '<|tool_call_begin|>functions.add:0<|tool_call_argument_begin|>{"a": 2}',
    "qwen-xml": "<tool_call>\n<function=add>\n<parameter=a>\n2\n</parameter>\n</function>\n"
    "</tool_call>",
    "pythonic": "<|tool_call_start|>[add(a=2)]<|tool_call_end|>",
}


@pytest.mark.parametrize("name", WRITTEN)
def test_calls_that_a_server_leaves_in_the_text_are_read_as_the_family_writes_them(
    name: str,
) -> None:
    way = way_of(name)
    request = way.write(TALK, BLANK)
    assert (len(request.tools), request.tool_choice) == (2, "none")
    heard = way.read(TALK, Reply(WRITTEN[name]))
    assert [(c.name, c.arguments) for c in heard.calls] == [("add", {"a": 2})]
    assert way.read(TALK, Reply("Hello.")) == Assistant(answer="Hello.")


@pytest.mark.parametrize("name", [n for n in WRITTEN if n != "llama3"])
def test_words_before_calls_are_the_thought(name: str) -> None:
    way, text = way_of(name), WRITTEN[name] * (1 if name == "mistral" else 2)
    heard = way.read(TALK, Reply(f"Let me <see> [it].\n{text}", reasoning="Hm."))
    assert heard.thought == "Hm.\nLet me <see> [it]."
    assert len(heard.calls) == (1 if name == "mistral" else 2)  # it has a list of them


def test_calls_that_the_server_has_read_are_taken_as_they_are() -> None:
    called = {"id": "x", "function": {"name": "later", "arguments": "{}"}}
    heard = way_of("llama3").read(TALK, Reply(WRITTEN["llama3"], calls=(called,)))
    assert [c.name for c in heard.calls] == ["later"]


@pytest.mark.parametrize("name", [n for n in NAMES if n != "template"])
@given(text=st.text() | pieces)
def test_no_way_crashes_on_what_a_model_writes(name: str, text: str) -> None:
    heard = way_of(name).read(TALK, Reply(text))
    assert all(isinstance(c.name, str) for c in heard.calls)


# --- by template ----------------------------------------------------------------------------------


def test_a_template_prompts_with_the_very_text_that_rows_are_trained_on() -> None:
    way = way_of("template", CHATML)
    turn = Assistant(answer="That is all.")
    taught = Conversation(TALK.functions, (*TALK.messages[:4], User("And now?"), turn), None)
    asked = Conversation(TALK.functions, taught.messages[:-1], None)
    request = way.write(asked, BLANK)
    [row, *_] = render(taught, CHATML, usable(CHATML))
    assert row.text.startswith(request.text)
    assert row.text.removeprefix(request.text).startswith("That is all.")
    assert request.messages == ()
    assert request.stop
    assert row.text.endswith(request.stop[0])


def test_what_a_template_taught_is_read_back() -> None:
    way = way_of("template", CHATML)
    text = '<tool_call>\n{"name": "add", "arguments": {"a": 2}}\n</tool_call>'
    assert [c.arguments for c in way.read(TALK, Reply(text)).calls] == [{"a": 2}]


def test_arguments_that_a_model_wrote_malformed_do_not_end_the_conversation() -> None:
    wrong = Assistant(calls=(Call.parse("call_1", "add", "{oops"),))
    talk = Conversation((ADD,), (User("Add."), wrong, Tool("call_1", "add", {"error": "?"})))
    assert "{oops" in way_of("template", CHATML).write(talk, BLANK).text


def test_the_mark_that_begins_a_text_is_left_to_the_server() -> None:
    marked = Template(CHATML.name, "{{ bos_token }}" + CHATML.source, (("bos_token", "<s>"),))
    with_mark = way_of("template", marked).write(TALK, BLANK).text
    assert with_mark == way_of("template", CHATML).write(TALK, BLANK).text
    twin = Template(CHATML.name, CHATML.source, (("bos_token", "<|im_start|>"),))
    assert way_of("template", twin).write(TALK, BLANK).text == with_mark


def test_ways_that_are_unknown_or_need_a_template_are_told(tmp_path: Path) -> None:
    (tmp_path / "plain.jinja").write_text("{% for m in messages %}{{ m.content }}{% endfor %}")
    for name, template, words in (
        ("morse", None, "no way 'morse'"),
        ("template", None, "--template"),
        ("native", CHATML, "--calls template"),
        ("template", Template.load(tmp_path / "plain.jinja"), "cannot teach calls"),
    ):
        with pytest.raises(BadInput, match=words):
            way_of(name, template)
