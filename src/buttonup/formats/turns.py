"""A conversation in rounds, as formats without call ids write it; and the way back from text.

Such a format tells which call a result answers by its place. So it carries a *canonical*
conversation: the calls are call_1, call_2, … in their order, and right after a turn with calls
come their results, in that order and under their names, or none at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import msgspec

from buttonup.errors import Reject
from buttonup.formats.tags import PARALLEL, THINK
from buttonup.records import Assistant, Call, Conversation, Json, Message, Tool, User, encode


class Results(NamedTuple):
    """The results of one turn, each with the call that it answers."""

    pairs: tuple[tuple[Call, Json], ...]


Round = User | Assistant | Results

_THOUGHT = re.compile(rf"\s*{THINK.opens}\n?(.*?)\n?{THINK.closes}(?:\n\n|\n)?", re.DOTALL)


def rounds(messages: tuple[Message, ...]) -> Iterator[Round]:
    """Go through messages, the results of a turn together and in the order of its calls.

    Rejects  "unanswered_call", "orphan_result", "misnamed_result"
    """
    due: tuple[Call, ...] = ()
    for _, group in groupby(messages, type):
        together = tuple(group)
        if isinstance(together[0], Tool):
            yield Results(tuple(_paired(due, together)))
        else:
            yield from (m for m in together if not isinstance(m, Tool))
        due = together[-1].calls if isinstance(together[-1], Assistant) else ()


def _paired(due: tuple[Call, ...], results: tuple[Message, ...]) -> Iterator[tuple[Call, Json]]:
    by_id = {r.call_id: r for r in results if isinstance(r, Tool)}
    if orphans := by_id.keys() - {call.id for call in due}:
        raise Reject("orphan_result", ", ".join(sorted(orphans)))
    if len(by_id) < len(results):
        raise Reject("orphan_result", "a call is answered twice")
    if len(by_id) < len(due):
        raise Reject("unanswered_call", ", ".join(c.id for c in due if c.id not in by_id))
    for call in due:
        if by_id[call.id].name != call.name:
            raise Reject("misnamed_result", f"{by_id[call.id].name} for a call of {call.name}")
        yield call, by_id[call.id].result


def one_thing(turn: Assistant) -> Assistant:
    """Give back a turn that has calls or an answer. Rejects "calls_and_answer"."""
    if turn.calls and turn.answer:
        raise Reject("calls_and_answer", turn.answer[:80])
    return turn


def unmasked(c: Conversation) -> Conversation:
    """Give back a conversation all of whose turns are to be learnt.

    Rejects  "masked_turn": a format that cannot say so would have a bad turn learnt
    """
    if bad := [i for i, m in enumerate(c.messages) if isinstance(m, Assistant) and m.masked]:
        raise Reject("masked_turn", f"message {bad[0]}")
    return c


def given(call: Call) -> Json:
    """Give the arguments as they are written: an object, or the string where that is malformed."""
    return call.raw if call.arguments is None else call.arguments


def called(call: Call) -> dict[str, Json]:
    """Write a call, its name first."""
    return {"name": call.name, "arguments": canonical(given(call))}


def canonical(value: Json) -> Json:
    """Give a value that `in_order` writes with sorted keys, as it is written everywhere."""
    return msgspec.Raw(encode(value))


def in_order(value: Json) -> str:
    """Write JSON with the keys as they stand: a call's name before its arguments.

    A model reads and writes from left to right, and is to name a function before it fills it in.
    """
    return msgspec.json.encode(value).decode()


def system(c: Conversation) -> str:
    """Write the context, and the sentence on parallel calling behind it.

    Rejects  "tag_in_text" when the context by itself reads as if it had that sentence
    """
    if c.parallel is None:
        if c.context.endswith(tuple(PARALLEL.values())):
            raise Reject("tag_in_text", "context: the sentence on parallel calling")
        return c.context
    return f"{c.context}\n\n{PARALLEL[c.parallel]}" if c.context else PARALLEL[c.parallel]


def thinking(turn: Assistant) -> str:
    """Write a turn's thought in <think> tags; nothing where there is none.

    Rejects  "tag_in_text" when thought or answer has such a tag, or the answer begins like one
    """
    for where, words in (("thought", turn.thought), ("answer", turn.answer)):
        if THINK.opens in words or THINK.closes in words:
            raise Reject("tag_in_text", f"{where}: {THINK.opens}")
    return f"{THINK.opens}\n{turn.thought}\n{THINK.closes}\n\n" if turn.thought else ""


def read_thinking(text: str) -> tuple[str, str]:
    """Take the thought in <think> tags off the front of a text: the thought, and the rest."""
    found = _THOUGHT.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)
