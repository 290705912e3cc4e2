r"""The paper's own format: tags in the text of plain messages.

    {"messages": [{"role": "system" | "user" | "assistant" | "tool", "content": "…"}, …]}

system     the preamble, the context, the functions in <tool>[…]</tool>, what to answer with, and
           a sentence that switches parallel calling on or off (none when it is not known)
user       words, and <tool>[…]</tool> behind them where functions are offered later
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
\u003ccall>; a tag in words is refused.

Source: BUTTON (arXiv 2410.12952), the data format of BUTTONInstruct; the wording is ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

import msgspec

from buttonup.errors import Reject
from buttonup.formats import foreign
from buttonup.formats.tags import (
    CALL,
    FINAL,
    PARALLEL,
    TOOL,
    escaped,
    offered,
    read_offered,
    untagged,
)
from buttonup.formats.turns import Results, given, one_thing, rounds, unmasked
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

NAME = "button"
ABOUT = """`{"messages": [{"role", "content"}, …]}`, every content a text.

- `system`: the functions as JSON in `<tool>[…]</tool>`, each with `name`, `description`,
  `parameters` and, where known, `responses` (JSON Schema), and whether calls may be parallel
- `user`: words
- `assistant`: a thought, then `<call>[{"name", "arguments"}, …]</call>` or
  `<final>the answer</final>`
- `tool`: `[{"name", "arguments", "results"}, …]`, one for each call of the turn before"""

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
             "misnamed_result", "masked_turn"
    """
    shown = [{"role": "system", "content": _system(c)}]
    shown += [_round(r) for r in rounds(unmasked(c).messages)]
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
                read.append(User(*read_offered(content)))
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


# --- render -------------------------------------------------------------------------------------


def _system(c: Conversation) -> str:
    context = f"\n\n{untagged(c.context, 'context')}" if c.context else ""
    switch = "" if c.parallel is None else f" {PARALLEL[c.parallel]}"
    return f"{PREAMBLE}{context}{LISTED}{TOOL.around(_json(c.functions))}{ASKED}{switch}"


def _round(r: User | Assistant | Results) -> dict[str, Json]:
    match r:
        case User(content=content, offers=offers):
            return {"role": "user", "content": offered(untagged(content, "user"), offers)}
        case Assistant():
            return {"role": "assistant", "content": _turn(one_thing(r))}
        case Results(pairs):
            returned = [_Returned(call.name, given(call), result) for call, result in pairs]
            return {"role": "tool", "content": _json(returned)}


def _turn(turn: Assistant) -> str:
    thought = f"{untagged(turn.thought, 'thought')}\n" if turn.thought else ""
    if turn.calls:
        return thought + CALL.around(_json([_Called(c.name, given(c)) for c in turn.calls]))
    return thought + FINAL.around(untagged(turn.answer, "answer"))


def _json(value: Json) -> str:
    return escaped(encode(value).decode())


# --- parse --------------------------------------------------------------------------------------


def _read_system(text: str) -> tuple[tuple[Function, ...], str, bool | None]:
    for opened in re.finditer(TOOL.opens, text):
        inside, closed, after = text[opened.end() :].partition(TOOL.closes)
        if closed and (listed := foreign.listed(inside)) is not None:
            return foreign.functions(listed), *_read_rest(text[: opened.start()], after)
    return (), text, _switch(text)


def _read_rest(before: str, after: str) -> tuple[str, bool | None]:
    """Tell the context and the switch; of another's words, all are context."""
    if before.startswith(PREAMBLE) and before.endswith(LISTED) and after.startswith(ASKED):
        return before[len(PREAMBLE) : -len(LISTED)].removeprefix("\n\n"), _switch(after)
    context = f"{before.strip()}\n\n{after.strip()}".strip()
    return context, _switch(context)


def _switch(text: str) -> bool | None:
    return next((on for on, sentence in PARALLEL.items() if sentence in text), None)


def _read_turn(content: str, ids: Iterator[str]) -> Assistant:
    opened = _OPENS.search(content)
    if opened is None:
        return Assistant(answer=content)
    tag = CALL if opened[0] == CALL.opens else FINAL
    inside, closed, after = content[opened.end() :].partition(tag.closes)
    if not closed:
        raise Reject("unclosed_tag", tag.opens)
    if after.strip():
        raise Reject("words_after_tag", foreign.shown(after))
    thought = content[: opened.start()].removesuffix("\n")
    if tag is FINAL:
        return Assistant(thought=thought, answer=inside)
    listed = foreign.listed(inside)
    if listed is None:
        raise Reject("calls_not_json", foreign.shown(inside))
    calls = tuple(foreign.call(next(ids), body) for body in listed)
    return Assistant(thought=thought, calls=calls)


def _read_results(content: str, due: list[Call]) -> Iterator[Tool]:
    """Match each result to its call by name and arguments, else by name; `due` shrinks.

    A text that is no list of results is one result, of the first call that waits for one. A
    result that no call waits for keeps an empty call id, for a gate to see.
    """
    listed = foreign.listed(content)
    if listed is None or not all(isinstance(r, dict) and "results" in r for r in listed):
        listed = [{"results": foreign.value(content)}]
    for result in listed:
        name = foreign.words(result.get("name"))
        same = [call for call in due if name in ("", call.name)]
        exact = [call for call in same if given(call) == result.get("arguments")]
        call = next(iter(exact or same), None)
        if call is not None:
            due.remove(call)
        yield Tool(
            call_id=call.id if call else "",
            name=call.name if call else name,
            result=result["results"],
        )
