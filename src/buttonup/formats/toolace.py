r"""ToolACE's rows: the functions as JSON in the system prompt, calls as Python would write them.

    {"system": "… list of functions …\n[{…}, …]. …",
     "conversations": [{"from": "user" | "assistant" | "tool", "value": "…"}, …]}

assistant  [Get Weather(city="Ghent", days=3), …], or words
tool       [{"name", "results"}, …]

Names may have spaces, and the types of the parameters are Python's. A value that is no literal
leaves the arguments of its call malformed, as they stand.

Source: the card of Team-ACE/ToolACE.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

from buttonup.formats import foreign, openai, typed
from buttonup.records import Conversation, Json

NAME = "toolace"

LISTED = "list of functions in JSON format"
LOOKS = re.compile(r"\s*\[[^\[\]{}()\"'=,]+\(.*\)\s*\]\s*\Z", re.DOTALL)
"""What a turn with calls looks like."""
NO_NAME = frozenset("[]{}()\"'=,")
OPENINGS = 100  # brackets tried for the list of functions; ours
_TOKEN = re.compile(r""""[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*'|[\[\]{}(),]""", re.DOTALL)
_WORDS = {"true": True, "false": False, "null": None, "none": None}


def parse(row: dict[str, Json]) -> Conversation:
    """Read a row.

    Rejects  "off_format", "not_text", "unknown_role"
    """
    system, messages = [foreign.words(row.get("system"))], list[dict[str, Json]]()
    for who, text in foreign.told(row):
        match who:
            case "system":
                system.append(text)
            case "assistant":
                calls = read_calls(text) if LOOKS.match(text) else None
                messages.append(foreign.turn("", calls or (), "" if calls else text))
            case "tool":
                messages += _read_results(text)
            case _:
                messages.append({"role": who, "content": text})
    context, listed = _read_system("\n\n".join(filter(None, system)))
    head = [{"role": "system", "content": context}] if context else []
    return openai.parse({"messages": [*head, *messages], "tools": listed})


def _read_system(text: str) -> tuple[str, list[Json]]:
    """Find the list of functions: the first bracket at which one begins."""
    for opened in islice(re.finditer(r"\[\s*\{", text), OPENINGS):
        try:
            found, end = json.JSONDecoder().raw_decode(text, opened.start())
        except (ValueError, RecursionError):
            continue
        if all(isinstance(f, dict) for f in found):
            return (text[: opened.start()] + text[end:]).strip(), [_function(f) for f in found]
    return text, []


def _function(found: dict[str, Json]) -> dict[str, Json]:
    body = found.get("function", found)
    if not isinstance(body, dict):
        return found
    return {
        "name": body.get("name"),
        "description": body.get("description"),
        "parameters": typed.from_flat(body.get("parameters")),
    }


def read_calls(text: str) -> list[Json] | None:
    """Read a list of calls as Python writes them; None for a text that is none."""
    text = text.strip()[1:-1]
    calls, at = list[Json](), 0
    while text[at:].strip():
        start = text.find("(", at) + 1
        name = text[at : start - 1].strip().removeprefix(",").strip()
        arguments, end = _arguments(text, start) if start else ([], -1)
        if end < 0 or not name or not NO_NAME.isdisjoint(name):
            return None
        calls.append({"name": name, "arguments": _read(arguments, text[start : end - 1])})
        at = end
    return calls


def _arguments(text: str, start: int) -> tuple[list[str], int]:
    """Part arguments at their own commas: their texts, and where the call ends (-1: nowhere)."""
    depth, at, found = 1, start, list[str]()
    for token in _TOKEN.finditer(text, start):
        depth += 1 if token[0] in ("(", "[", "{") else -(token[0] in (")", "]", "}"))
        if (token[0] == "," and depth == 1) or depth == 0:
            found.append(text[at : token.start()])
            at = token.end()
        if depth == 0:
            return [one for one in found if one.strip()], at
    return [], -1


def _read(arguments: list[str], raw: str) -> Json:
    """Give the arguments by name; or all of them as they stand when one cannot be read."""
    read: dict[str, Json] = {}
    for name, written in _pairs(arguments):
        value = _WORDS[written.lower()] if written.lower() in _WORDS else foreign.literal(written)
        if not name or value is written:  # a text that is no literal comes back itself
            return raw
        read[name] = value
    return read


def _pairs(arguments: list[str]) -> Iterator[tuple[str, str]]:
    """Give the name and the value of each; no name where there is none."""
    for one in arguments:
        name, _, value = (part.strip() for part in one.partition("="))
        yield (name if name.isidentifier() else ""), value


def _read_results(text: str) -> Iterator[dict[str, Json]]:
    """Read each {"name", "results"}; a text that is no list of them is one result."""
    found = foreign.value(text)
    each = found if isinstance(found, list) else [found]
    if each and all(isinstance(r, dict) and r.keys() >= {"name", "results"} for r in each):
        yield from (foreign.result(r["results"], r["name"]) for r in each)
    else:
        yield foreign.result(found)
