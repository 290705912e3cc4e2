"""Where each argument value comes from, as the page shows it: what to say, and what to light up.

The gate's trace says which message a value comes from; here the very words in it are found. Where
a plan is known it says more: which of several equal values is meant, and which sub-task worked it
out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from buttonup import gates
from buttonup.gates.provenance import Kind, Origin
from buttonup.gates.said import Said, fold, phrase, said
from buttonup.gates.seen import CONTEXT, Made, Seen, seen, short
from buttonup.records import Assistant, Json, Source, Tool, Trajectory, User, leaves
from buttonup.view.sample.visible import Mark, legible

WINDOW = 8  # words in which a date or a number is looked for: "the third of July next year"
READ = 1500  # characters of a message beyond which its words are not looked through one by one
_WORD = re.compile(r"\S+")
_STRIPPED = ".,;:!?()[]{}\"'“”‘’"  # noqa: RUF001 - what stands around words

MEANS: Mapping[Kind, str] = {
    "said": "from the user's words",
    "context": "from the system prompt",
    "result": "from an earlier result",
    "schema": "from the schema: a default, an enum, or a plain yes, no or nothing",
    "composed": "put together from words that are known",
    "derived": "worked out in a step that the assistant states",
    "future": "first known from a later result",
    "invented": "not traced: it comes from nowhere that the gate knows",
}
"""Kind of origin -> what it means, in words."""


class Trace(NamedTuple):
    """Where one argument value comes from."""

    kind: Kind
    told: str
    """What it means, and where."""
    quote: str = ""
    """The words, or the place in the result."""
    source: str = ""
    """The name of what lights up; "" for nothing."""
    step: int | None = None
    """The sub-task that found or worked it out, where a plan says so."""


@dataclass(frozen=True, slots=True)
class Sources:
    """All that arguments point at, and how."""

    traces: dict[int, dict[str, Trace]] = field(default_factory=dict)
    """Call, counted from the first -> pointer of the argument -> where it comes from."""
    words: dict[tuple[int, str], list[Mark]] = field(default_factory=dict)
    """Message, and "content", "thought" or "answer" -> stretches that are sources."""
    results: dict[int, dict[str, str]] = field(default_factory=dict)
    """Message -> pointer in the result -> name."""

    def point(self, at: int, part: str, start: int, end: int) -> str:
        """Name a stretch of a message's words; the same stretch has one name."""
        name = f"s{at + 1}-{part[0]}{start}-{end}"
        marks = self.words.setdefault((at, part), [])
        if all(mark.name != name for mark in marks):
            marks.append(Mark(start, end, name))
        return name

    def point_result(self, at: int, pointer: str) -> str:
        """Name a value in a result."""
        names = self.results.setdefault(at, {})
        return names.setdefault(pointer, f"r{at}-{len(names)}")


def sources(t: Trajectory) -> Sources:
    """Find the source of every argument value of a conversation."""
    found, index = Sources(), seen(t)
    origins = iter(gates.trace(t))
    for made in index.calls:
        mine = islice(origins, sum(1 for _ in leaves(made.call.arguments or {})))
        found.traces[made.nth] = {o.pointer: _trace(found, index, made, o) for o in mine}
    return found


def _trace(found: Sources, index: Seen, made: Made, origin: Origin) -> Trace:
    planned = _by_plan(index, made, origin)
    means = MEANS[origin.kind]
    match origin:
        case Origin(kind="result" | "future", source=int(at)) if at in index.results:
            pointer = _pointer(index, origin, at)
            step = None
            if planned is not None and origin.kind == "result":
                at, pointer, step = planned[0] or at, planned[1] or pointer, planned[2]
            message = index.messages[at]
            told = legible(f"{means}: {message.name}") if isinstance(message, Tool) else means
            return Trace(origin.kind, told, legible(pointer), found.point_result(at, pointer), step)
        case Origin(kind="context"):
            return _spoken(found, index, CONTEXT, origin)
        case Origin(kind="said" | "derived", source=int(at)):
            return _spoken(found, index, at, origin)
    return Trace(origin.kind, means)


# --- words --------------------------------------------------------------------------------------


def _spoken(found: Sources, index: Seen, at: int, origin: Origin) -> Trace:
    """Point at the words that say a value; at all of them where they are not found."""
    for part, text in _texts(index, at):
        if span := spot(text, origin.value, origin.where, index.today):
            start, end = span
            name = found.point(at, part, start, end)
            return Trace(origin.kind, MEANS[origin.kind], legible(text[start:end]), name)
    for part, text in _texts(index, at):
        name = found.point(at, part, 0, len(text))
        return Trace(origin.kind, MEANS[origin.kind], legible(text), name)
    return Trace(origin.kind, MEANS[origin.kind])


def _texts(index: Seen, at: int) -> Iterator[tuple[str, str]]:
    """Give what a message says, part by part."""
    if at == CONTEXT:
        yield "content", index.context.text
        return
    match index.messages[at]:
        case User(content=content):
            yield "content", content
        case Assistant(thought=thought, answer=answer):
            yield from ((p, t) for p, t in (("thought", thought), ("answer", answer)) if t)


def spot(text: str, value: Json, where: str, today: dt.date | None) -> tuple[int, int] | None:
    """Find the stretch of a text that says a value: as it is, word by word, or in other words.

    `where` is what the trace found, in the words of the gate. None when it cannot be told.
    """
    plain = value if isinstance(value, str) else short(value)
    if span := _as_it_is(text, plain):
        return span
    if len(text) > READ:
        return None
    words = [_bare(text, *m.span()) for m in _WORD.finditer(text)]
    return _same_words(text, words, where) or _same_value(text, words, value, today)


def _as_it_is(text: str, value: str) -> tuple[int, int] | None:
    """Find a value in a text, whichever its case, where no word goes on before or behind it."""
    if not value:
        return None
    for found in re.finditer(re.escape(value), text, re.IGNORECASE):
        start, end = found.span()
        if not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()):
            return start, end
    return None


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Take off what stands around a word."""
    while start < end and text[start] in _STRIPPED:
        start += 1
    while start < end and text[end - 1] in _STRIPPED:
        end -= 1
    return start, end


def _windows(words: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Give every stretch of a few words, the shorter ones first."""
    for wide in range(1, WINDOW + 1):
        for i in range(len(words) - wide + 1):
            if words[i][0] < words[i + wide - 1][1]:
                yield words[i][0], words[i + wide - 1][1]


def _same_words(text: str, words: list[tuple[int, int]], where: str) -> tuple[int, int] | None:
    wanted = phrase(fold(where))
    for start, end in _windows(words) if wanted else ():
        if phrase(fold(text[start:end])) == wanted:
            return start, end
    return None


def _same_value(
    text: str, words: list[tuple[int, int]], value: Json, today: dt.date | None
) -> tuple[int, int] | None:
    """Find the fewest words that say a value, as the gate reads them.

    Those that say a whole date come before those that need to be told the day or the year.
    """
    wanted = said(value) if isinstance(value, str) else said(short(value))
    number = value if isinstance(value, int | float) else wanted.number
    windows = [(span, Said(text[span[0] : span[1]])) for span in _windows(words)]
    if number is not None:
        return next((span for span, window in windows if window.counts({number})), None)
    if not wanted.is_moment:
        return None
    years = said(text).years | ({today.year} if today else frozenset())
    for day, known in ((None, frozenset[int]()), (today, frozenset(years))):
        for span, window in windows:
            if window.has_moment(wanted, day, known):
                return span
    return None


# --- results ------------------------------------------------------------------------------------


def _pointer(index: Seen, origin: Origin, at: int) -> str:
    """Give the place in a result that the trace means: its pointer, or where the words stand."""
    result = index.results[at].result
    there = dict(leaves(result))
    if origin.where in there and there[origin.where] == origin.value:
        return origin.where
    wanted = phrase(fold(origin.where or short(origin.value)))
    saying = (p for p, v in there.items() if wanted and wanted in phrase(fold(short(v))))
    return next(saying, next(iter(there), ""))


def _by_plan(index: Seen, made: Made, origin: Origin) -> tuple[int | None, str, int | None] | None:
    """Say what the plan knows of a value: message and pointer of the result, and the sub-task."""
    source = _planned_source(index, made, origin.pointer)
    if source is None or source.step is None:
        return None
    path = source.path + _rest(origin.pointer)
    conclusion = index.trajectory.blueprint.plan[source.step].conclusion
    before = [m for m in index.calls if m.answered is not None and m.answered < made.at]
    for other in before:
        mine = any(index.plan[n][0] == source.step for n in index.planned[other.nth])
        if mine and dict(leaves(other.result)).get(path) == origin.value:
            return other.answered, path, source.step
    if isinstance(conclusion, dict | list) and conclusion:
        for other in before:
            if (pointer := _holding(other.result, conclusion)) is not None:
                return other.answered, pointer + path, source.step
    return None, "", source.step


def _planned_source(index: Seen, made: Made, pointer: str) -> Source | None:
    planned = index.planned[made.nth]
    return index.plan[planned[0]][1].sources.get(pointer.split("/")[1]) if planned else None


def _rest(pointer: str) -> str:
    """Give what of an argument's pointer is below the argument itself."""
    below = pointer.split("/")[2:]
    return f"/{'/'.join(below)}" if below else ""


def _holding(value: Json, wanted: Json) -> str | None:
    """Find the pointer of a value inside another."""
    nodes = [("", value)]
    for pointer, node in nodes:
        if node == wanted:
            return pointer
        if isinstance(node, dict):
            nodes += [(f"{pointer}/{key}", one) for key, one in node.items()]
        elif isinstance(node, list):
            nodes += [(f"{pointer}/{i}", one) for i, one in enumerate(node)]
    return None
