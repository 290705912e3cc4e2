"""xLAM's rows: one request, and the calls that it wants. No results, no answer.

    {"query": "…", "tools": "[…]", "answers": "[…]"}

query    the context where there is one, and what the user says
tools    name, description, and the parameters by name, each with its type in Python's words
answers  {"name", "arguments"} of each call

Of a conversation, only the request and the calls of the first turn are carried, and only where
these are all: one with another request, or with calls that wait for results, is refused.

Source: the card of Salesforce/xlam-function-calling-60k.
"""

from __future__ import annotations

from buttonup.errors import Reject
from buttonup.formats import foreign, openai, typed
from buttonup.formats.tags import offered
from buttonup.formats.turns import called, in_order, one_thing, unmasked
from buttonup.records import Assistant, Conversation, Function, Json, Schema, User, decode, encode

NAME = "xlam"
ABOUT = """`{"query", "tools", "answers"}`, as the xLAM datasets have it; the last two are strings
of JSON.

- `query`: the context, and what the user asks
- `tools`: `[{"name", "description", "parameters"}, …]`, each parameter with its type
- `answers`: `[{"name", "arguments"}, …]`, the calls. Results and the answer are left out"""

_PYTHON = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "array": "list",
    "object": "dict",
}


def render(c: Conversation) -> dict[str, Json]:
    """Write a conversation as a row: the request and the calls, no more.

    Rejects  "several_turns" when there is more than one request or one turn of calls, "no_call",
             "calls_and_answer", "schema_not_flat", "tag_in_text", "masked_turn"
    """
    turns = [m for m in unmasked(c).messages if isinstance(m, Assistant) and m.calls]
    if not turns:
        raise Reject("no_call")
    match c.messages:
        case (User(content=words, offers=offers), Assistant() as turn, *rest) if turns == [
            turn
        ] and not any(isinstance(m, User) for m in rest):
            calls = [called(one) for one in one_thing(turn).calls]
        case _:
            raise Reject("several_turns", f"{len(c.messages)} messages")
    query = offered(words, offers)
    return {
        "query": f"{c.context}\n\n{query}" if c.context else query,
        "tools": in_order([_tool(f) for f in c.functions]),
        "answers": in_order(calls),
    }


def parse(row: dict[str, Json]) -> Conversation:
    """Read a row, ours or another's.

    Rejects  "off_format", "not_text"
    """
    tools, answers = (_decoded(row, key) for key in ("tools", "answers"))
    shown = [_read_tool(tool) for tool in tools]
    messages = [{"role": "user", "content": row.get("query")}, foreign.turn("", answers)]
    return openai.parse({"messages": messages, "tools": shown})


def _decoded(row: dict[str, Json], key: str) -> list[Json]:
    found = row.get(key)
    found = foreign.value(found) if isinstance(found, str) else found
    if not isinstance(found, list):
        raise Reject("off_format", f'"{key}" is no list')
    return found


def _read_tool(tool: Json) -> Json:
    body = tool.get("function", tool) if isinstance(tool, dict) else tool
    if not isinstance(body, dict):
        return body
    return {**body, "parameters": typed.from_flat(body.get("parameters"))}


def _tool(f: Function) -> dict[str, Json]:
    return {"name": f.name, "description": f.description, "parameters": _flat(f)}


def _flat(f: Function) -> dict[str, Json]:
    """List the parameters by name. Rejects "schema_not_flat" where that would say another thing."""
    schema = decode(encode(f.parameters), Schema)  # it may be JSON that nobody has read yet
    known = schema.keys() <= {"type", "properties", "required", "additionalProperties"}
    properties, needed = schema.get("properties", {}), schema.get("required", [])
    if not known or not isinstance(properties, dict) or not isinstance(needed, list):
        raise Reject("schema_not_flat", f.name)
    return {name: _spec(f, name, spec, name in needed) for name, spec in properties.items()}


def _spec(f: Function, name: str, spec: Schema, required: bool) -> Schema:
    kind = _PYTHON.get(spec["type"]) if isinstance(spec.get("type"), str) else None
    if kind is None or (required and "default" in spec):
        raise Reject("schema_not_flat", f"{f.name}: {name}")
    return {**spec, "type": kind if required else f"{kind}, optional"}
