"""The chat-completions format, as OpenAI-compatible endpoints and most trainers take it.

    {"messages": […], "tools": [{"type": "function", "function": {…}}], "parallel_tool_calls": bool}

system     the context, then the sentence that switches parallel calling on or off; left out when
           there is neither
user       words, and <tool>[…]</tool> behind them where functions are offered later
assistant  with calls: `content` is the thought, `tool_calls` the calls, the arguments of each the
           string as emitted, malformed or not. Without: `content` is the answer, and
           `reasoning_content` the thought when there is one. `weight` is 0 in a turn that is kept
           out of the loss
tool       the result of one call, as JSON: a result that is a string keeps its quotes
tools      name, description, parameters; a `responses` schema, for which the format has no place,
           stands beside `parameters` and is left out when it is not known

`parallel_tool_calls` is null when it is not known. `parse(render(c)) == c` for every
conversation whose calls are well made: `arguments` is what `raw` reads as. A turn with calls
*and* an answer has the answer as `content` and the thought as `reasoning_content`.

Source: OpenAI's chat completions API, and for `weight` (0 or 1) its fine-tuning format, as the API
reference has `FineTuneChatCompletionRequestAssistantMessage`; `reasoning_content` as vLLM, DeepSeek
and Qwen spell it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from buttonup.errors import Reject
from buttonup.formats import foreign
from buttonup.formats.tags import PARALLEL, offered, read_offered
from buttonup.records import (
    Assistant,
    Call,
    Conversation,
    Function,
    Json,
    Message,
    Tool,
    User,
    encode,
)

NAME = "openai"
ABOUT = """`{"messages", "tools", "parallel_tool_calls"}`, as chat completions have it.

- an `assistant` message with `tool_calls` has its thought as `content`, and the arguments as a
  string of JSON; one without has the answer as `content` and the thought as `reasoning_content`
- an `assistant` message with `weight` 0 is to be read and not learnt
- a `tool` message answers `tool_call_id`; its `content` is JSON
- a tool's `function` has, where known, `responses`: the JSON Schema of its result"""


def render(c: Conversation) -> dict[str, Json]:
    """Write a conversation as a row.

    Rejects  "tag_in_text" when a user's words read as if they offered functions
    """
    switch = "" if c.parallel is None else PARALLEL[c.parallel]
    system = f"{c.context}\n\n{switch}" if c.context and switch else c.context or switch
    shown = [{"role": "system", "content": system}] if system else []
    return {
        "messages": [*shown, *map(message, c.messages)],
        "tools": tools(c),
        "parallel_tool_calls": c.parallel,
    }


def parse(row: dict[str, Json]) -> Conversation:
    """Read a row back, ours or another's.

    Another's may say `developer` for system and `function` for tool, call by `function_call`,
    leave out ids and names (they are counted and looked up), list its tools as a string of JSON
    or as `functions`, and answer a call with a text that is not JSON: its result is a string.
    Rejects  "off_format", "not_text", "unknown_role"
    """
    system: list[str] = []
    read: list[Message] = []
    ids, calls = (f"call_{n}" for n in count(1)), _Calls()
    for message in foreign.messages(row):
        match message.get("role"):
            case "system" | "developer":
                system.append(foreign.words(message.get("content")))
            case "user":
                read.append(User(*read_offered(foreign.words(message.get("content")))))
            case "assistant":
                read.append(turn := read_turn(message, ids))
                calls.made(turn.calls)
            case "tool" | "function":
                read.append(_read_result(message, calls))
            case role:
                raise Reject("unknown_role", foreign.shown(role))
    context, parallel = _read_system("\n\n".join(system), row)
    shown = row.get("tools")
    return Conversation(
        functions=foreign.functions(row.get("functions") if shown is None else shown),
        messages=tuple(read),
        parallel=parallel,
        context=context,
    )


# --- render -------------------------------------------------------------------------------------


def tools(c: Conversation) -> list[Json]:
    """Write the functions of a conversation."""
    return [{"type": "function", "function": _function(f)} for f in c.functions]


def message(message: Message) -> dict[str, Json]:
    """Write one message."""
    match message:
        case User(content=content, offers=offers):
            return {"role": "user", "content": offered(content, offers)}
        case Assistant():
            return _turn(message)
        case Tool(call_id=call_id, name=name, result=result):
            content = encode(result).decode()
            return {"role": "tool", "tool_call_id": call_id, "name": name, "content": content}


def _turn(turn: Assistant) -> dict[str, Json]:
    plain = bool(turn.calls) and not turn.answer
    shown: dict[str, Json] = {
        "role": "assistant",
        "content": turn.thought if plain else turn.answer,
    }
    if not plain and (turn.thought or turn.calls):
        shown["reasoning_content"] = turn.thought
    if turn.calls:
        shown["tool_calls"] = [_call(call) for call in turn.calls]
    return {**shown, "weight": 0} if turn.masked else shown


def _call(call: Call) -> dict[str, Json]:
    function = {"name": call.name, "arguments": call.raw}
    return {"id": call.id, "type": "function", "function": function}


def _function(f: Function) -> dict[str, Json]:
    shown = {"name": f.name, "description": f.description, "parameters": f.parameters}
    return {**shown, "responses": f.responses} if f.responses else shown


# --- parse --------------------------------------------------------------------------------------


def _read_system(text: str, row: dict[str, Json]) -> tuple[str, bool | None]:
    """Take our sentence off the context's end, where the row's own switch does not deny it."""
    switch = row.get("parallel_tool_calls")
    known = switch if isinstance(switch, bool) else None
    for on, sentence in PARALLEL.items():
        if (on is known or "parallel_tool_calls" not in row) and text.endswith(sentence):
            return text.removesuffix(sentence).removesuffix("\n\n"), on
    return text, known


def read_turn(message: dict[str, Json], ids: Iterator[str]) -> Assistant:
    """Read an assistant's message; its calls take the next of some ids where they have none.

    Rejects  "off_format", "not_text"
    """
    content = foreign.words(message.get("content"))
    thought = message.get("reasoning_content", message.get("reasoning"))
    calls, masked = _read_calls(message, ids), foreign.masked(message)
    if calls and thought is None:
        return Assistant(thought=content, calls=calls, masked=masked)
    return Assistant(foreign.words(thought), calls, content, masked)


def _read_calls(message: dict[str, Json], ids: Iterator[str]) -> tuple[Call, ...]:
    listed = message.get("tool_calls")
    if listed is None:
        legacy = message.get("function_call")
        return () if legacy is None else (foreign.call(next(ids), legacy),)
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise Reject("off_format", f'"tool_calls" is {foreign.shown(listed)}')
    return tuple(read_call(one, ids) for one in listed)


def read_call(one: dict[str, Json], ids: Iterator[str]) -> Call:
    """Read one of `tool_calls`, which takes the next of some ids where it has none itself."""
    given = one.get("id")
    return foreign.call(given if isinstance(given, str) else next(ids), one.get("function", one))


def _read_result(message: dict[str, Json], calls: _Calls) -> Tool:
    content = message.get("content")
    result = foreign.value(content) if isinstance(content, str) else _parts(content)
    given, name = calls.answered(message.get("tool_call_id"), message.get("name"))
    return Tool(call_id=given, name=name, result=result)


def _parts(content: Json) -> Json:
    """Join a list of text parts; anything else that is not a string is the result itself."""
    try:
        return foreign.value(foreign.words(content)) if isinstance(content, list) else content
    except Reject:
        return content


class _Calls:
    """The calls so far: which of them a result without an id, or without a name, answers."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._waiting: list[list[Call]] = []
        self._done: set[str] = set()

    def made(self, calls: tuple[Call, ...]) -> None:
        """Note the calls of a turn."""
        self._names.update({call.id: call.name for call in calls})
        self._waiting.append(list(calls))

    def answered(self, given: Json, name: Json) -> tuple[str, str]:
        """Give the id and the name of a result; without an id, of the last turn's first call."""
        if not isinstance(given, str):
            call = self._first(name if isinstance(name, str) else None)
            if call is None:
                return "", name if isinstance(name, str) else ""
            given, name = call.id, call.name
        self._done.add(given)
        return given, name if isinstance(name, str) else self._names.get(given, "")

    def _first(self, name: str | None) -> Call | None:
        """Find the first call that waits, of the last turn that has one."""
        self._waiting = [left for turn in self._waiting if (left := self._left(turn))]
        waiting = (call for turn in reversed(self._waiting) for call in turn)
        return next((call for call in waiting if name in (None, call.name)), None)

    def _left(self, turn: list[Call]) -> list[Call]:
        return [call for call in turn if call.id not in self._done]
