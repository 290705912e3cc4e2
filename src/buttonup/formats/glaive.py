"""Glaive's rows: the functions as text in the system prompt, calls after <functioncall>.

    {"system": "SYSTEM: … functions … {…} {…}", "chat": "USER: … ASSISTANT: … <|endoftext|> …"}

or the same as ShareGPT turns. The arguments are mostly a string in single quotes, which makes
the call no JSON. No row can be written: nothing escapes the marks.

Source: the card of glaiveai/glaive-function-calling-v2, and the many copies of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from buttonup.errors import Reject
from buttonup.formats import foreign, openai
from buttonup.records import Conversation, Json

NAME = "glaive"

CALL = "<functioncall>"
LISTED = "access to the following functions"
_END = "<|endoftext|>"
_SPEAKER = re.compile(r"(?m)^[ \t]*(USER|ASSISTANT|FUNCTION RESPONSE):")
_OPENS = re.compile(r"[{\[]")
TRIES = 100  # brackets of a system prompt at which no JSON begins, before the rest is words. Ours
_ROLE = {"USER": "user", "ASSISTANT": "assistant", "FUNCTION RESPONSE": "tool"}
_QUOTED = re.compile(
    r"""\s*\{\s*"name"\s*:\s*"([^"\n]*)"\s*,\s*"arguments"\s*:\s*'(.*)'\s*\}\s*\Z""", re.DOTALL
)


def parse(row: dict[str, Json]) -> Conversation:
    """Read a row.

    Rejects  "off_format", "not_text", "unknown_role", "calls_not_json"
    """
    system, messages = foreign.words(row.get("system")), list[dict[str, Json]]()
    told = _spoken(row["chat"]) if isinstance(row.get("chat"), str) else foreign.told(row)
    for who, text in told:
        match who:
            case "system":
                system = f"{system}\n\n{text}".strip()
            case "assistant" | "call":
                messages.append(_read_turn(text))
            case "tool":
                messages.append(foreign.result(foreign.value(text.strip())))
            case _:
                messages.append({"role": "user", "content": text})
    context, listed = _read_system(system)
    head = [{"role": "system", "content": context}] if context else []
    return openai.parse({"messages": [*head, *messages], "tools": row.get("tools") or listed})


def _spoken(chat: str) -> Iterator[tuple[str, str]]:
    """Part a chat at the names of the speakers."""
    found = list(_SPEAKER.finditer(chat))
    for i, speaker in enumerate(found):
        end = found[i + 1].start() if i + 1 < len(found) else len(chat)
        yield _ROLE[speaker[1]], chat[speaker.end() : end].replace(_END, "").strip()


def _read_system(text: str) -> tuple[str, list[Json]]:
    """Part a system prompt into its words and the objects, or lists of them, among these."""
    text = text.removeprefix("SYSTEM:").strip()
    before, _, after = text.partition(LISTED)
    if LISTED not in text:
        return text, []
    tries = TRIES
    decoder, functions, rest = json.JSONDecoder(), list[Json](), list[str]()
    at = 0
    while tries and (opened := _OPENS.search(after, at)) is not None:
        try:
            one, end = decoder.raw_decode(after, opened.start())
        except (ValueError, RecursionError):
            rest.append(after[at : opened.end()])
            at, tries = opened.end(), tries - 1
            continue
        functions += one if isinstance(one, list) else [one]
        rest.append(after[at : opened.start()])
        at = end
    words = "".join((before, LISTED, *rest, after[at:]))
    return words.strip(), functions


def _read_turn(text: str) -> dict[str, Json]:
    before, called, body = text.replace(_END, "").partition(CALL)
    if not called:
        return foreign.turn("", (), before.strip())
    return foreign.turn(before.strip(), [_body(one) for one in body.split(CALL)])


def _body(text: str) -> Json:
    """Read {"name", "arguments"}, the arguments quoted in one way or the other."""
    text = text.strip().removesuffix("</functioncall>")
    if quoted := _QUOTED.match(text):
        return {"name": quoted[1], "arguments": quoted[2].replace("\\'", "'")}
    found = foreign.literal(text)
    if not isinstance(found, dict):
        raise Reject("calls_not_json", foreign.shown(text))
    return found
