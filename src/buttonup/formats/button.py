"""The paper's own format: tags in the text of plain messages.

    {"messages": [{"role": "system" | "user" | "assistant" | "tool", "content": "…"}, …]}

system     the preamble, the context, the functions in <tool>[…]</tool>, what to answer with, and
           a sentence that switches parallel calling on or off (none when it is not known)
user       words
assistant  the thought, then <call>[{"name", "arguments"}, …]</call> or <final>the answer</final>
tool       [{"name", "arguments", "results"}, …]: the result of each call of the turn before

`parse(render(c)) == c` for every *canonical* conversation c, which is one where
- call ids are call_1, call_2, … in the order of the calls;
- the `raw` of a call with parsed arguments is their canonical JSON, and the `raw` of any other
  call is not a JSON object;
- a turn has calls or an answer, not both;
- right after a turn with calls come their results, in the order of the calls and under their
  names, or no result at all; nowhere else is a result.
Of a conversation that breaks one of the first two, parse gives the canonical twin; one that
breaks another is refused, save that results in another order are put in order.

Malformed arguments are a string in place of the object. A tag in a JSON value is escaped as
\\u003ccall>; a tag in words is refused.

Source: BUTTON (arXiv 2410.12952), the data format of BUTTONInstruct; the wording is ours.
"""

from __future__ import annotations

import re
from itertools import count, groupby
from typing import Any

import msgspec

from buttonup.errors import Reject
from buttonup.formats import foreign
from buttonup.formats.tags import CALL, FINAL, PARALLEL, TOOL, escaped, untagged
from buttonup.records import (
    Assistant,
    Call,
    Conversation,
    Function,
    Json,
    Message,
    Tool,
    User,
    decode,
    encode,
)

NAME = "button"

PREAMBLE = "You are an expert in using functions to get things done for the user."
LISTED = (
    "\n\nThese are the functions that you can call, with the schema of their parameters and, "
    "where it is known, of their responses:\n"
)
ASKED = (
    "\n\nIn every turn, first write what you observe and what you think is to be done next. "
    "Then either call functions, as "
    + CALL.around('[{"name": "NAME", "arguments": {"ARGUMENT": "VALUE"}}]')
    + ", or speak to the user, as "
    + FINAL.around("what you say")
    + "; the task ends with your final answer."
)

_OPENS = re.compile(f"{CALL.opens}|{FINAL.opens}")


class _Called(msgspec.Struct):
    """A call as shown: the name first, as a model writes it."""

    name: str
    arguments: Json


class _Returned(msgspec.Struct):
    """A result as shown, with the call that it answers."""

    name: str
    arguments: Json
    results: Json


def render(c: Conversation) -> dict[str, Json]:
    """Write a conversation as a row.

    Rejects  "tag_in_text", "calls_and_answer", "unanswered_call", "orphan_result",
             "misnamed_result"
    """
    shown = [{"role": "system", "content": _system(c)}]
    due: tuple[Call, ...] = ()
    for _, group in groupby(c.messages, type):
        together = tuple(group)
        if isinstance(together[0], Tool):
            shown.append({"role": "tool", "content": _results(due, together)})
        else:
            shown.extend(_spoken(message) for message in together)
        due = together[-1].calls if isinstance(together[-1], Assistant) else ()
    return {"messages": shown}


def parse(row: dict[str, Json]) -> Conversation:
    """Read a row back, ours or another's.

    The system text that is not ours becomes the context, and `parallel` is None unless our
    sentence is in it.
    Rejects  "off_format", "not_text", "unknown_role", "unclosed_tag", "words_after_tag",
             "calls_not_json"
    """
    system: list[str] = []
    read: list[Message] = []
    ids = (f"call_{n}" for n in count(1))
    due: list[Call] = []
    for message in foreign.messages(row):
        content = foreign.words(message.get("content"))
        match message.get("role"):
            case "system":
                system.append(content)
            case "user":
                read.append(User(content=content))
            case "assistant":
                read.append(turn := _read_turn(content, ids))
                due = list(turn.calls)
            case "tool":
                read.extend(_read_results(content, due))
            case role:
                raise Reject("unknown_role", foreign.shown(role))
    functions, context, parallel = _read_system("\n\n".join(system))
    return Conversation(
        functions=functions, messages=tuple(read), parallel=parallel, context=context
    )
