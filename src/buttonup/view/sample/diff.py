"""Two ways to go on, turn beside turn, with the words that differ marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from markupsafe import Markup
from msgspec import json

from buttonup.records import Assistant, Call, Json, Message, Tool, User, encode
from buttonup.view.sample.visible import shown, visible

_WORD = re.compile(r"\w+|\s+|[^\w\s]")
MOST = 4000
"""Words of a message that are compared one by one; of longer ones, both stand as they are. Ours."""
SIDE = 60_000  # characters of one side


@dataclass(frozen=True, slots=True)
class Beside:
    """A part of two messages, beside each other."""

    role: str
    part: str
    """"thought", "call", "answer", "result" or "words"."""
    same: bool
    left: Markup
    right: Markup


def beside(chosen: Sequence[Message], rejected: Sequence[Message]) -> tuple[Beside, ...]:
    """Set the messages of two ways beside each other, part by part."""
    rows: list[Beside] = []
    for a, b in zip_longest(chosen, rejected):
        left, right = list(_parts(a)), list(_parts(b))
        rows += _aligned(left, right, _role(a or b))
    return tuple(rows)


def _aligned(
    left: list[tuple[str, str]], right: list[tuple[str, str]], role: str
) -> Iterator[Beside]:
    """Pair the parts of one message with those of the other that are of the same kind."""
    for part in dict.fromkeys(name for name, _ in (*left, *right)):
        mine = [text for name, text in left if name == part]
        other = [text for name, text in right if name == part]
        for a, b in zip_longest(mine, other):
            yield Beside(role, part, a == b, *words(a or "", b or ""))


def words(a: str, b: str) -> tuple[Markup, Markup]:
    """Mark what one text has and the other has not: `<ins>` in the chosen one, `<del>` beside."""
    if a == b or len(a) > SIDE or len(b) > SIDE:
        return shown(a, longest=SIDE), shown(b, longest=SIDE)
    left, right = _WORD.findall(a), _WORD.findall(b)
    if max(len(left), len(right)) > MOST:
        return shown(a, longest=SIDE), shown(b, longest=SIDE)
    one, other = list[Markup](), list[Markup]()
    for kind, i, j, k, m in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        mine, others = visible("".join(left[i:j])), visible("".join(right[k:m]))
        one.append(mine if kind == "equal" else _wrapped("ins", mine))
        other.append(others if kind == "equal" else _wrapped("del", others))
    return Markup("").join(one), Markup("").join(other)


def _wrapped(tag: str, text: Markup) -> Markup:
    return Markup("<{0}>{1}</{0}>").format(Markup(tag), text) if text else text  # noqa: S704


def _role(message: Message | None) -> str:
    match message:
        case User():
            return "user"
        case Tool():
            return "tool"
        case _:
            return "assistant"


def _parts(message: Message | None) -> Iterator[tuple[str, str]]:
    match message:
        case User(content=content):
            yield "words", content
        case Tool(result=result):
            yield "result", _pretty(result)
        case Assistant(thought=thought, calls=calls, answer=answer):
            yield from ((p, t) for p, t in (("thought", thought), ("answer", answer)) if t)
            yield from (("call", _written(call)) for call in calls)


def _written(call: Call) -> str:
    arguments = call.raw if call.arguments is None else _pretty(call.arguments)
    return f"{call.name}({arguments})"


def _pretty(value: Json) -> str:
    return json.format(encode(value), indent=2).decode()
