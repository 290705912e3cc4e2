"""What a text says, normalised: so that "€1,200 on May 3rd" supports 1200 and 2026-05-03.

Every reading is of one text alone. The phrase form is the text's words, lower case, without accents
and punctuation, with a space on each side: then "is this value said" is a substring test that
stops at word boundaries ("art" is not in " start ").
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Set as AbstractSet
from functools import lru_cache

from buttonup.gates.dates import When, as_date, read
from buttonup.gates.numerals import (
    Number,
    numbers_in_digits,
    numbers_in_words,
    tidy,
    usable,
)
from buttonup.once import lazily

_WORDS = re.compile(r"[a-z0-9]+")
_WORDS_ANY = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_FOLDABLE = re.compile(r"[^\x00-\x7f€\u2018\u2019\u201c\u201d]")
_MARKS = re.compile(r"[\u0300-\u036f]")
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Scripts written without spaces: each character is a word."""
_IDENTIFIER = re.compile(
    r"(?<![\w.-])(?=[\w/:.@#-]*\d)[a-z]\w*(?:[-_./:@#]+\w+)*|[\w.+-]+@[\w.-]+\w"
)
_SUFFIXES = ("ings", "ing", "ies", "ed", "es", "s", "ly", "er", "e", "y")
_FILLER = frozenset(
    "a an the of for to in on at by with and or from is are be my me i your you it its this that "
    "as about please into near around".split()
)
_CODES = dict(
    pair.split(":")
    for pair in (
        "usd:dollar eur:euro gbp:pound jpy:yen inr:rupee cny:yuan en:english es:spanish fr:french "
        "de:german it:italian pt:portuguese ja:japanese zh:chinese ko:korean ru:russian ar:arabic "
        "nl:dutch hi:hindi tr:turkish pl:polish"
    ).split()
)
"""Codes that stand for a word that everybody says instead."""
_RAISED = dict.fromkeys(map(ord, "⁰¹²³⁴⁵⁶⁷⁸⁹"))  # "m²" is a unit, and "m2" would be an identifier
_DASHES = re.compile(r"[\u2010-\u2014\u2212]")
_SYMBOLS = str.maketrans({"$": " dollar ", "€": " euro ", "£": " pound ", "¥": " yen "})


def fold(text: str) -> str:
    """Lower the case, take off accents and raised digits, and make every dash a hyphen."""
    text = text.casefold()
    if text.isascii() or not _FOLDABLE.search(text):
        return text
    text = _DASHES.sub("-", text.translate(_RAISED))
    return _MARKS.sub("", unicodedata.normalize("NFKD", text))


def phrase(folded: str) -> str:
    """Give the words of folded text with one space around each; "" when it has none."""
    if folded.isascii():
        words = _WORDS.findall(folded)
    else:
        words = _WORDS_ANY.findall(_UNSPACED.sub(r" \g<0> ", folded))
    return f" {' '.join(words)} " if words else ""


def stem(word: str) -> str:
    """Take off the ending: "repairs", "repaired" and "repair" are one word."""
    for suffix in _SUFFIXES:
        if len(word) - len(suffix) >= 3 and word.endswith(suffix):  # noqa: PLR2004 - a root
            return word.removesuffix(suffix)
    return word


WEEK_ENDS = (4, 6)  # days from the first day of a week to its Friday and its Sunday


class Said:
    """One text and what it says. Each reading is made when it is first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @lazily
    def folded(self) -> str:
        """The text, folded."""
        return fold(self.text)

    @lazily
    def phrase(self) -> str:
        """The words, each with a space around it."""
        return phrase(self.folded)

    @lazily
    def when(self) -> When:
        """The dates and times."""
        return read(self.folded)

    @lazily
    def numerals(self) -> frozenset[Number]:
        """The numbers in digits, those of dates and times left out."""
        return numbers_in_digits(self.when.rest)

    @lazily
    def numbers(self) -> frozenset[Number]:
        """The numbers in digits and in words."""
        return self.numerals | numbers_in_words(self.when.rest)

    @lazily
    def years(self) -> frozenset[int]:
        """The years: of its dates, and standing alone."""
        alone = {int(n) for n in self.numbers if 1900 <= n <= 2100}  # noqa: PLR2004 - in use
        return frozenset(alone | {int(date[:4]) for date in self.when.dates})

    @lazily
    def stems(self) -> frozenset[str]:
        """The words without their endings."""
        return frozenset(map(stem, phrase(self.folded.translate(_SYMBOLS)).split()))

    @lazily
    def content(self) -> tuple[str, ...]:
        """The words that carry meaning, numbers aside, without their endings."""
        words = self.phrase.split()
        if len(words) == 1 and words[0] in _CODES:
            return (stem(_CODES[words[0]]),)
        return tuple(stem(w) for w in words if w not in _FILLER and not w.isdigit())

    @lazily
    def identifiers(self) -> tuple[str, ...]:
        """The words with digits in them: order numbers, addresses; longest first."""
        runs = (run for run in self.when.rest.split() if not run.isalpha() and _DIGIT.search(run))
        found = {w for run in runs for w in _IDENTIFIER.findall(run) if any(map(str.isdigit, w))}
        return tuple(sorted(found, key=lambda word: (-len(word), word)))

    @lazily
    def is_moment(self) -> bool:
        """True when the whole text is a date, a time or both."""
        when = self.when
        return not phrase(when.rest) and bool(when.dates or when.times)

    @lazily
    def number(self) -> Number | None:
        """The number, when the whole text is one in digits."""
        try:
            value = float(self.folded.replace(",", "").lstrip("$€£"))
        except ValueError:
            return None
        return tidy(value) if usable(value) else None

    def counts(self, numbers: AbstractSet[Number]) -> bool:
        """True when one of some numbers is said here."""
        return not (numbers.isdisjoint(self.numerals) and numbers.isdisjoint(self.numbers))

    def has(self, value: Said) -> bool:
        """True when the words of a value stand here together, or its digits do (telephone)."""
        if value.phrase and value.phrase in self.phrase:
            return True
        digits = value.phrase.replace(" ", "")
        long = len(digits) >= 7 and digits.isdigit()  # noqa: PLR2004 - a telephone number
        return long and digits in self.phrase.replace(" ", "")

    def has_moment(self, value: Said, today: dt.date | None, years: frozenset[int]) -> bool:
        """True when all dates and times of a value are said here."""
        if not value.when.times <= self.when.times:
            return False
        known = self.years | years if self.when.days else years
        days = {date: as_date(date) for date in value.when.dates}
        return all(
            date in self.when.dates or (day is not None and self._names(day, today, known))
            for date, day in days.items()
        )

    def _names(self, day: dt.date, today: dt.date | None, years: frozenset[int]) -> bool:
        """Say whether a day is named here, or ends a week whose first day is."""
        if self.when.names(day, today, years):
            return True
        firsts = (day - dt.timedelta(days) for days in WEEK_ENDS) if "week" in self.folded else ()
        return any(self.when.names(first, today, years) for first in firsts)


@lru_cache(maxsize=4096)
def said(text: str) -> Said:
    """Read a text, once."""
    return Said(text)
