"""Shows a user's tools in a terminal: what was read, and what is doubtful in it."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from buttonup.records import Json, Schema, encode
from buttonup.showing.wording import many, plain
from buttonup.tools.definitions.doubts import MEND, kind_of
from buttonup.tools.source import Tool

WIDTH = 94  # characters of a line that stands six further in
NAMED = 3  # values of an enum
LONGEST = 1_000  # characters of a description that are looked at; three lines are shown


def tools_as_text(tools: Sequence[Tool]) -> str:
    """Draw tools source by source, and under them what to mend; hostile text is shown escaped."""
    blocks = [
        "\n".join([plain(source), *map(_drawn, some)])
        for source, some in groupby(tools, lambda tool: tool.source)
    ]
    return "\n\n".join([*blocks, _summed(tools), *_mends(tools)])


def effect(tool: Tool) -> str:
    """Say in a word what a call of a tool does."""
    if not tool.runs:
        return "simulated"
    return {None: "unknown", False: "reads", True: "writes"}[tool.writes]


def _drawn(tool: Tool) -> str:
    f = tool.function
    given = ", ".join(_given(f.parameters))
    gives = f" -> {_type(f.responses)}" if f.responses else ""
    said = plain(" ".join(f.description.split()), LONGEST)
    doubts = f"? {', '.join(plain(doubt) for doubt in tool.doubts)}" if tool.doubts else ""
    lines = [
        f"  {plain(f.name)}({given}){gives}   {effect(tool)}",
        *textwrap.wrap(said, WIDTH, max_lines=3, placeholder=" …"),
        *textwrap.wrap(doubts, WIDTH, subsequent_indent="  "),
    ]
    return "\n      ".join(lines)


def _given(parameters: Schema) -> Iterator[str]:
    """Name the parameters: `kind: string, limit?: integer`."""
    required = parameters.get("required", [])
    for name, schema in parameters.get("properties", {}).items():
        kind = _type(schema)
        if name in required:
            yield f"{plain(name, 40)}: {kind}"
        else:
            yield f"{plain(name, 40)}?: {kind.removesuffix('|null')}"


def _type(schema: Json) -> str:
    """Name a type in a word or two."""
    if not isinstance(schema, dict):
        return "any"
    if isinstance(values := schema.get("enum"), list):
        more = "|…" * (len(values) > NAMED)
        return "|".join(plain(encode(v).decode(), 40) for v in values[:NAMED]) + more
    branches = schema.get("anyOf") or schema.get("oneOf")
    if isinstance(branches, list):
        return "|".join(dict.fromkeys(map(_type, branches)))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"[{_type(schema.get('items'))}]"
    return plain("|".join(map(str, kind)) if isinstance(kind, list) else str(kind), 40)


def _summed(tools: Sequence[Tool]) -> str:
    effects = Counter(map(effect, tools))
    told = ", ".join(f"{n:,} {name}" for name, n in effects.most_common())
    clean = sum(not tool.doubts for tool in tools)
    return f"{many(len(tools), 'tool')} ({told}); {clean:,} without a doubt"


def _mends(tools: Sequence[Tool]) -> list[str]:
    counts = Counter(kind for tool in tools for kind in {kind_of(d) for d in tool.doubts})
    rows = [("doubt", "tools", "how to mend it")]
    rows += [(plain(k), f"{n:,}", MEND.get(k, "")) for k, n in sorted(counts.items(), key=_rank)]
    return ["\n".join(f"{a:<16}{b:>6}  {c}".rstrip() for a, b, c in rows)] if counts else []


def _rank(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
