"""Numbers as people write them: 1,200 - €1,200.50 - 5k - 15 % - twelve - a dozen - two weeks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

Number = int | float

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
_ARTICLES = {"a": 1, "an": 1, "once": 1, "both": 2, "couple": 2, "pair": 2, "twice": 2}
_NOTHING = {"no": 0, "free": 0}  # "free" of what costs nothing
WORDS: dict[str, int] = {
    **{word: n for n, word in enumerate(_SMALL)},
    **{word: 10 * n for n, word in enumerate(_TENS, 2)},
    **{word: n for n, word in enumerate(_ORDINALS, 1)},
    **_ARTICLES,
    **_NOTHING,
}
_MULTIPLES = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_SIGNS = {"%": 0.01, "percent": 0.01, "k": 1000, "m": 10**6, "bn": 10**9}
_UNITS = {"week": 7, "hour": 60, "hr": 60, "minute": 60, "year": 12, "km": 1000, "kg": 1000}
_SCALES: dict[str, float] = {**_MULTIPLES, **_SIGNS, **_UNITS}
"""What may follow a number and changes it: "two weeks" says 2 and also 14 (days)."""

_IDIOMS = {"half an hour": 30, "hour and a half": 90, "half a dozen": 6, "fortnight": 14}
_SCALE = (
    r"(?:\s?(%|percent|k|m|bn|dozen|hundred|thousand|million|billion)|[\s-]?(weeks?|hours?|hrs?"
)
_SCALE += r"|minutes?|years?|km|kg))?(?![a-z])"
_DIGITS = re.compile(
    r"(?<![\w.])(?<![a-z]-)(-?)(\d{1,3}(?:,\d{3})+(?!\d)|\d{1,15}(?!\d))(\.\d{1,15})?"
    rf"(?:{_SCALE})?"
)
_COUNTING = sorted({*WORDS, *_MULTIPLES}, key=lambda word: (word[0], -len(word)))
_WORD = "|".join(
    f"{first}(?:{'|'.join(word[1:] for word in words)})"
    for first, words in groupby(_COUNTING, lambda word: word[0])
)
"""Longer words before shorter ones; by their first letters, so that few are tried at a place."""
_WORDED = re.compile(rf"\b(?:{_WORD})(?:(?:\s+and\s+|\s+|-)(?:{_WORD}))*\b{_SCALE}")
_SPLIT = re.compile(r"[\s-]+")


LARGE = 10**15  # whole numbers below it are exact as floats


class Numeral(NamedTuple):
    """A number written in digits."""

    text: str
    digits: str
    """As written: "1,200"."""
    value: Number
    places: int
    """Digits after the point, as written."""
    scale: float = 1
    """What the word or sign after it multiplies by."""


def numerals(text: str) -> Iterator[Numeral]:
    """Read the numbers in digits off lower-case text; digits inside identifiers are none."""
    for match in _DIGITS.finditer(text):
        sign, whole, fraction, scale, unit = match.groups()
        digits = whole.replace(",", "")
        value = float(digits + fraction) if fraction else int(digits)
        by = _SCALES.get(scale or (unit or "").removesuffix("s"), 1)
        places = len(fraction or ".") - 1
        yield Numeral(match[0].strip(), whole, -value if sign else value, places, by)


def numbers_in(text: str) -> frozenset[Number]:
    """Give every number that lower-case text says, in digits or in words."""
    return numbers_in_digits(text) | numbers_in_words(text)


def numbers_in_digits(text: str) -> frozenset[Number]:
    """Give the numbers in digits: as written, without their signs, and scaled."""
    said: set[Number] = set()
    for numeral in numerals(text):
        value = numeral.value
        said.update((value, abs(value), tidy(value * numeral.scale)))
    return frozenset(said)


def numbers_in_words(text: str) -> frozenset[Number]:
    """Give the numbers in words: "twenty-five", "two weeks", "half an hour"."""
    said: set[Number] = set()
    for match in _WORDED.finditer(text):
        by = _SCALES.get(match[1] or (match[2] or "").removesuffix("s"), 1)
        worded = match[0].removesuffix(match[1] or match[2] or "")
        for value in _worded([word for word in _SPLIT.split(worded) if word]):
            said |= {value, tidy(value * by)}
    said.update(value for idiom, value in _IDIOMS.items() if idiom in text)
    return frozenset(said)


def tidy(value: Number) -> Number:
    """Take off what binary fractions add: 0.1 + 0.2 is 0.3."""
    return round(value, 6)


def usable(value: object) -> bool:
    """True for a number that arithmetic is safe on: not a bool, not huge, not infinite."""
    return isinstance(value, int | float) and not isinstance(value, bool) and -LARGE < value < LARGE


def _worded(words: list[str]) -> Iterator[Number]:
    """Put number words together; words that do not join are numbers of their own."""
    total, current, begun = 0, 0, False
    for word in words:
        if word == "and":
            continue
        by = _MULTIPLES.get(word)
        if by is not None and by >= 1000:  # noqa: PLR2004 - thousands and up close a group
            total, current = total + (current or 1) * by, 0
        elif by is not None:
            current = (current or 1) * by
        else:
            value = WORDS[word]
            if begun and (value == 0 or current % (10 if value < 10 else 100)):  # noqa: PLR2004 - "twenty" takes "five", "five" takes nothing
                yield total + current
                total, current = 0, 0
            current += value
        begun = True
    if begun:
        yield total + current
