from __future__ import annotations

import json

import pytest

from buttonup.errors import Reject
from buttonup.formats.sharegpt import dataset_info, parse, render
from buttonup.records import Assistant, Call, Conversation, Function, Tool, User

CALLS = (Call.of("call_1", "f", {"x": 1}), Call.of("call_2", "f", {"x": 2}))
RESULTS = (Tool("call_1", "f", [1]), Tool("call_2", "f", "two"))


def test_turns_alternate_as_llama_factory_asks() -> None:
    messages = (User("Do."), Assistant("Both.", CALLS), *RESULTS, Assistant(answer="Done."))
    row = render(Conversation(messages=messages))
    said = [turn["from"] for turn in row["conversations"]]
    assert said == ["human", "function_call", "observation", "gpt"]
    thought, _, calls = row["conversations"][1]["value"].partition("\n</think>\n\n")
    assert thought == "<think>\nBoth."
    assert [call["arguments"] for call in json.loads(calls)] == [{"x": 1}, {"x": 2}]
    assert json.loads(row["conversations"][2]["value"]) == [[1], "two"]


@pytest.mark.parametrize(
    "messages",
    [
        (User("a"), User("b")),
        (Assistant(answer="a"),),
        (User("a"), Assistant(answer="b"), User("c")),
    ],
)
def test_what_llama_factory_would_skip_is_refused(
    messages: tuple[User | Assistant, ...],
) -> None:
    with pytest.raises(Reject, match="turn_order"):
        render(Conversation(messages=messages))


def test_the_entry_names_the_file_and_its_columns() -> None:
    [(name, entry)] = dataset_info("data.v2.jsonl").items()
    assert name == "data.v2"
    assert entry["file_name"] == "data.v2.jsonl"
    row = render(Conversation(messages=(User("a"), Assistant(answer="b"))))
    assert set(entry["columns"].values()) == set(row)


def test_a_row_of_apigen_mt_is_read() -> None:
    tools = [{"name": "f", "description": "Do.", "parameters": {"type": "object"}}]
    row = {
        "conversations": [
            {"from": "human", "value": "Go."},
            {"from": "function_call", "value": '{"name": "f", "arguments": {"x": 1}}'},
            {"from": "observation", "value": "not JSON"},
            {"from": "gpt", "value": "Done."},
        ],
        "tools": json.dumps(tools),
        "system": "Policy.",
    }
    read = parse(row)
    assert read.functions == (Function("f", "Do.", {"type": "object"}),)
    assert (read.context, read.parallel) == ("Policy.", None)
    assert read.messages[1:3] == (
        Assistant(calls=(Call.of("call_1", "f", {"x": 1}),)),
        Tool("call_1", "f", "not JSON"),
    )


def test_a_call_that_is_no_json_is_a_reject() -> None:
    with pytest.raises(Reject, match="calls_not_json"):
        parse({"conversations": [{"from": "function_call", "value": "f(1)"}]})
