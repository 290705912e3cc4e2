"""Better words for tools, in a small TOML file that is laid over what was read.

[find_pets]
description = "Finds pets that are for sale, cheapest first."
writes = false

[find_pets.parameters]
kind = "The kind of animal, such as cat."
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import tomli_w
from msgspec.structs import replace

from buttonup.errors import BadInput
from buttonup.records import Function, Record, Schema
from buttonup.store.settings import read_settings
from buttonup.tools.definitions.doubts import doubts_again
from buttonup.tools.source import Tool


class Words(Record):
    """What is to be said of one tool; what is left out stays as it was read."""

    description: str = ""
    writes: bool | None = None
    parameters: dict[str, str] = {}
    """Parameter -> its description."""


Overlay = Mapping[str, Words]
"""A tool's name -> what is to be said of it."""


def read_overlay(path: Path) -> Overlay:
    """Read an overlay. Raises BadInput where it is not one."""
    try:
        return msgspec.convert(read_settings(path, {}), dict[str, Words])
    except msgspec.ValidationError as error:
        mend = "a table for each tool: description, writes, parameters (docs/tools.md)"
        raise BadInput(f"{path}: {error}", mend) from error


def as_toml(overlay: Overlay) -> str:
    """Write an overlay; no character in it can steer a terminal."""
    text = tomli_w.dumps(msgspec.to_builtins(overlay))
    return re.sub(r"[^\n]", lambda c: _escaped(c[0]), text)


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    return f"\\u{ord(character):04X}" if character <= "\uffff" else f"\\U{ord(character):08X}"


def laid_over(tools: Sequence[Tool], overlay: Overlay, where: str) -> tuple[Tool, ...]:
    """Say of tools what an overlay says.

    Raises  BadInput where it names a tool or a parameter that is not there; `where` is its file
    """
    names = {tool.function.name for tool in tools}
    if missing := [name for name in overlay if name not in names]:
        what = f"{where}: there is no tool {missing[0]!r}"
        raise BadInput(what, "take the table out, or see buttonup tools for the names")
    return tuple(_said(t, overlay.get(t.function.name, Words()), where) for t in tools)


def _said(tool: Tool, words: Words, where: str) -> Tool:
    if words == Words():
        return tool
    old = tool.function
    function = replace(
        old,
        description=words.description or old.description,
        parameters=_described(old, words.parameters, where),
    )
    return replace(
        tool,
        function=function,
        writes=tool.writes if words.writes is None else words.writes,
        doubts=doubts_again(function, tool.doubts),
    )


def _described(function: Function, said: Mapping[str, str], where: str) -> Schema:
    there = function.parameters.get("properties", {})
    if missing := [name for name in said if name not in there]:
        raise BadInput(f"{where}: {function.name} has no parameter {missing[0]!r}", "take it out")
    properties = {
        name: {**schema, "description": said[name]} if said.get(name) else schema
        for name, schema in there.items()
    }
    return {**function.parameters, "properties": properties} if said else function.parameters
