"""What templates keep, as a table for a terminal, as Markdown, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from msgspec import to_builtins

from buttonup.chat.probe import Findings

COLUMNS = {
    "tools": "tools",
    "parallel": "parallel",
    "ids": "ids",
    "beside": "beside",
    "error": "error",
    "unicode": "unicode",
    "nested": "nested",
    "quotes": "quotes",
}
"""Field -> the head of its column."""


def as_text(found: Sequence[Findings]) -> str:
    """Write a line for each template, and under it what to do."""
    width = max(len(f.template) for f in found)
    heads = " ".join(COLUMNS.values())
    lines = [f"{'template':{width}}  {'calls':14} {heads} {'thought':13} rows  ends with"]
    for f in found:
        lines.append(_printable(f"{f.template:{width}}  {_row(f)}".rstrip()))
        lines += [f"    {words}" for words in f.advice]
    trains = sum(f.trains for f in found)
    return "\n".join([*lines, f"{trains} of {len(found)} can teach calls"])


def _row(f: Findings) -> str:
    if not f.calls:
        return f.spans
    marks = " ".join(f"{_mark(f, field):{len(head)}}" for field, head in COLUMNS.items())
    return f"{f.calls:14} {marks} {f.thought or '-':13} {f.rows:4}  {f.ends.strip()}"


def _printable(text: str) -> str:
    """Keep what a stranger's template says from steering the terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def _mark(f: Findings, field: str) -> str:
    return "yes" if getattr(f, field) else "-"


def as_json(found: Sequence[Findings]) -> str:
    """Write one array, with whether each can teach calls and what to do."""
    told = [{**to_builtins(f), "trains": f.trains, "do": f.advice} for f in found]
    return json.dumps(told, ensure_ascii=False, indent=1)


def as_markdown(found: Sequence[Findings]) -> str:
    """Write two tables: the templates that can teach calls, and the others with why."""
    heads = ["template", "calls", *COLUMNS.values(), "thought", "rows", "ends with", "what to do"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for f in found:
        if f.trains:
            marks = [_mark(f, field) for field in COLUMNS]
            cells = [f.template, f.calls, *marks, f.thought or "-", str(f.rows)]
            lines.append(_cells([*cells, _code(f.ends), "; ".join(f.advice)]))
    lines += ["", "| template | cannot teach calls: why |", "|---|---|"]
    lines += [_cells([f.template, _code(_why(f))]) for f in found if not f.trains]
    return "\n".join(lines) + "\n"


def _why(f: Findings) -> str:
    return f.advice[0] if f.calls else f.spans


def _cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """Show a stranger's text in a cell: on one line, and as it is."""
    line = " ".join(text.split()).replace("|", "\\|").replace("`", "'")
    return f"`{line}`"
