"""Tasks for reinforcement learning: what the assistant is shown first, and what it is scored by.

    {"id": "…", "prompt": [{"role", "content"}, …], "tools": "[…]", "blueprint": "{…}"}

prompt     the system's words and the user's first ones
tools      the functions shown from the start, as a string of JSON, as chat completions take them
blueprint  the worlds and the seed, or the user's own tools; the upsets, the user's later turns,
           the plan and the goal, as a string of JSON: what an episode is run and scored by. It
           holds the answers: it is for the environment alone, never for the assistant

No conversation is in a row, so it is no format of conversations: `parse` gives a blueprint.
Source: ours; `prompt` as `verifiers` 0.4 and trl call it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

import msgspec

from buttonup.errors import BadInput, Reject
from buttonup.formats import openai
from buttonup.formats.elements import elements
from buttonup.formats.exported import exported
from buttonup.records import Assistant, Blueprint, Function, Json, Trajectory, decode, encode

NAME = "rl"
ABOUT = """`{"id", "prompt", "tools", "blueprint"}`: tasks that are run, not conversations.

- `prompt` and `tools` are what the assistant is shown first; `tools` is a string of JSON
- `blueprint`, a string of JSON, is what the episode is run and scored by, the answers among it:
  it must not be shown to the assistant
- `buttonup_rl` is the environment for the package `verifiers` that plays these tasks"""


class Row(msgspec.Struct, forbid_unknown_fields=True):
    """A row, as far as it is read back."""

    id: str
    prompt: list[dict[str, str]]
    tools: str
    blueprint: str


def render(t: Trajectory) -> dict[str, Json]:
    """Write the task of a trajectory as a row.

    Rejects  "no_world" when its calls run nowhere, "no_turns" when the user has no script
    """
    if t.blueprint.tools.source not in ("worlds", "own"):
        raise Reject("no_world", t.blueprint.tools.source)
    if not t.blueprint.turns:
        raise Reject("no_turns")
    first = tuple(takewhile(lambda m: not isinstance(m, Assistant), t.messages))
    shown = openai.render(exported(Trajectory(t.blueprint, first)))
    return {
        "id": t.blueprint.key,
        "prompt": shown["messages"],
        "tools": msgspec.json.encode(tools(t.blueprint.functions)).decode(),
        "blueprint": encode(t.blueprint).decode(),
    }


def tools(functions: Sequence[Function]) -> list[Json]:
    """Write functions as an endpoint takes them: it has no place for what they respond with."""
    return [
        {
            "type": "function",
            "function": {
                "name": f.name,
                "description": f.description,
                "parameters": f.parameters,
            },
        }
        for f in functions
    ]


def parse(row: dict[str, Json]) -> Blueprint:
    """Read the blueprint of a row. Rejects "off_format"."""
    try:
        told = msgspec.convert(row, Row).blueprint
        return decode(told, Blueprint)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise Reject("off_format", str(error)) from error


def read_tasks(path: Path) -> Iterator[tuple[dict[str, Json], Blueprint]]:
    """Read a file of tasks, JSON Lines (gzipped or not) or Parquet: each row and its blueprint.

    Raises  BadInput for a file or a line that cannot be read
    """
    for number, line in elements(path):
        try:
            row = decode(line, dict[str, Any])
            yield row, parse(row)
        except (msgspec.DecodeError, UnicodeError, RecursionError, Reject) as error:
            mend = "write tasks with: buttonup export RUN --format rl --out tasks.jsonl"
            raise BadInput(f"{path} line {number} is no task: {error}", mend) from error
