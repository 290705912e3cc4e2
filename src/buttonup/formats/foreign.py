"""The parts that rows of every format share, read from JSON that anybody may have written."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from buttonup.errors import Reject
from buttonup.records import Call, Function, Json, Schema, decode, encode

NOT_JSON = (msgspec.DecodeError, UnicodeError, RecursionError)
"""What decoding raises on a text that is not JSON, not UTF-8, or nested past all use."""

NO_PARAMETERS: Schema = {"type": "object", "properties": {}}


def messages(row: dict[str, Json]) -> list[dict[str, Json]]:
    """Give the messages of a row. Rejects "off_format"."""
    found = row.get("messages")
    if not isinstance(found, list) or not all(isinstance(m, dict) for m in found):
        raise Reject("off_format", '"messages" is not a list of objects')
    return found


ROLES = {
    "system": "system developer",
    "user": "user human",
    "assistant": "assistant gpt model bot chatgpt",
    "call": "function_call function-call tool_call tool-call",
    "tool": "tool observation function function_response function-response tool_response "
    "tool-response ipython",
}
"""Who speaks, and what others call them. A call by itself is the assistant's."""
_SPEAKER = {name: role for role, names in ROLES.items() for name in names.split()}


def told(row: dict[str, Json]) -> Iterator[tuple[str, str]]:
    """Go through what is said in `conversations` or `messages`: who speaks (of `ROLES`), and what.

    Rejects  "off_format", "unknown_role", "not_text"
    """
    found = row["conversations"] if "conversations" in row else row.get("messages")
    if not isinstance(found, list) or not all(isinstance(m, dict) for m in found):
        raise Reject("off_format", "the conversation is not a list of objects")
    for message in found:
        name = message.get("from", message.get("role"))
        if not isinstance(name, str) or name not in _SPEAKER:
            raise Reject("unknown_role", shown(name))
        yield _SPEAKER[name], words(message.get("value", message.get("content")))


LEARNT = ("weight", "train", "training", "loss")
"""What trainers call the field of a turn that says whether it is learnt: OpenAI; Axolotl, under the
name that its configuration gives (its documentation has the second and third); ms-swift."""


def masked(message: dict[str, Json]) -> bool:
    """Say whether a turn is kept out of the loss: one of the fields is there, and false or 0."""
    said = (message.get(name) for name in LEARNT)
    return any(isinstance(value, bool | int | float) and not value for value in said)


def turn(
    thought: str, calls: Iterable[Json], answer: str = "", *, masked: bool = False
) -> dict[str, Json]:
    """Write a turn of the assistant as chat completions have it, for `openai.parse` to read."""
    listed = [{"function": one} for one in calls]
    return {
        "role": "assistant",
        "content": answer,
        "reasoning_content": thought,
        **({"tool_calls": listed} if listed else {}),
        **({"weight": 0} if masked else {}),
    }


def result(found: Json, name: Json = None) -> dict[str, Json]:
    """Write a result as chat completions have it, for `openai.parse` to read."""
    content = encode(found).decode()
    return {"role": "tool", "content": content, **({} if name is None else {"name": name})}


def words(content: Json) -> str:
    """Give the text of a message: a string, null, or a list of text parts. Rejects "not_text"."""
    match content:
        case None:
            return ""
        case str():
            return content
        case list() if all(isinstance(p, dict) and isinstance(p.get("text"), str) for p in content):
            return "".join(part["text"] for part in content)
        case _:
            raise Reject("not_text", f"content is {shown(content)}")


def value(text: str) -> Json:
    """Read a text as JSON; a text that is not JSON is a string."""
    try:
        return decode(text, Any)
    except NOT_JSON:
        return text


def literal(text: str) -> Json:
    """Read a text as JSON or, where it is none, as a literal of Python; else it is a string."""
    found = value(text)
    if found is not text:
        return found
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that Python does not know
            return decode(encode(ast.literal_eval(text.strip())), Any)
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError, OverflowError):
        return text


def listed(text: str) -> list[Json] | None:
    """Read a list of JSON, a lone object, or a list written one object a line; None for others."""
    try:
        found = decode(text, Any)
    except NOT_JSON:
        lines = [value(line) for line in text.split("\n") if line.strip()]
        return lines if lines and all(isinstance(one, dict) for one in lines) else None
    if isinstance(found, dict):
        return [found]
    return found if isinstance(found, list) else None


def functions(listed: Json) -> tuple[Function, ...]:
    """Read a list of functions, bare or wrapped in {"type": "function", "function": …}.

    The list may itself be a string of JSON, and null when there is none.
    Rejects  "off_format"
    """
    if isinstance(listed, str):
        listed = value(listed)
    if listed is None or listed == "":
        return ()
    if not isinstance(listed, list):
        raise Reject("off_format", f"the functions are not a list: {shown(listed)}")
    return tuple(_function(one) for one in listed)


def _function(one: Json) -> Function:
    body = one.get("function", one) if isinstance(one, dict) else one
    if not isinstance(body, dict) or not isinstance(body.get("name"), str):
        raise Reject("off_format", f"a function without a name: {shown(one)}")
    parameters = body.get("parameters")
    responses = body.get("responses")
    return Function(
        name=body["name"],
        description=words(body.get("description")),
        parameters=NO_PARAMETERS if parameters is None else _schema(parameters, body["name"]),
        responses={} if responses is None else _schema(responses, body["name"]),
    )


def _schema(found: Json, name: str) -> Schema:
    if not isinstance(found, dict):
        raise Reject("off_format", f"a schema of {name} is not an object: {shown(found)}")
    return found


def call(id: str, body: Json) -> Call:
    """Read {"name", "arguments"}, the arguments as an object or as the string emitted.

    Arguments that are neither are kept as malformed; none at all are {}.
    Rejects  "off_format" when there is no name
    """
    if not isinstance(body, dict) or not isinstance(body.get("name"), str):
        raise Reject("off_format", f"a call without a name: {shown(body)}")
    match body.get("arguments", body.get("parameters")):
        case None:
            return Call.of(id, body["name"], {})
        case dict() as arguments:
            return Call.of(id, body["name"], arguments)
        case str() as raw:
            return Call.parse(id, body["name"], raw)
        case other:
            return Call.parse(id, body["name"], encode(other).decode())


def shown(found: Json) -> str:
    """Quote a value for a reader, cut to 80 characters and free of line breaks."""
    text = encode(found).decode()
    return text if len(text) <= 80 else text[:79] + "…"  # noqa: PLR2004 - a line's worth
