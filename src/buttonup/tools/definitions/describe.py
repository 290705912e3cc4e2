"""Descriptions that a model proposes, for the tools that lack good ones."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated

import msgspec

from buttonup.errors import OVER, OverBudget, Reject
from buttonup.model.ask import Teacher
from buttonup.records import Record, encode
from buttonup.tools.definitions.doubts import doubts_of, kind_of
from buttonup.tools.definitions.overlay import Words
from buttonup.tools.source import Tool

PROMPT = "describe"
WORDLESS = frozenset({"no_description", "only_its_name", "undescribed"})
"""Doubts that better words take away."""

Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=600)]


class Meant(Record):
    """What one parameter means."""

    name: str
    description: Sentence


class Described(Record):
    """What a model says of a tool."""

    description: Sentence
    parameters: tuple[Meant, ...] = ()


def wordless(tools: Sequence[Tool]) -> tuple[Tool, ...]:
    """Pick the tools whose words leave something open."""
    return tuple(t for t in tools if WORDLESS & set(map(kind_of, t.doubts)))


async def proposed(
    tools: Sequence[Tool], teacher: Teacher
) -> tuple[dict[str, Words], dict[str, Reject]]:
    """Have a model describe tools: an overlay, and why some are not in it."""
    answers = await asyncio.gather(*(_asked(tool, teacher) for tool in tools))
    named = list(zip((tool.function.name for tool in tools), answers, strict=True))
    return (
        {name: answer for name, answer in named if isinstance(answer, Words)},
        {name: answer for name, answer in named if isinstance(answer, Reject)},
    )


async def _asked(tool: Tool, teacher: Teacher) -> Words | Reject:
    f = tool.function
    properties = f.parameters.get("properties", {})
    slots = {"definition": encode(f).decode()}  # one line, out of which no words can step

    def check(said: Described) -> None:
        if unknown := [p.name for p in said.parameters if p.name not in properties]:
            raise ValueError(f"there is no parameter {unknown[0]!r}")
        if not all(t.isprintable() for t in (said.description, *_texts(said))):
            raise ValueError("a description is one line of plain text")
        left = doubts_of(msgspec.structs.replace(f, description=said.description))
        if {"no_description", "only_its_name"} & set(left):
            raise ValueError("the description says no more than the name does")

    try:
        said = await teacher.ask(PROMPT, Described, slots, check=check)
    except Reject as rejected:
        return rejected
    except OverBudget as over:
        return Reject(OVER, str(over))
    return Words(said.description, parameters={p.name: p.description for p in said.parameters})


def _texts(said: Described) -> list[str]:
    return [p.description for p in said.parameters]
