"""A quick look at a text: its values, where it writes them in the plainest forms only.

Most answers write "5 June 2026", "14:30", "€1,250.50", "HI-36685" and names as results hold them.
Where every digit and every quotation of a text is part of such a value, a look-up of exact values
says all that a reading of the text would; where not, `plainly` gives None and the text is read.
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
_DAY = rf"\d{{1,2}} (?:{'|'.join(_MONTHS)})"
_VALUE = re.compile(
    r'"(?P<quoted>[^"\n]{2,120})"'
    rf"|(?P<day>\b{_DAY} \d{{4}})(?![\w:/-])"
    r"|(?P<id>(?<![\w.@-])[A-Za-z][A-Za-z]*-(?:[A-Za-z]+-)?\d[\w-]*)"
    r"|(?P<time>(?<![\w:.])\d\d:\d\d)(?![\d:]| ?[ap]\.?m)"
    r"|€?(?<![\w.,:/-])(?P<number>\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,15})?|\d{1,15}(?:\.\d{1,15})?)"
    rf"(?![\w:/%°-]|[.,]\d| %|(?:,| to| and| until|-|\u2013) ?{_DAY}| (?:{'|'.join(_MONTHS)}))"
)
_MONTH_BEFORE = re.compile(rf"(?:{'|'.join(_MONTHS)})\s+(?:the\s+)?\Z")
_UNREAD = re.compile(r"[\d\"\u201c\u201d]")


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

    @property
    def strings(self) -> frozenset[str]:
        """All but the numbers."""
        return self.words | self.days | self.times


@functools.lru_cache(maxsize=64)
def plainly(text: str) -> Plain | None:
    """Look at a text; None when it has a digit or a quotation that must be read."""
    words, days, times = set[str](), set[str](), set[str]()
    numerals: list[Numeral] = []
    at = 0
    for match in _VALUE.finditer(text):
        if _UNREAD.search(text, at, match.start()):
            return None
        at = match.end()
        match match.lastgroup:
            case "number" if _MONTH_BEFORE.search(text, max(at - 40, 0), match.start()):
                return None
            case "number":
                numerals.append(_numeral(match["number"]))
            case "day":
                day, month, year = match["day"].split()
                days.add(f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}")
            case "time":
                times.add(match["time"])
            case _:
                words.add(match["quoted"] or match["id"])
    if _UNREAD.search(text, at):
        return None
    numbers = frozenset(tidy(n.value) for n in numerals)
    return Plain(frozenset(words), frozenset(days), frozenset(times), numbers, tuple(numerals))


def _numeral(text: str) -> Numeral:
    digits = text.replace(",", "")
    whole, _, fraction = digits.partition(".")
    value = float(digits) if fraction else int(digits)
    return Numeral(text, whole, value, len(fraction))


def says(text: str, fact: Json) -> bool:
    """Say whether a text plainly says a value; False says nothing."""
    values = plainly(text)
    if values is None:
        return False
    if not isinstance(fact, str):
        return usable(fact) and tidy(fact) in values.numbers
    if fact in values.strings:
        return True
    at = text.find(fact)
    if at < 0 or not fact:
        return False
    before, after = text[at - 1 : at], text[at + len(fact) : at + len(fact) + 1]
    return not before.isalnum() and not after.isalnum()
