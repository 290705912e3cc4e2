"""Each argument value comes from somewhere.

`trace` says it value by value, for people to look at; the gate only asks whether every value has a
source. In order: what the user and the context said, earlier results, what the schema itself
offers, the words of all of them put together, and a step that the assistant stated.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from buttonup.gates.dates import as_date
from buttonup.gates.derived import Known
from buttonup.gates.numerals import Number, tidy, usable
from buttonup.gates.order import unmet
from buttonup.gates.plain import says
from buttonup.gates.said import Said, said, stem
from buttonup.gates.schemas import offer
from buttonup.gates.seen import CONTEXT, Found, Made, Problem, Seen, seen, short, verdict
from buttonup.once import lazily
from buttonup.records import Assistant, Json, Record, Trajectory, Verdict, leaves

LONG = 5  # words from which a string counts as composed, not as a name or a phrase; ours
SHARED = 0.5  # share of a composed text's words that must be known; ours, from real dialogues
_PARTS = frozenset("year month day hour minute".split())
"""Words in a parameter's name that say it takes a part of a date or time."""

Kind = Literal["said", "context", "result", "schema", "composed", "derived", "future", "invented"]


class Origin(Record):
    """Where one argument value comes from."""

    message: int
    """Index of the message with the call."""
    call_id: str
    pointer: str
    """JSON pointer of the value in the call's arguments."""
    value: Json
    kind: Kind
    source: int | None = None
    """Index of the message it comes from; None for the context, the schema and "invented"."""
    where: str = ""
    """JSON pointer in that result, or the words in question."""


def provenance(trajectory: Trajectory) -> Verdict:
    """Every argument value comes from the user, an earlier result, the schema or a stated step."""
    return verdict("provenance", _sourceless(trajectory))


def trace(trajectory: Trajectory) -> tuple[Origin, ...]:
    """Say of every value in every call's arguments where it comes from."""
    index = seen(trajectory)
    return tuple(
        _origin(point, made, pointer, value)
        for made, point in _points(index)
        for pointer, value in leaves(made.call.arguments or {})
    )


def _points(index: Seen) -> Iterator[tuple[Made, _Point]]:
    """Give every call with what is known when it is made; calls of one message know the same."""
    points: dict[int, _Point] = {}
    for made in index.calls:
        yield made, points.setdefault(made.at, _Point(index, made.at))


def _origin(point: _Point, made: Made, pointer: str, value: Json) -> Origin:
    kind, source, where = point.origin(made, pointer, value)
    return Origin(made.at, made.call.id, pointer, value, kind, source, where)


def groundless(trajectory: Trajectory, made: Made) -> bool:
    """Say whether a call has a value that comes from nowhere."""
    origins = (o for o in trace(trajectory) if o.call_id == made.call.id and o.message == made.at)
    return any(o.kind in ("future", "invented") for o in origins)


def _sourceless(trajectory: Trajectory) -> Iterator[Problem]:
    for made, point in _points(seen(trajectory)):
        for pointer, value in leaves(made.call.arguments or {}):
            if not point.shows(value):
                yield from _without_source(trajectory, _origin(point, made, pointer, value))


def _without_source(trajectory: Trajectory, origin: Origin) -> Iterator[Problem]:
    """Tell of a value that comes from nowhere, or from what is not known yet."""
    if origin.kind not in ("future", "invented") or _awaited(trajectory, origin):
        return
    if origin.kind == "future":
        words = f"{_shown(origin)} is first known from message {origin.source}"
        yield "from_the_future", origin.message, words
    else:
        yield "invented", origin.message, f"{_shown(origin)} comes from nowhere"


def _awaited(trajectory: Trajectory, origin: Origin) -> bool:
    """Say whether a value is the plan's own, from a step that should have come first.

    That is for the dependency gate to tell of.
    """
    index = seen(trajectory)
    for made in index.calls:
        if made.call.id == origin.call_id and made.at == origin.message and index.planned[made.nth]:
            place = index.planned[made.nth][0]
            source = index.plan[place][1].sources.get(origin.pointer.split("/")[1])
            taken = source is not None and source.kind == "result"
            return taken and unmet(trajectory, place, made.at)
    return False


def _shown(origin: Origin) -> str:
    return f"{origin.call_id} {origin.pointer} {short(origin.value)}"


Place = tuple[Kind, int | None, str]


@dataclass(frozen=True)
class _Point:
    """What is known when the assistant speaks at message `at`."""

    seen: Seen
    at: int

    @lazily
    def told(self) -> tuple[tuple[int, Said], ...]:
        """Everything said so far."""
        return tuple((i, words) for i, words in self.seen.words if i < self.at)

    @lazily
    def found(self) -> tuple[tuple[int, Found], ...]:
        """Every result so far."""
        return tuple((i, found) for i, found in self.seen.results.items() if i < self.at)

    @lazily
    def years(self) -> frozenset[int]:
        """The years that the words so far name."""
        return frozenset().union(*(words.years for _, words in self.told))

    def _years(self, words: Said) -> frozenset[int]:
        """The years that may complete a text's dates: none are wanted where none lacks its year."""
        return self.years if words.when.days else frozenset()

    @lazily
    def stems(self) -> frozenset[str]:
        """Every word so far."""
        texts = (*(words for _, words in self.told), *(found.said for _, found in self.found))
        return frozenset().union(*(text.stems for text in texts))

    @lazily
    def stated(self) -> tuple[tuple[int, Said], ...]:
        """What the assistant has thought and said, this message included."""
        return tuple(
            (i, said(f"{m.thought}\n{m.answer}"))
            for i, m in enumerate(self.seen.messages[: self.at + 1])
            if isinstance(m, Assistant) and (m.thought or m.answer)
        )

    @lazily
    def known(self) -> Known:
        """The numbers and dates so far, for derivations."""
        return Known((words for _, words in self.told), (found for _, found in self.found))

    def shows(self, value: Json) -> bool:
        """Say whether a value needs no source, is a result's, or is plainly said; most are.

        `origin` knows as much and more, but reads all that was said.
        """
        return (
            value is None
            or isinstance(value, bool)
            or self.seen.has_found(value, self.at)
            or any(says(words.text, value, self.seen.today) for _, words in self.told)
        )

    def origin(self, made: Made, pointer: str, value: Json) -> Place:
        """Find the source of one value."""
        if value is None or isinstance(value, bool) or value == "":
            return "schema", None, ""
        if isinstance(value, str):
            found = self._text(said(value)) or self._exact(value) or self._moment(said(value))
        else:
            found = self._number(value, pointer)
        if found:
            return found
        choices = offer(self.seen.functions.get(made.call.name), pointer)
        if any(type(choice) is not bool and choice == value for choice in choices.values):
            return "schema", None, ""
        if isinstance(value, str):
            words = said(value)
            found = self._worded(words, choices.described, value) or self._stated_day(words)
        return found or self._later(made, value)

    def _text(self, value: Said) -> Place | None:
        """Find a string said as it is."""
        for i, words in self.told:
            if words.has(value):
                return _told(i, value.phrase.strip())
        return None

    def _exact(self, value: Json) -> Place | None:
        """Find a value that is a leaf of a result."""
        for i, found in self.found:
            if (where := found.place(value)) is not None:
                return "result", i, where
        return None

    def _moment(self, value: Said) -> Place | None:
        """Find a string said otherwise: a date, a time, a number, a part of a result's string."""
        if value.number is not None and (place := self._number(value.number, "")):
            return place
        if value.is_moment:
            for i, words in self.told:
                if words.has_moment(value, self.seen.today, self._years(words)):
                    return _told(i, value.folded)
        for i, found in self.found:
            if found.said.has(value) or (
                value.is_moment and found.said.has_moment(value, None, frozenset())
            ):
                return "result", i, value.folded
        return None

    def _number(self, value: Number, pointer: str) -> Place | None:
        if not usable(value):
            return self._exact(value)
        for i, words in self.told:
            if words.counts({tidy(value)}) or self._part(value, pointer, words):
                return _told(i, str(value))
        if place := self._exact(value):
            return place
        for i, found in self.found:
            if value in found.said.numbers:
                return "result", i, str(value)
        return self._stated_number(value)

    def _part(self, value: Number, pointer: str, words: Said) -> bool:
        """Say whether a number is the year, month, day, hour or minute of what was said."""
        if _PARTS.isdisjoint(pointer.rpartition("/")[2].lower().split("_")):
            return False
        moments = words.when.dates | words.when.days | words.when.times
        return any(value == int(p) for m in moments for p in m.replace(":", "-").split("-"))

    def _worded(self, value: Said, described: Said, raw: str) -> Place | None:
        """Find a string whose words are known though they do not stand together."""
        if not (self._numbers_known(value) and self._identifiers_known(value)):
            return None
        content = value.content
        shared = sum(word in self.stems for word in content)
        if shared == len(content) and (content or value.numbers):
            return "composed", None, ""
        if not value.numbers and described.has(value):
            return "schema", None, "description"
        if shared > 1 and shared == len(content) - 1 and self._plain_rest(raw):
            return "composed", None, ""
        if len(value.phrase.split()) >= LONG and shared >= SHARED * len(content):
            return "composed", None, ""
        return None

    def _plain_rest(self, raw: str) -> bool:
        """Say whether the words nobody said are ordinary ones: "tickets", not "Miller"."""
        others = (w for w in re.findall(r"\w+", raw) if stem(w.lower()) not in self.stems)
        return all(w.islower() for w in others)

    def _numbers_known(self, value: Said) -> bool:
        return not value.numbers or all(n <= 1 or n in self.known.numbers for n in value.numbers)

    def _identifiers_known(self, value: Said) -> bool:
        texts = (*(words for _, words in self.told), *(found.said for _, found in self.found))
        return all(any(t.has(said(w)) for t in texts) for w in value.identifiers)

    def _stated_number(self, value: Number) -> Place | None:
        for i, words in self.stated:
            if value in words.numbers and self.known.gives(value):
                return "derived", i, str(value)
        return None

    def _stated_day(self, value: Said) -> Place | None:
        """Find a date or time that the assistant worked out, and said so."""
        if not value.is_moment:
            return None
        days = [as_date(date) for date in value.when.dates]
        if not all(day is not None and self._day(day) for day in days):
            return None
        for i, words in self.stated:
            if words.has_moment(value, self.seen.today, self._years(words)):
                return "derived", i, value.folded
        return None

    def _day(self, day: dt.date) -> bool:
        return self.known.gives_day(day) or any(
            words.when.names(day, base, self._years(words))
            for _, words in self.told
            for base in self.known.dates
        )

    def _later(self, made: Made, value: Json) -> Place:
        """Tell a value that only a later result holds from one that nothing holds."""
        for other in self.seen.calls:
            if other.answered is None or other is made or other.answered < self.at:
                continue
            echoed = any(value == given for _, given in leaves(other.call.arguments or {}))
            if not echoed and value in self.seen.results[other.answered].held:
                return "future", other.answered, ""
        return "invented", None, ""


def _told(i: int, words: str) -> Place:
    return ("context", None, words) if i == CONTEXT else ("said", i, words)
