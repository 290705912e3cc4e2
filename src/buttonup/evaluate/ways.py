"""How a model is shown functions and writes calls: natively, in text, or as its template has it.

native     `tools` and `tool_calls` of chat completions
hermes     functions and tags in plain turns, exactly as the export `hermes` trains
SYNTAX     `tools` as native; calls that the server has left in the text are read as this family
           writes them (chat/syntaxes.py): for a server that has no parser for the model
template   the very text that the model's own chat template makes, thoughts and all, as rows are
           trained on (chat/rendered.py); calls are read by the template's own syntax
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from buttonup.chat import Template, examine, usable
from buttonup.chat.dialects import Dialect, messages
from buttonup.chat.syntaxes import SYNTAXES, Syntax, calls_in
from buttonup.errors import BadInput, Reject
from buttonup.evaluate.suite import offered
from buttonup.formats import hermes, openai
from buttonup.formats.tags import HERMES, TOOL_CALL
from buttonup.model.door import Reply, Request, Turn
from buttonup.records import Assistant, Call, Conversation, Json

NAMES = ("native", "hermes", "template", *(s.name for s in SYNTAXES if s.name != "hermes"))
ROLES: dict[str, Any] = {"system": "system", "human": "user", "gpt": "assistant", "tool": "user"}


class Way(NamedTuple):
    """Writes a conversation as a request, and reads the reply as a turn of it."""

    write: Callable[[Conversation, Request], Request]
    """Rejects what cannot be written."""
    read: Callable[[Conversation, Reply], Assistant]


def way_of(name: str, template: Template | None = None) -> Way:
    """Find a way. Raises BadInput for an unknown one, or a template that cannot carry calls."""
    if name not in NAMES:
        raise BadInput(
            f"there is no way {name!r} to write calls", f"choose from {', '.join(NAMES)}"
        )
    if (name == "template") != (template is not None):
        mend = "--calls template goes with --template FOLDER_OR_FILE, or with a GGUF file's own"
        raise BadInput("a template is asked for, or given, without the other", mend)
    if template is not None:
        to, ends = usable(template), examine(template).ends.strip()
        return Way(partial(write_template, template, to, ends), partial(read_syntax, to.syntax))
    if name == "native":
        return Way(write_native, read_native)
    if name == "hermes":
        return Way(write_text, read_text)
    return Way(write_unread, partial(read_syntax, next(s for s in SYNTAXES if s.name == name)))


# --- calls in plain turns -------------------------------------------------------------------------


def write_text(conversation: Conversation, blank: Request) -> Request:
    """Write a conversation as plain turns, the way that the format `hermes` trains on.

    Rejects  "tag_in_text"
    """
    row = hermes.render(_spoken(conversation))
    turns = tuple(Turn(ROLES[m["from"]], m["value"]) for m in row["conversations"])
    return replace(blank, messages=turns)


def _spoken(c: Conversation) -> Conversation:
    """Give a conversation as the format carries it: a turn has calls or an answer."""
    said = (
        replace(m, answer="") if isinstance(m, Assistant) and m.calls else m for m in c.messages
    )
    return replace(c, messages=tuple(said))


def read_text(_conversation: Conversation, reply: Reply) -> Assistant:
    """Read the calls out of a text; one whose calls cannot be read is words, without the tags.

    A last <tool_call> may lack its end, as vLLM's parser for Hermes allows. Reasoning that the
    server has taken out is the thought.
    """
    text = reply.text
    if text.count(TOOL_CALL.opens) == text.count(TOOL_CALL.closes) + 1:
        text += TOOL_CALL.closes
    try:
        read = hermes.parse({"conversations": [{"from": "gpt", "value": text}]})
        [heard] = read.messages
    except Reject:
        heard = Assistant(answer=text)
    assert isinstance(heard, Assistant)
    thought = "\n".join(filter(None, (reply.reasoning, heard.thought)))
    return replace(heard, thought=_plain(thought), answer=_plain(heard.answer))


def _plain(words: str) -> str:
    return HERMES.sub(lambda tag: tag[0].strip("<>"), words)


# --- native calls ---------------------------------------------------------------------------------


def write_native(conversation: Conversation, blank: Request) -> Request:
    """Write a conversation as chat completions take it, with all functions offered so far."""
    row = openai.render(replace(offered(conversation), parallel=None))
    turns = tuple(msgspec.convert(message, Turn) for message in row["messages"])
    return replace(blank, messages=turns, tools=tuple(map(_tool, row["tools"])))


def write_unread(conversation: Conversation, blank: Request) -> Request:
    """Write a conversation natively, for a server that shows the tools and reads no calls."""
    return replace(write_native(conversation, blank), tool_choice="none")


def _tool(tool: dict[str, Json]) -> dict[str, Json]:
    """Leave out what chat completions do not know: the schema of results."""
    return {**tool, "function": {k: v for k, v in tool["function"].items() if k != "responses"}}


def read_native(_conversation: Conversation, reply: Reply) -> Assistant:
    """Read a message as chat completions give it; calls without a name are none."""
    said: dict[str, Json] = {"role": "assistant", "content": reply.text}
    said |= {"reasoning_content": reply.reasoning} if reply.reasoning or not reply.calls else {}
    said |= {"tool_calls": list(reply.calls)} if reply.calls else {}
    try:
        [heard] = openai.parse({"messages": [said]}).messages
    except Reject:
        heard = Assistant(answer=reply.text)
    assert isinstance(heard, Assistant)
    return heard


# --- calls as a family writes them ----------------------------------------------------------------


def write_template(
    template: Template, to: Dialect, ends: str, conversation: Conversation, blank: Request
) -> Request:
    """Write a conversation as the very text that the template prompts the model with.

    Arguments that the model wrote malformed are shown as the string that they are. The mark that
    begins a text is left to the server, which sets it, where the template writes it by its name:
    for SmolLM2 it is also the mark that begins each turn, and that stays.
    Rejects  "template_refuses"
    """
    shown = replace(
        offered(conversation), messages=tuple(map(_mended, offered(conversation).messages))
    )
    text = template.text(messages(shown, to), openai.tools(shown), prompt=True)
    if "bos_token" in template.source:
        text = text.removeprefix(dict(template.marks).get("bos_token", ""))
    return replace(blank, text=text, stop=(ends,))


def _mended(message: Any) -> Any:
    if not isinstance(message, Assistant):
        return message
    calls = (
        Call.of(c.id, c.name, {"malformed": c.raw}) if c.arguments is None else c
        for c in message.calls
    )
    return replace(message, calls=tuple(calls))


def read_syntax(syntax: Syntax | None, conversation: Conversation, reply: Reply) -> Assistant:
    """Read calls as a family writes them; a text whose calls cannot be read is an answer.

    Words before the first call are thought, behind what the server has taken out as reasoning.
    """
    if reply.calls or syntax is None:
        return read_native(conversation, reply)
    functions = offered(conversation).functions
    found = calls_in(reply.text, syntax, functions)
    if not found:
        return Assistant(thought=reply.reasoning, answer=reply.text)
    # Every call mark begins with one of these; behind the first call, fewer calls are read.
    places = [0, *(mark.start() for mark in re.finditer(r"[<\[{]", reply.text))]
    less = bisect_left(
        places, True, key=lambda at: calls_in(reply.text[at:], syntax, functions) != found
    )
    before = reply.text[: places[less - 1]].strip()
    calls = (_call(n, name, given) for n, (name, given) in enumerate(found, 1))
    return Assistant("\n".join(filter(None, (reply.reasoning, before))), tuple(calls))


def _call(n: int, name: Json, given: Json) -> Call:
    if isinstance(given, dict):
        return Call.of(f"call_{n}", str(name), given)
    return Call.parse(f"call_{n}", str(name), given if isinstance(given, str) else "")
