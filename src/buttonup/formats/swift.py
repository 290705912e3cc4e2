"""ms-swift's agent format: calls and results are messages with roles of their own.

    {"messages": [{"role", "content"}, …], "tools": "[…]"}

system         the context, and the sentence on parallel calling
user           words, and <tool>[…]</tool> behind them where functions are offered later
assistant      the thought in <think> tags, and the answer; only the thought before calls
tool_call      {"name", "arguments"} as JSON, one a message
tool_response  the result as JSON, one a message
tools          the functions, as a string of JSON

The messages of a turn that is kept out of the loss have `"loss": false` each: a thought and its
calls are merged by ms-swift, and so are their losses. Those of other turns have `"loss": null`,
which ms-swift reads as none: `datasets`, with which it loads, guesses the keys of a message from
the first 10 MB of a file where all messages have the same ones, and ends at a later `loss`.

Source: ms-swift 4.6.0, `dataset/preprocessor/core.py` (the roles, and `loss` beside `content`),
`loss_scale/base.py` (what it does), `template/base.py` (merging), `agent_template/base.py`
(`_parse_tool_call`), and the page "Agent support" of its documentation.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from buttonup.errors import Reject
from buttonup.formats import foreign, openai
from buttonup.formats.tags import offered
from buttonup.formats.turns import (
    Results,
    Round,
    called,
    in_order,
    one_thing,
    read_thinking,
    rounds,
    system,
    thinking,
)
from buttonup.records import Assistant, Conversation, Json, User, encode

NAME = "ms-swift"
ABOUT = """`{"messages": [{"role", "content"}, …], "tools"}`, as ms-swift has it for agents.

- `assistant`: words, a thought before them in `<think>` tags; a thought alone before calls
- `tool_call`: `{"name", "arguments"}` as JSON, a message for each call
- `assistant` and `tool_call` with `loss` false: to be read and not learnt; null: to be learnt
- `tool_response`: the result as JSON, a message for each call
- `tools`: the functions as a string of JSON"""


def render(c: Conversation) -> dict[str, Json]:
    """Write a conversation as a row.

    Rejects  "turn_order" for two turns of the assistant in a row, "tag_in_text",
             "calls_and_answer", "unanswered_call", "orphan_result", "misnamed_result"
    """
    told = list(rounds(c.messages))
    if any(isinstance(a, Assistant) and isinstance(b, Assistant) for a, b in pairwise(told)):
        raise Reject("turn_order", "the assistant speaks twice in a row")
    head = [_message("system", system(c))] if system(c) else []
    said = [message for r in told for message in _said(r)]
    return {"messages": [*head, *said], "tools": in_order(openai.tools(c))}


def parse(row: dict[str, Json]) -> Conversation:
    """Read a row back, ours or another's.

    Rejects  "off_format", "not_text", "unknown_role", "calls_not_json"
    """
    return openai.parse({"messages": list(_messages(row)), "tools": row.get("tools")})


def _message(role: str, content: str) -> dict[str, Json]:
    return {"role": role, "content": content}


def _said(r: Round) -> Iterator[dict[str, Json]]:
    learnt = {"loss": False if r.masked else None} if isinstance(r, Assistant) else {}
    yield from ({**message, **learnt} for message in _told(r))


def _told(r: Round) -> Iterator[dict[str, Json]]:
    match r:
        case User(content=content, offers=offers):
            yield _message("user", offered(content, offers))
        case Results(pairs):
            yield from (_message("tool_response", encode(v).decode()) for _, v in pairs)
        case Assistant(calls=calls) if calls:
            if one_thing(r).thought:
                yield _message("assistant", thinking(r))
            for call in calls:
                yield _message("tool_call", in_order(called(call)))
        case Assistant(answer=answer):
            yield _message("assistant", thinking(r) + answer)


def _messages(row: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Put the calls of a turn together, and what the assistant says right before them."""
    said, calls = "", list[Json]()
    speaks = masked = False
    for message in foreign.messages(row):
        role = message.get("role")
        if role == "tool_call":
            calls.append(_body(message.get("content")))
            masked |= foreign.masked(message)
            continue
        if calls or speaks:
            yield _turn(said, calls, masked=masked)
        said, calls, speaks, masked = "", [], False, False
        if role == "tool_response":
            yield {**message, "role": "tool"}
        elif role == "assistant" and not message.keys() & {"tool_calls", "function_call"}:
            said, speaks = foreign.words(message.get("content")), True
            masked = foreign.masked(message)
        else:
            yield message
    if calls or speaks:
        yield _turn(said, calls, masked=masked)


def _turn(said: str, calls: list[Json], *, masked: bool) -> dict[str, Json]:
    thought, rest = read_thinking(said)
    if not calls:
        return foreign.turn(thought, (), rest, masked=masked)
    said = "\n".join(filter(None, (thought, rest.strip())))
    return foreign.turn(said, calls, masked=masked)


def _body(content: Json) -> Json:
    found = foreign.literal(content) if isinstance(content, str) else content
    if not isinstance(found, dict):
        raise Reject("calls_not_json", foreign.shown(content))
    return found
