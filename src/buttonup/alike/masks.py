"""A text without what is particular to it: its values masked, the rest its *skeleton*."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MONTHS = "january february march april may june july august september october november december"
_DAYS = "monday tuesday wednesday thursday friday saturday sunday"
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve"
_MASKED = re.compile(
    r"\"[^\"]{1,120}\"|(?<!\w)[€$£]?\d[\w.,:/@+-]*(?:\s*%)?|"
    rf"\b(?:{'|'.join(f'{_MONTHS} {_DAYS} {_NUMBERS}'.split())})\b|"
    r"\b(?:today|tomorrow|yesterday|the day after tomorrow|(?:this|next)(?: coming)? _)(?!\w)|"
    r"(?<!^)(?<![.!?:/] )(?<!\w)(?!I\b)[A-Z][\w'\u2019-]*",
    re.MULTILINE,
)
_JOINED = re.compile(r"_(?:(?:,? and |, | of | |-)_)+")


def skeleton(request: str, said: Iterable[str] = ()) -> str:
    """Mask the values of a request: what the user says by the plan, numbers, days and names.

    >>> skeleton("Hire bike BK-12 in Old Town for two days.", ["Old Town"])
    'hire bike _ in _ for _ days.'
    """
    text = request
    for value in said:
        text = _without(text, value)
    text = _MASKED.sub("_", text)
    return _JOINED.sub("_", re.sub(r"\b(?:this|next)(?: coming)? _", "_", text)).casefold()


def _without(text: str, value: str) -> str:
    """Mask a value, in whichever case, where it is no part of a word.

    A pattern of its own for every value would take several times as long to compile as to use.
    """
    folded, sought = text.lower(), value.lower()
    kept, done = list[str](), 0
    start = folded.find(sought) if sought else -1
    while start >= 0:
        end = start + len(sought)
        if _in_word(folded[start - 1 : start]) or _in_word(folded[end : end + 1]):
            end = start + 1
        else:
            kept += (text[done:start], "_")
            done = end
        start = folded.find(sought, end)
    return "".join((*kept, text[done:]))


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_"
