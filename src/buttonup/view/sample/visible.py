"""Text as it is: nothing in it is markup, and what would not show is shown by its name.

A control, a mark of direction, a space of no width or a tag character can hide text, or turn it
around. Each stands as a small label, U+202E, whose title has its name. What is too long is cut, and
that is said; around a mark it never is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup, escape

LONGEST = 6000
"""Characters of a text before it is cut; ours: a message that anybody reads is shorter."""
AROUND = 80
"""Characters shown around a mark that stands where the text is cut."""
_DOUBTFUL = re.compile(r"[^\x20-\x7e\n\t\xa0-\xac\xae-\u036f]")
_SPACES = re.compile(r"[ \n\r\t]+")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of Unicode whose characters show nothing, or nothing that is known."""
_JOINER, _SELECTOR = "\u200d", "\ufe0f"


NOTHING = Markup("")


class Mark(NamedTuple):
    """A stretch of a text that is a source, and its name."""

    start: int
    end: int
    name: str


def shown(text: str, marks: Sequence[Mark] = (), longest: int = LONGEST) -> Markup:
    """Write a text as markup: escaped, with its marks as `<mark>`, cut where it is too long."""
    parts: list[Markup] = []
    end = 0
    for start, stop in _kept(len(text), marks, longest):
        if start > end:
            parts.append(_left_out(start - end))
        parts += _marked(text, start, stop, marks)
        end = stop
    if end < len(text):
        parts.append(_left_out(len(text) - end))
    return Markup("").join(parts)


def visible(text: str) -> Markup:
    """Escape a text, and put the name of each character that would not show in its place."""
    parts: list[Markup] = []
    end = 0
    for found in _DOUBTFUL.finditer(text):
        if _unseen(text, found.start()):
            parts += (escape(text[end : found.start()]), _named(found[0]))
            end = found.end()
    return Markup("").join((*parts, escape(text[end:])))


def legible(text: str, longest: int = 120) -> str:
    """Give one line of plain text, for a title or a label: no markup, nothing hidden."""
    line = _SPACES.sub(" ", text[: 4 * longest])
    told = "".join(f"\u27e8{_code(c)}\u27e9" if _unseen(line, i) else c for i, c in enumerate(line))
    return told if len(told) <= longest and len(text) <= longest else f"{told[: longest - 1]}…"


def _unseen(text: str, at: int) -> bool:
    """Say whether a character shows nothing; one that joins two pictures does what it is for."""
    c = text[at]
    if c in "\n\t" or unicodedata.category(c) not in _UNSEEN:
        return False
    return not (c == _JOINER and _pictures(text[at - 1 : at], text[at + 1 : at + 2]))


def _pictures(before: str, after: str) -> bool:
    if not before or not after:
        return False
    known = before == _SELECTOR or unicodedata.category(before) in ("So", "Sk")
    return known and unicodedata.category(after) == "So"


def _code(c: str) -> str:
    return f"U+{ord(c):04X}"


def _named(c: str) -> Markup:
    name = unicodedata.name(c, "control or unassigned")
    return Markup('<span class="odd" title="{}">{}</span>').format(name, _code(c))


def _left_out(count: int) -> Markup:
    many = "character" if count == 1 else "characters"
    return Markup('<span class="cut"> … {:,} {} left out … </span>').format(count, many)


def _kept(length: int, marks: Iterable[Mark], longest: int) -> Iterator[tuple[int, int]]:
    """Give the stretches that are shown: the beginning, and what stands around marks, in order."""
    if length <= longest + AROUND:  # to cut a few words off would save nothing
        yield 0, length
        return
    near = (
        (max(m.start - AROUND, 0), min(m.end + AROUND, m.start + longest, length)) for m in marks
    )
    start, end = 0, longest
    for begins, ends in sorted(near):
        if begins <= end:
            end = max(end, ends)
        else:
            yield start, end
            start, end = begins, ends
    yield start, end


def _marked(text: str, start: int, stop: int, marks: Sequence[Mark]) -> Iterator[Markup]:
    """Write a stretch, cut wherever a mark begins or ends: marks may lie across each other."""
    inside = [m for m in marks if m.start < stop and m.end > start]
    borders = {start, stop, *(b for m in inside for b in (m.start, m.end) if start < b < stop)}
    begun = set[str]()
    for a, b in pairwise(sorted(borders)):
        names = [m.name for m in inside if m.start <= a and m.end >= b]
        new = [name for name in dict.fromkeys(names) if name not in begun]
        begun.update(new)
        yield from (Markup('<span id="{}"></span>').format(name) for name in new)
        words = visible(text[a:b])
        if names:
            wrapped = Markup('<mark class="src" data-src="{}">{}</mark>')
            yield wrapped.format(" ".join(dict.fromkeys(names)), words)
        else:
            yield words
