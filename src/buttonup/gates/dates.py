"""Dates and times as people write them: 3 May 2026, May 3rd, tomorrow, Friday, 2:30 pm, noon."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from buttonup.gates.numerals import WORDS

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_WEEKDAYS = "mon tue wed thu fri sat sun".split()
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?(?![\d:])"
_TILL = r"\s*(?:-|to|and|until|till|through|&)\s*(?:the\s+)?"
_DAYS = r"(\d(?<![\w:.€$£]\d)\d?(?:st|nd|rd|th)?(?:(?:,\s*|TILL)\d{1,2}(?:st|nd|rd|th)?)*)"
_DAYS = _DAYS.replace("TILL", _TILL)
_YEAR = r"(?:,?\s+(?:of\s+)?(\d{4})\b)?"
_DIGITS = re.compile(r"\d+")


class Form:
    """One way to write a date or time: its pattern, and a hint that is in every match of it.

    Most texts have few of the forms, and what begins with plain characters is found some five times
    quicker than what begins with a condition. So hints do, and patterns of digits look back behind
    their first one.
    """

    def __init__(self, pattern: str, hint: str) -> None:
        self.pattern = re.compile(pattern)
        self.hint = re.compile(hint)

    def find(self, text: str) -> Iterator[re.Match[str]]:
        """Give every match in a text."""
        return self.pattern.finditer(text) if self.hint.search(text) else iter(())

    def sub(self, kept: Callable[[re.Match[str]], str], text: str) -> str:
        """Put in the place of every match what `kept` makes of it."""
        return self.pattern.sub(kept, text) if self.hint.search(text) else text


_ANY_MONTH = f"(?:{'|'.join(_MONTHS)})"
_ISO = Form(
    r"(\d(?<!\d\d)\d{3})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)(?:t(?=\d))?",
    r"\d[-/.]\d{1,2}[-/.]\d",
)
_DAY_FIRST = Form(
    rf"{_DAYS}\s+(?:of\s+)?{_MONTH}{_YEAR}",
    rf"\d(?:st|nd|rd|th)?\s+(?:of\s+)?{_ANY_MONTH}",
)
_DAY_BETWEEN = Form(
    rf"(?:\b{_MONTH}\s+)?{_DAYS}\s+(?:of\s+)?{_MONTH}{_YEAR}",
    rf"{_ANY_MONTH}[a-z]*\.?\s+\d{{1,2}}(?!\d)",
)
"""The same where a month's name is before the day too: "June 30 and 1 July"."""
_MONTH_FIRST = Form(
    rf"\b{_MONTH}\s+(?:the\s+)?{_DAY}(?:{_TILL}{_DAY})?{_YEAR}",
    rf"{_ANY_MONTH}[a-z]*\.?\s+(?:the\s+)?\d",
)
_MONTH_YEAR = Form(
    rf"\b{_MONTH},?\s+(?:of\s+)?(\d{{4}})\b", rf"{_ANY_MONTH}[a-z]*\.?,?\s+(?:of\s+)?\d{{4}}"
)
_SLASHED = Form(
    r"(\d(?<![\d/.-]\d)\d?)([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])", _ISO.hint.pattern
)
_SLASHED_SHORT = Form(r"(?<![\d/])(\d{1,2})/(\d{1,2})(?![\d/])", r"\d/\d")
_DAY_ALONE = Form(r"\bthe\s+(\d{1,2})(?:st|nd|rd|th)\b", r"\d(?:st|nd|rd|th)\b")
_COUNT = rf"(\d{{1,4}}|{'|'.join(WORDS)})"
_AHEAD = Form(
    rf"\bin\s+{_COUNT}\s+(day|week)s?\b|\b{_COUNT}\s+(day|week)s?\s+(?:from\b|later\b|after\b)",
    r"in\s+\w+\s+(?:day|week)|(?:day|week)s?\s+(?:from|later|after)",
)
_AGO = Form(
    rf"\b{_COUNT}\s+(day|week)s?\s+(?:ago|before|earlier)\b",
    r"(?:day|week)s?\s+(?:ago|before|earlier)",
)
_OFFSETS = {
    "day after tomorrow": 2,
    "tomorrow": 1,
    "today": 0,
    "tonight": 0,
    "this morning": 0,
    "this afternoon": 0,
    "this evening": 0,
    "yesterday": -1,
    "next week": 7,
    "last week": -7,
}
_NAMED_DAY = r"(mon|tue|wed|thu|fri|sat|sun|weekend)(?:s|nes|rs|ur)?(?:day)?s?\b"
_WEEKDAY = Form(rf"\b(next|last|past)?\s*{_NAMED_DAY}", _NAMED_DAY)
_CLOCK = Form(
    r"(\d(?<![\d:.]\d)\d?)(?:"
    r"(?:[:.]([0-5]\d))?(?::[0-5]\d(?:\.\d+)?)?\s?([ap])\.?m\b\.?"
    r"|(?<![3-9]\d)(?<!2[5-9]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?:z\b)?(?!\d|:\d))",
    r"\d(?::[0-5]\d|\s?[ap]\.?m)",
)
_HOURS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_HOUR = rf"(\d{{1,2}}|{_HOURS})"
_TOWARDS = "at by until till before after from around about to between and".split()
_LOOSE = Form(
    rf"\b(?:{'|'.join(_TOWARDS)})\s+{_HOUR}(?![\d:.,/%\w])"
    rf"|\b{_HOUR}\s+(?:o.?clock|in the (?:morning|afternoon|evening)|at night)"
    rf"|\b{_HOUR}\s?(?:-|to)\s?\d{{1,2}}(?::\d\d)?\s?[ap]\.?m\b",
    r"|".join(rf"{word}\s+(?:{_HOURS}|\d\d?(?![\d:.,/%\w]))" for word in _TOWARDS)
    + r"|clock|in the (?:m|a|e)|at night|-\s?\d{1,2}(?::\d\d)?\s?[ap]|to\d",
)
_PAST = Form(rf"\b(half|quarter)\s+(past|to)\s+{_HOUR}\b", "half|quarter")
_TAKEN = (
    re.compile(
        r"\d(?:[-/.]\d|:[0-5]\d|\s?[ap]\.?m"
        rf"|(?:st|nd|rd|th)?\s+(?:of\s+)?{_ANY_MONTH})"
    ),
    re.compile(rf"{_ANY_MONTH}[a-z]*\.?,?\s+(?:of\s+|the\s+)?\d"),
)
"""One of these is in every match of a form that is taken out of the text."""
_HINT = re.compile(
    r"\d|day|week|morrow|tonight|noon|midnight|morning|evening|clock|past|quarter|\bat\b"
)

FAR = 366  # days; a date without a year is the next or the last one of that name
SOON = {"": (0, 7), "next": (0, 14), "last": (-7, -1), "past": (-7, -1)}
"""Days from today within which a weekday's name falls."""


@dataclass(frozen=True, slots=True)
class When:
    """The dates and times that a text says."""

    dates: frozenset[str] = frozenset()
    """"2026-05-03", and "2026-05" where only a month is said."""
    days: frozenset[str] = frozenset()
    """Without a year: "05-03"; without a month: "03"."""
    offsets: frozenset[int] = frozenset()
    """Days from today."""
    weekdays: frozenset[tuple[int, str]] = frozenset()
    """(0 for Monday, "next" or "last" or "")."""
    times: frozenset[str] = frozenset()
    """"14:30"; "2:30" without am or pm is both of its readings."""
    rest: str = field(default="", compare=False)
    """The text without its dates and times."""

    def names(self, day: dt.date, today: dt.date | None, years: frozenset[int]) -> bool:
        """True when the text says this day; `today` and known `years` complete what it leaves out.

        Rejects  "3 May" where neither the year nor today is known: any year would be invented
        """
        if day.isoformat() in self.dates:
            return True
        if f"{day:%m-%d}" in self.days and day.year in years:
            return True
        if today is None:
            return False
        ahead = (day - today).days
        return (
            ahead in self.offsets
            or (f"{day:%m-%d}" in self.days and abs(ahead) <= FAR)
            or (f"{day:%d}" in self.days and abs(ahead) <= 31)  # noqa: PLR2004 - a month
            or any(
                weekday == day.weekday() and SOON[which][0] <= ahead <= SOON[which][1]
                for weekday, which in self.weekdays
            )
        )


class _Reader:
    """Takes dates and times out of a text, one pattern after the other, and keeps them."""

    def __init__(self, text: str) -> None:
        self.rest = text
        self.dates: set[str] = set()
        self.days: set[str] = set()
        self.times: set[str] = set()

    def keep(self, year: str | None, month: int, *on: str | None) -> str:
        """Keep the days of a month that exist; give those back that do not."""
        wrong = []
        for day in (d for d in on if d):
            if not valid(int(year or 2000), month, int(day)):
                wrong.append(day)
            elif year is None:
                self.days.add(f"{month:02}-{int(day):02}")
            else:
                self.dates.add(f"{year}-{month:02}-{int(day):02}")
        return " ; ".join(wrong)

    def take(self, form: Form, kept: Callable[[re.Match[str]], str | None]) -> None:
        """Keep every match, and leave in its place what `kept` gives back."""
        self.rest = form.sub(lambda match: f" ; {kept(match) or ''}", self.rest)

    def iso(self, match: re.Match[str]) -> str:
        return self.keep(match[1], int(match[2]), match[3])

    def slashed(self, match: re.Match[str]) -> None:
        self.either(match[4] if len(match[4]) == 4 else f"20{match[4]}", match[1], match[3])  # noqa: PLR2004 - "26" is 2026

    def either(self, year: str | None, first: str, second: str) -> None:
        """Keep both readings of 5/3: people write it both ways."""
        for day, month in ((first, int(second)), (second, int(first))):
            if 1 <= month <= 12:  # noqa: PLR2004 - months
                self.keep(year, month, day)

    def day_first(self, match: re.Match[str]) -> str:
        days, month, year = match.groups()
        return self.keep(year, _month(month), *_DIGITS.findall(days))

    def day_between(self, match: re.Match[str]) -> str:
        before, days, month, year = match.groups()
        on = _DIGITS.findall(days)
        if before and len(on) > 1:  # "June 30 and 1 July"
            self.keep(year, _month(before), on.pop(0))
        return self.keep(year, _month(month), *on)

    def month_first(self, match: re.Match[str]) -> str:
        wrong = self.keep(match[4], _month(match[1]), match[2])
        self.keep(match[4], _month(match[1]), match[3])
        return f"{wrong} ; {match[3] or ''}"  # "May 3 and 2 rooms": it may be a number after all

    def month_alone(self, match: re.Match[str]) -> None:
        self.dates.add(f"{match[2]}-{_month(match[1]):02}")

    def clock(self, match: re.Match[str]) -> None:
        self.times.update(_clock(match))


def read(text: str) -> When:
    """Read the dates and times off lower-case text."""
    if not _HINT.search(text):
        return When(rest=text)
    reader = _Reader(text)
    taken = any(hint.search(text) for hint in _TAKEN)
    if taken:
        reader.take(_ISO, reader.iso)
        reader.take(_SLASHED, reader.slashed)
        if _DAY_BETWEEN.hint.search(reader.rest):
            reader.take(_DAY_BETWEEN, reader.day_between)
        else:
            reader.take(_DAY_FIRST, reader.day_first)
        reader.take(_MONTH_FIRST, reader.month_first)
        reader.take(_MONTH_YEAR, reader.month_alone)
    reader.times.update(_loose_times(reader.rest))
    if taken:
        reader.take(_CLOCK, reader.clock)
    for match in _SLASHED_SHORT.find(reader.rest):
        reader.either(None, match[1], match[2])
    reader.days.update(f"{int(m[1]):02}" for m in _DAY_ALONE.find(reader.rest))
    return When(
        dates=frozenset(reader.dates),
        days=frozenset(reader.days),
        offsets=frozenset(_offsets(reader.rest)),
        weekdays=frozenset(_weekdays(reader.rest)),
        times=frozenset(reader.times),
        rest=reader.rest,
    )


def clocks(text: str) -> Iterator[tuple[str, ...]]:
    """Give the readings of each time written as a clock shows it, in lower-case text."""
    for match in _CLOCK.find(text):
        if readings := tuple(_clock(match)):
            yield readings


def valid(year: int, month: int, day: int) -> bool:
    """True for a day that exists."""
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


def as_date(text: str) -> dt.date | None:
    """Read an ISO date; None when it is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _month(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1


def _clock(match: re.Match[str]) -> Iterator[str]:
    hour, minute, half, minute24 = match.groups()
    if half:
        if 1 <= int(hour) <= 12:  # noqa: PLR2004 - a clock face
            yield f"{int(hour) % 12 + 12 * (half == 'p'):02}:{minute or '00'}"
        return
    yield f"{int(hour) % 24:02}:{minute24}"
    machine = match[0].count(":") > 1  # who writes the seconds counts to 24
    if not machine and (len(hour) == 1 or hour in ("10", "11", "12")):
        yield f"{(int(hour) + 12) % 24:02}:{minute24}"


def _loose_times(text: str) -> Iterator[str]:
    """Read "at 7", "nine o'clock", "half past two", "noon": both halves of the day."""
    for match in _LOOSE.find(text):
        yield from _both(match[1] or match[2] or match[3], 0)
    for match in _PAST.find(text):
        part, side, hour = match.groups()
        minutes = 30 if part == "half" else 15
        yield from _both(hour, minutes if side == "past" else -minutes)
    if "noon" in text:
        yield "12:00"
    if "midnight" in text:
        yield "00:00"


def _both(hour: str, minutes: int) -> Iterator[str]:
    clock = (int(hour) if hour.isdigit() else WORDS[hour]) * 60 + minutes
    for half in (0, 720):
        hours, rest = divmod((clock + half) % 1440, 60)
        yield f"{hours:02}:{rest:02}"


def _offsets(text: str) -> Iterator[int]:
    yield from (days for word, days in _OFFSETS.items() if word in text)
    for match in _AHEAD.find(text):
        yield _span(match[1] or match[3], match[2] or match[4])
    for match in _AGO.find(text):
        yield -_span(match[1], match[2])


def _span(count: str, unit: str) -> int:
    return (int(count) if count.isdigit() else WORDS[count]) * (7 if unit == "week" else 1)


def _weekdays(text: str) -> Iterator[tuple[int, str]]:
    for match in _WEEKDAY.find(text):
        which, name = match[1] or "", match[2]
        if name == "weekend":
            yield from ((5, which), (6, which))
        else:
            yield _WEEKDAYS.index(name), which
