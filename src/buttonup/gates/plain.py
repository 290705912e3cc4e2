"""A quick look at a text: its values, where it writes them in the plainest forms only.

Most texts write "5 June 2026", "14:30", "€1,250.50", "HI-36685" and names as results hold them.
A reading of the text would find such a value too, whatever else stands beside it. Where every
digit and every quotation is part of one, the text is looked at as a *whole*: to find its values in
results as they are is enough to say that they are known. Where besides none may say more than it
does as it stands ("25 %", "3-bedroom"), `plainly` gives them; else only a reading can say that one
is unknown.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from buttonup.gates.dates import FAR, as_date
from buttonup.gates.numerals import Number, Numeral, tidy, usable
from buttonup.records import Json

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_NUMBER_OF = {month: n for n, month in enumerate(_MONTHS, 1)}
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_WHOLE = r"(?:\d{0,2}(?:,\d{3}){1,4}|\d{0,14})(?:\.\d{1,15})?"
"""A number but for its first digit."""
_NTH = r"\d{1,2}(?:st|nd|rd|th)?"
_TILL = r"\s*(?:,|-|\u2013|&|to\b|and\b|until\b|till\b|through\b)\s*(?:the\s+)?"
_DAYS = rf"(?:{_TILL}{_NTH})+\s+(?:of\s+)?{_MONTH}"
"""Behind a number: it is the first of several days."""
_VALUE = re.compile(
    r"[\d\"\u201c\u201d](?:"
    r"(?<=\")(?P<quoted>[^\"\n]{2,120})\""
    r"|(?<=\u201c)(?P<curly>[^\"\u201c\u201d\n]{2,120})\u201d"
    r"|(?<=[A-Za-z]-\d)[\w-]*(?P<id>)"
    r"|(?<=[A-Z]\d)(?<![\w.@-][A-Z]\d)\d{0,3}(?![\w/:.@#-]\w|\w)(?P<place>)"
    rf"|(?<=\d)(?<!\w\d)\d? {_MONTH} \d{{4}}(?![\w/-]|:\d)(?P<day>)"
    rf"|(?<=\d)(?<![^\s(]\d)\d? {_MONTH}(?![\w/-]|:\d|,?\s+(?:of\s+)?\d)(?P<yearless>)"
    r"|(?<=\d)(?<![\w:.]\d)\d:\d\d(?![\d:]| ?[ap]\.?m)(?P<time>)"
    rf"|(?<=\d)(?<![\w.,:/-]\d)(?P<money>(?<=€\d))?{_WHOLE}"
    rf"(?![\w/°]|-[^a-z]|[.,:]\w| [apAP]\.?[mM]| {_MONTH}|(?(money)(?!)|{_DAYS}))(?P<number>)"
    r"|(?P<unread>))"
)
"""Begins with plain characters, few of which a text has: what does is found some times quicker."""
_MONTH_FIRST = re.compile(
    rf"(?<![\w-])({_MONTH}) (\d{{1,2}})(?:, (\d{{4}})\b)?"
    rf"(?![\w/:-]|[.,]\w|{_TILL}\d|,?\s+(?:of\s+)?(?:\d|{_MONTH}))"
)
_MONTH_BEFORE = re.compile(rf"{_MONTH}\s+(?:the\s+)?(?:{_NTH}(?:{_TILL}{_NTH})?,?\s+(?:of\s+)?)?\Z")
"""In front of a number: it is a day, or the year behind one."""
_DAY_BEFORE = re.compile(r"\d(?:st|nd|rd|th)?\s+(?:of\s+)?\Z")
"""In front of a month: it is that day's."""
_DOUBT = re.compile(rf"[:%-]| %|{_DAYS}")
"""Behind a number: it may be more than that, a share or a part of a word."""
_HEAD = re.compile(r"(?:^|[^\w.@-])([A-Za-z]+-(?:[A-Za-z]+-)?)$")
"""What an id has before its first digit."""


class Plain(NamedTuple):
    """The values that a text writes plainly."""

    words: frozenset[str]
    """Quotations, ids, and places such as "D5"."""
    days: frozenset[str]
    """As results hold them: "2026-06-05"."""
    yearless: frozenset[str]
    """Days without their year: "06-05"."""
    times: frozenset[str]
    numerals: tuple[Numeral, ...]
    """The numbers as they are written."""
    numbers: frozenset[Number]
    strings: frozenset[str]
    """Words, days and times."""
    whole: bool
    """False where the text has a digit or a quotation that must be read."""
    sure: bool
    """False where it is not whole, or a value may say something else besides."""


@functools.lru_cache(maxsize=64)
def glance(text: str) -> Plain:
    """Look at a text."""
    found: dict[str, set[str]] = {"word": set(), "day": set(), "yearless": set(), "time": set()}
    numerals: list[Numeral] = []
    unread = doubt = False
    for match in _VALUE.finditer(text):
        if match.lastgroup == "number":
            start, end = match.span()
            if text[start - 1].isspace() and _MONTH_BEFORE.search(text, max(start - 40, 0), start):
                unread = True
                continue
            numerals.append(_numeral(match[0]))
            doubt = doubt or _DOUBT.match(text, end) is not None
        elif value := _value(match, text):
            kind, as_held = value
            found[kind].add(as_held)
            doubt = doubt or match.lastgroup in ("curly", "place")
            doubt = doubt or (kind == "day" and text.startswith(":", match.end()))
        else:
            unread = True
    if unread:
        for kind, day in _month_first(text):
            found[kind].add(day)
    words, days, yearless, times = map(frozenset, found.values())
    whole = not (unread or yearless)
    return Plain(
        words=words,
        days=days,
        yearless=yearless,
        times=times,
        numerals=tuple(numerals),
        numbers=frozenset([tidy(n.value) for n in numerals]),
        strings=words | days | times,
        whole=whole,
        sure=whole and not doubt,
    )


def plainly(text: str) -> Plain | None:
    """Look at a text; None when it has a value that may say something else besides."""
    values = glance(text)
    return values if values.sure else None


def _value(match: re.Match[str], text: str) -> tuple[str, str] | None:
    """Give a value that is no number as results hold it, and its kind; None for what is unread."""
    match match.lastgroup:
        case "day" | "yearless" as kind:
            day, month, *year = match[0].split(" ")
            return kind, "-".join([*year, f"{_NUMBER_OF[month]:02}", f"{int(day):02}"])
        case "time":
            return "time", match[0]
        case "quoted" | "curly" as quotation:
            return "word", match[quotation]
        case "place":
            return "word", text[match.start() - 1 : match.end()]
        case "id" if head := _head(text, match.start()):
            return "word", head + match[0]
    return None


def _month_first(text: str) -> Iterator[tuple[str, str]]:
    """Give the days that are written "June 5", with their year or without."""
    for match in _MONTH_FIRST.finditer(text):
        if not _DAY_BEFORE.search(text, max(match.start() - 12, 0), match.start()):
            month, day, year = match.groups()
            yearless = f"{_NUMBER_OF[month]:02}-{int(day):02}"
            yield ("day", f"{year}-{yearless}") if year else ("yearless", yearless)


def _head(text: str, start: int) -> str:
    """Give what stands before the first digit of an id; "" when it is no id."""
    match = _HEAD.search(text[text.rfind(" ", 0, start) + 1 : start])
    return match[1] if match else ""


def _numeral(text: str) -> Numeral:
    if text.isdecimal():
        return Numeral(text, text, int(text), 0)
    digits = text.replace(",", "")
    whole, _, fraction = digits.partition(".")
    value = float(digits) if fraction else int(digits)
    return Numeral(text, whole, value, len(fraction))


def says(text: str, fact: Json, today: dt.date | None = None) -> bool:
    """Say whether a text plainly says a value; False says nothing.

    `today` completes days without a year, where one is known.
    """
    if not isinstance(fact, str):
        return usable(fact) and tidy(fact) in glance(text).numbers
    if stands_in(fact, text):
        return True
    values = glance(text)
    return fact in values.strings or (
        today is not None
        and fact[5:] in values.yearless
        and (day := as_date(fact)) is not None
        and abs((day - today).days) <= FAR
    )


def stands_in(value: str, text: str) -> bool:
    """Say whether a text has a value as it is, and no word goes on before or behind it."""
    at = text.find(value)
    if at < 0 or not value:
        return False
    before, after = text[at - 1 : at], text[at + len(value) : at + len(value) + 1]
    return not before.isalnum() and not after.isalnum()
