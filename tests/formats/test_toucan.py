from __future__ import annotations

import json

from buttonup.formats.toucan import parse
from buttonup.records import Assistant, Call, Tool, User

TOOLS = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
DECLARED = f"<|im_system|>tool_declare<|im_middle|>{json.dumps(TOOLS)}<|im_end|>"
SAID = (
    User("Go."),
    Assistant(calls=(Call.parse("call_1", "f", '{"x": 1}'),)),
    Tool("call_1", "f", "fine"),
    Assistant(answer="Done."),
)


def test_both_ways_of_writing_calls_are_read_and_the_declaration_is_no_context() -> None:
    body = {"name": "f", "arguments": '{"x": 1}'}
    old = [
        {"role": "assistant", "content": "", "function_call": body},
        {"role": "function", "name": "f", "content": "fine"},
    ]
    new = [
        {"role": "tool_call", "content": json.dumps(body)},
        {"role": "tool_response", "content": "fine"},
    ]
    for middle, column in ((old, "available_tools"), (new, "tools")):
        messages = [
            {"role": "system", "content": DECLARED},
            {"role": "user", "content": "Go."},
            *middle,
            {"role": "assistant", "content": "Done."},
        ]
        read = parse({"messages": json.dumps(messages), column: json.dumps(TOOLS)})
        assert (read.messages, read.context) == (SAID, "")
        assert [f.name for f in read.functions] == ["f"]
