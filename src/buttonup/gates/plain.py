"""A quick look at a text: its values, where it writes them in the plainest forms only.

Most answers write "5 June 2026", "14:30", "€1,250.50", "HI-36685" and names as results hold them.
Where every digit and every quotation of a text is part of such a value, a look-up of exact values
says all that a reading of the text would; where not, `plainly` gives None and the text is read.
`glance` also takes values that may say more than they do as they stand ("25 %", "3-bedroom"): to
find them in a result as they are is enough, but only a reading can say that they are unknown.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from buttonup.gates.numerals import Number, Numeral, tidy, usable
from buttonup.records import Json

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_NUMBER_OF = {month: n for n, month in enumerate(_MONTHS, 1)}
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_WHOLE = r"(?:\d{0,2}(?:,\d{3}){1,4}|\d{0,14})(?:\.\d{1,15})?"
"""A number but for its first digit."""
_DAYS = rf"(?:,| to| and| until|-|\u2013) ?\d{{1,2}} {_MONTH}"
_VALUE = re.compile(
    r"[\d\"\u201c\u201d](?:"
    r"(?<=\")(?P<quoted>[^\"\n]{2,120})\""
    r"|(?<=\u201c)(?P<curly>[^\"\u201c\u201d\n]{2,120})\u201d"
    r"|(?<=[A-Za-z]-\d)[\w-]*(?P<id>)"
    rf"|(?<=\d)(?<!\w\d)\d? {_MONTH} \d{{4}}(?![\w/-]|:\d)(?P<day>)"
    r"|(?<=\d)(?<![\w:.]\d)\d:\d\d(?![\d:]| ?[ap]\.?m)(?P<time>)"
    rf"|(?<=\d)(?<![\w.,:/-]\d)(?P<money>(?<=€\d))?{_WHOLE}"
    rf"(?![\w/°]|-[^a-z]|[.,:]\w| [apAP]\.?[mM]| {_MONTH}|(?(money)(?!)|{_DAYS}))(?P<number>)"
    r"|(?P<unread>))"
)
"""Begins with plain characters, few of which a text has: what does is found some times quicker."""
_MONTH_BEFORE = re.compile(rf"{_MONTH}\s+(?:the\s+)?\Z")
_DOUBT = re.compile(rf"[:%-]| %|{_DAYS}")
"""Behind a number: it may be more than that, a share or a part of a word."""
_HEAD = re.compile(r"(?:^|[^\w.@-])([A-Za-z]+-(?:[A-Za-z]+-)?)$")
"""What an id has before its first digit."""


@dataclass(frozen=True, slots=True)
class Plain:
    """The values of a text that writes them plainly."""

    words: frozenset[str]
    """Quotations and ids."""
    days: frozenset[str]
    """As results hold them: "2026-06-05"."""
    times: frozenset[str]
    numbers: frozenset[Number]
    numerals: tuple[Numeral, ...]
    """The numbers as they are written."""
    strings: frozenset[str]
    """All but the numbers."""
    sure: bool
    """False where a value may say something else besides."""


@functools.lru_cache(maxsize=64)
def glance(text: str) -> Plain | None:
    """Look at a text; None when it has a digit or a quotation that must be read."""
    sure = True
    words, days, times = set[str](), set[str](), set[str]()
    numerals: list[Numeral] = []
    for match in _VALUE.finditer(text):
        match match.lastgroup:
            case "number" if _MONTH_BEFORE.search(text, max(match.end() - 40, 0), match.start()):
                return None
            case "number":
                sure = sure and not _DOUBT.match(text, match.end())
                numerals.append(_numeral(match[0]))
            case "day":
                sure = sure and not text.startswith(":", match.end())
                day, month, year = match[0].split(" ")
                days.add(f"{year}-{_NUMBER_OF[month]:02}-{int(day):02}")
            case "time":
                times.add(match[0])
            case "quoted":
                words.add(match["quoted"])
            case "curly":
                sure = False
                words.add(match["curly"])
            case "id" if head := _head(text, match.start()):
                words.add(head + match[0])
            case _:
                return None
    numbers = frozenset(tidy(n.value) for n in numerals)
    strings = frozenset(words | days | times)
    return Plain(
        frozenset(words), frozenset(days), frozenset(times), numbers, tuple(numerals), strings, sure
    )


def plainly(text: str) -> Plain | None:
    """Look at a text; None when it has a value that may say something else besides."""
    values = glance(text)
    return values if values is not None and values.sure else None


def _head(text: str, start: int) -> str:
    """Give what stands before the first digit of an id; "" when it is no id."""
    match = _HEAD.search(text[text.rfind(" ", 0, start) + 1 : start])
    return match[1] if match else ""


def _numeral(text: str) -> Numeral:
    digits = text.replace(",", "")
    whole, _, fraction = digits.partition(".")
    value = float(digits) if fraction else int(digits)
    return Numeral(text, whole, value, len(fraction))


def says(text: str, fact: Json) -> bool:
    """Say whether a text plainly says a value; False says nothing."""
    if isinstance(fact, str) and _stands_in(fact, text):
        return True
    values = glance(text)
    if values is None:
        return False
    if isinstance(fact, str):
        return fact in values.strings
    return usable(fact) and tidy(fact) in values.numbers


def _stands_in(value: str, text: str) -> bool:
    """Say whether a text has a value as it is, and no word goes on before or behind it."""
    at = text.find(value)
    if at < 0 or not value:
        return False
    before, after = text[at - 1 : at], text[at + len(value) : at + len(value) + 1]
    return not before.isalnum() and not after.isalnum()
