from __future__ import annotations

from typing import Any

from buttonup.records import Function
from buttonup.showing.tools import tools_as_text
from buttonup.tools.source import Tool


def tool(name: str = "find", description: str = "Finds pets.", **more: Any) -> Tool:
    parameters = {
        "type": "object",
        "properties": {
            "kind": {"enum": ["cat", "dog", "cow", "hen"]},
            "on": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "all": {"type": "array", "items": {"type": "integer"}},
        },
        "required": ["kind"],
    }
    function = Function(
        name=name, description=description, parameters=parameters, responses={"type": "object"}
    )
    return Tool(**{"function": function, "source": "python:shop.py", **more})


def test_tools_are_shown_source_by_source_with_what_to_mend() -> None:
    tools = (
        tool(doubts=("undescribed:kind", "undescribed:on", "no_responses"), writes=False),
        tool("sell", writes=True),
        tool("play", source="json:tools.json", runs=False, doubts=("no_responses",)),
    )
    assert tools_as_text(tools) == (
        "python:shop.py\n"
        '  find(kind: "cat"|"dog"|"cow"|…, on?: string, all?: [integer]) -> object   reads\n'
        "      Finds pets.\n"
        "      ? undescribed:kind, undescribed:on, no_responses\n"
        '  sell(kind: "cat"|"dog"|"cow"|…, on?: string, all?: [integer]) -> object   writes\n'
        "      Finds pets.\n\n"
        "json:tools.json\n"
        '  play(kind: "cat"|"dog"|"cow"|…, on?: string, all?: [integer]) -> object   simulated\n'
        "      Finds pets.\n"
        "      ? no_responses\n\n"
        "3 tools (1 reads, 1 writes, 1 simulated); 1 without a doubt\n\n"
        "doubt            tools  how to mend it\n"
        "no_responses         2  annotate what it returns; else that is learned from calls\n"
        "undescribed          1  say what the parameter means, with unit or format"
    )


def test_hostile_text_is_shown_escaped_and_on_its_line() -> None:
    nasty = "\x1b[2J\u202eevil\nline " + "word " * 500
    parameters = {"type": "object", "properties": {nasty: {"enum": [nasty]}}}
    function = Function(name="find", description=nasty, parameters=parameters)
    shown = tools_as_text([Tool(function=function, source=nasty, doubts=(f"untyped:{nasty}",))])
    assert "\\x1b[2J\\u202eevil" in shown
    assert all(line.isprintable() for line in shown.split("\n"))
    assert max(map(len, shown.split("\n"))) < 300
    assert shown.count("\n") < 15
