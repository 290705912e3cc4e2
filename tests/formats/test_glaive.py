from __future__ import annotations

import pytest

from buttonup.errors import Reject
from buttonup.formats.glaive import parse
from buttonup.records import Assistant, Call, Function, Tool, User

SYSTEM = (
    "SYSTEM: You are a helpful assistant with access to the following functions. Use them if "
    'required -\n{"name": "f", "description": "Do.", "parameters": {"type": "object"}}\n\n'
    '{"name": "g", "description": "", "parameters": {"type": "object"}}\n'
)
FUNCTIONS = (Function("f", "Do.", {"type": "object"}), Function("g", "", {"type": "object"}))


def test_a_chat_is_parted_at_its_speakers_and_the_functions_taken_from_the_prompt() -> None:
    chat = (
        "USER: It's for Ann: go.\n\n\nASSISTANT: <functioncall> "
        """{"name": "f", "arguments": '{"who": "Ann", "how": "it\\'s"}'} <|endoftext|>\n\n\n"""
        'FUNCTION RESPONSE: {"ok": true}\n\n\nASSISTANT: Done. <|endoftext|>\n\n\n'
        "USER: Thanks\n\n\nASSISTANT: You're welcome! <|endoftext|>"
    )
    read = parse({"system": SYSTEM, "chat": chat})
    assert read.functions == FUNCTIONS
    assert "{" not in read.context
    assert read.messages == (
        User("It's for Ann: go."),
        Assistant(calls=(Call.parse("call_1", "f", '{"who": "Ann", "how": "it\'s"}'),)),
        Tool("call_1", "f", {"ok": True}),
        Assistant(answer="Done."),
        User("Thanks"),
        Assistant(answer="You're welcome!"),
    )


def test_the_same_is_read_from_sharegpt_turns() -> None:
    call = '<functioncall> {"name": "f", "arguments": "{}"}'
    turns = [("system", SYSTEM), ("human", "Go."), ("gpt", call), ("function-response", "1")]
    read = parse({"conversations": [{"from": who, "value": text} for who, text in turns]})
    assert read.functions == FUNCTIONS
    assert read.messages[1:] == (
        Assistant(calls=(Call.parse("call_1", "f", "{}"),)),
        Tool("call_1", "f", 1),
    )


def test_malformed_arguments_are_kept_for_a_gate_to_see() -> None:
    chat = """USER: Go.\n\nASSISTANT: <functioncall> {"name": "f", "arguments": '{"x": }'}"""
    [_, turn] = parse({"system": "", "chat": chat}).messages
    assert turn == Assistant(calls=(Call("call_1", "f", None, '{"x": }'),))


def test_a_call_that_is_none_is_a_reject() -> None:
    with pytest.raises(Reject, match="calls_not_json"):
        parse({"system": "", "chat": "ASSISTANT: <functioncall> later"})
