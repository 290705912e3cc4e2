from __future__ import annotations

import json
from typing import Any

import pytest

from buttonup.formats.toolace import LOOKS, parse, read_calls
from buttonup.records import Assistant, Call, Function, Tool, User

LISTED = [
    {
        "name": "Get Weather",
        "description": "Tell [the] weather.",
        "parameters": {"type": "dict", "properties": {"days": {"type": "int"}}, "required": []},
    }
]
SYSTEM = (
    "You are an expert. Here is a list of functions in JSON format that you can invoke:\n"
    f"{json.dumps(LISTED)}. \nPut it in the format of [func1(params_name=params_value)]."
)


def test_a_row_is_read_with_its_functions_calls_and_results() -> None:
    turns = [
        ("user", "Weather?"),
        ("assistant", "[Get Weather(city=\"Ghent, BE\", days=3), Get Weather(city='Lyon')]"),
        ("tool", json.dumps([{"name": "Get Weather", "results": r} for r in ({"t": 9}, 1)])),
        ("assistant", "It is [9] degrees (cold)."),
    ]
    row = {"system": SYSTEM, "conversations": [{"from": w, "value": t} for w, t in turns]}
    read = parse(row)
    schema = {"type": "object", "properties": {"days": {"type": "integer"}}, "required": []}
    assert read.functions == (Function("Get Weather", "Tell [the] weather.", schema),)
    assert "func1(params_name" in read.context
    assert "Tell [the]" not in read.context
    calls = (
        Call.of("call_1", "Get Weather", {"city": "Ghent, BE", "days": 3}),
        Call.of("call_2", "Get Weather", {"city": "Lyon"}),
    )
    assert read.messages == (
        User("Weather?"),
        Assistant(calls=calls),
        Tool("call_1", "Get Weather", {"t": 9}),
        Tool("call_2", "Get Weather", 1),
        Assistant(answer="It is [9] degrees (cold)."),
    )


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("[f()]", {}),
        ('[f(a="x)", b=[1, {"c": "]"}], c=True)]', {"a": "x)", "b": [1, {"c": "]"}], "c": True}),
        ("[f(a=true, b=null, c=-1.5)]", {"a": True, "b": None, "c": -1.5}),
        ('[ns.f/v2(a = "it\\"s")]', {"a": 'it"s'}),
        ("[f(a=unquoted)]", "a=unquoted"),
        ("[f(1, 2)]", "1, 2"),
    ],
)
def test_arguments_are_read_as_python_writes_them_or_kept_as_they_stand(
    text: str, arguments: Any
) -> None:
    assert LOOKS.match(text)
    calls = read_calls(text)
    assert calls is not None
    assert [call["arguments"] for call in calls] == [arguments]


@pytest.mark.parametrize("text", ["[1] and (2)", "[see](http://x)", "[f(a=1]", "words", "[]", ""])
def test_words_are_no_calls(text: str) -> None:
    assert not LOOKS.match(text) or read_calls(text) is None
