r"""The tags of ChatML models: <tools>, <tool_call>, <tool_response> in the text of plain turns.

    {"conversations": [{"from": "system" | "human" | "gpt" | "tool", "value": "…"}, …]}

system  the functions in <tools>[…]</tools>, how to call them, then the context and the sentence on
        parallel calling
human   words, and <tool>[…]</tool> behind them where functions are offered later
gpt     the thought in <think> tags, then <tool_call>{"name", "arguments"}</tool_call> for each
        call, or the answer
tool    <tool_response>{"name", "content"}</tool_response> for the result of each call

Malformed arguments are a string in place of the object. A tag in a JSON value is escaped as
\u003ctool_call>; a tag in words is refused.

Source: the card of NousResearch/hermes-function-calling-v1 (ShareGPT turns, these tags), and the
tags as `HermesAgentTemplate` of ms-swift 4.6.0 reads and writes them.
"""

from __future__ import annotations

from collections.abc import Iterator

from buttonup.errors import Reject
from buttonup.formats import foreign, openai
from buttonup.formats.tags import (
    HERMES,
    TOOL_CALL,
    TOOL_RESPONSE,
    TOOLS,
    escaped,
    offered,
    untagged,
)
from buttonup.formats.turns import (
    Results,
    Round,
    called,
    canonical,
    in_order,
    one_thing,
    read_thinking,
    rounds,
    system,
    thinking,
    unmasked,
)
from buttonup.records import Assistant, Conversation, Json, User

NAME = "hermes"
ABOUT = """`{"conversations": [{"from", "value"}, …]}`, every value a text with the tags of ChatML.

- `system`: the functions as JSON in `<tools>[…]</tools>`
- `human`: words
- `gpt`: a thought in `<think>` tags, then a `<tool_call>{"name", "arguments"}</tool_call>` for
  each call, or the answer
- `tool`: a `<tool_response>{"name", "content"}</tool_response>` for each call of the turn before"""

PREAMBLE = (
    "You are a function calling AI model. You may call one or more functions to assist with the "
    "user query. Do not make assumptions about what values to plug into functions. Here are the "
    "available functions:\n"
)
SHAPE = '\n{"name": NAME, "arguments": ARGUMENTS}\n'
ASKED = (
    "\nFor each function call return a JSON object with the function's name and arguments, "
    f"within these tags:\n{TOOL_CALL.around(SHAPE)}"
)


def render(c: Conversation) -> dict[str, Json]:
    """Write a conversation as a row.

    Rejects  "tag_in_text", "calls_and_answer", "unanswered_call", "orphan_result",
             "misnamed_result", "masked_turn"
    """
    told = untagged(system(c), "context", HERMES)
    listed = TOOLS.around(f"\n{_json(openai.tools(c))}\n")
    head = f"{PREAMBLE}{listed}{ASKED}" + (f"\n\n{told}" if told else "")
    said = [("system", head), *(_said(r) for r in rounds(unmasked(c).messages))]
    return {"conversations": [{"from": who, "value": text} for who, text in said]}


def parse(row: dict[str, Json]) -> Conversation:
    """Read a row back, ours or another's; its turns may be `messages` too, and it may have `tools`.

    A text before the calls is the thought.
    Rejects  "off_format", "not_text", "unknown_role", "unclosed_tag", "calls_not_json"
    """
    listed, messages = row.get("tools"), list[dict[str, Json]]()
    for who, text in foreign.told(row):
        match who:
            case "system":
                inside, rest = _read_system(text)
                listed = listed or inside
                messages.append({"role": "system", "content": rest})
            case "assistant" | "call":
                messages.append(_read_turn(text))
            case "tool":
                messages += _read_results(text)
            case _:
                messages.append({"role": who, "content": text})
    return openai.parse({"messages": messages, "tools": listed})


def _said(r: Round) -> tuple[str, str]:
    match r:
        case User(content=content, offers=offers):
            words = offered(untagged(content, "user", HERMES), offers)
            return "human", escaped(words, HERMES) if offers else words
        case Results(pairs):
            bodies = ({"name": call.name, "content": canonical(result)} for call, result in pairs)
            return "tool", "\n".join(TOOL_RESPONSE.around(f"\n{_json(b)}\n") for b in bodies)
        case Assistant():
            thought, answer = thinking(r), untagged(one_thing(r).answer, "answer", HERMES)
            untagged(r.thought, "thought", HERMES)
            bodies = (called(call) for call in r.calls)
            calls = "\n".join(TOOL_CALL.around(f"\n{_json(b)}\n") for b in bodies)
            return "gpt", thought + (calls or answer)


def _json(value: Json) -> str:
    return escaped(in_order(value), HERMES)


def _read_system(text: str) -> tuple[list[Json] | None, str]:
    """Take the functions out of a system text; of another's words, all are context."""
    parts = text.split(TOOLS.opens)
    for i, part in enumerate(parts[1:], 1):
        inside, closed, behind = part.partition(TOOLS.closes)
        if closed and (found := foreign.listed(inside)) is not None:
            before, after = (TOOLS.opens.join(p) for p in (parts[:i], [behind, *parts[i + 1 :]]))
            if before == PREAMBLE and after.startswith(ASKED):
                return found, after.removeprefix(ASKED).removeprefix("\n\n")
            return found, f"{before.strip()}\n\n{after.strip()}".strip()
    return None, text


def _read_turn(text: str) -> dict[str, Json]:
    thought, rest = read_thinking(text)
    before, *parts = rest.split(TOOL_CALL.opens)
    if not parts:
        return foreign.turn(thought, (), rest)
    calls, after = list[Json](), list[str]()
    for part in parts:
        inside, closed, behind = part.partition(TOOL_CALL.closes)
        if not closed:
            raise Reject("unclosed_tag", TOOL_CALL.opens)
        calls += _read_calls(inside)
        after.append(behind.strip())
    said = "\n".join(filter(None, (thought, before.strip())))
    return foreign.turn(said, calls, "\n".join(filter(None, after)))


def _read_calls(inside: str) -> list[Json]:
    found = foreign.literal(inside)
    if isinstance(found, dict | list):
        return found if isinstance(found, list) else [found]
    raise Reject("calls_not_json", foreign.shown(inside))


def _read_results(text: str) -> Iterator[dict[str, Json]]:
    """Read each <tool_response>; a text without any is one result."""
    _, *parts = text.split(TOOL_RESPONSE.opens)
    for part in parts or [text]:
        inside = part.partition(TOOL_RESPONSE.closes)[0]
        found = foreign.value(inside.strip())
        if isinstance(found, dict) and found.keys() - {"tool_call_id"} == {"name", "content"}:
            yield foreign.result(found["content"], found["name"])
        else:
            yield foreign.result(found)
