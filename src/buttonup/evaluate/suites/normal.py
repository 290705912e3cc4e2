"""Argument values as they compare: case, white space, dates and numbers are how they are written.

A date that can be read in two ways, such as 8.7.2026, stays as it is; so does a number with zeros
before it, which is an identifier.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from buttonup.gates.dates import read, valid
from buttonup.records import Json

_SPACE = re.compile(r"\s+")
_EAST_ASIAN = re.compile(r"(\d{4})[年년]\s?(\d{1,2})[月월]\s?(\d{1,2})[日일]")
_PLAIN = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?")
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(?:[,' \u2019]\d{3})+(?:\.\d+)?")
_GROUPED_BY_POINT = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+,\d+")
_COMMA = re.compile(r"[+-]?(?:0|[1-9]\d*),(?:\d{1,2}|\d{4,})")
_ARABIC = str.maketrans("\u066b\u066c", ".,")  # its marks for decimals and for thousands
LARGE = 10**15  # beyond it, floating point takes different integers for one


def normal(value: Json) -> Any:
    """Give what equals for values that differ only in how they are written."""
    match value:
        case str():
            return _text(value)
        case bool() | None:
            return value
        case int() | float():
            return _number(float(value)) if -LARGE < value < LARGE else value
        case list():
            return [normal(one) for one in value]
        case dict():
            return {key: normal(one) for key, one in value.items()}
    return value


def _text(text: str) -> Json:
    plain = "".join(map(_digit, unicodedata.normalize("NFKC", text).translate(_ARABIC)))
    plain = _SPACE.sub(" ", plain).strip().casefold()
    for found in _as_number(plain):
        return found
    return _as_date(plain) or plain


def _digit(character: str) -> str:
    """Give a digit of any script as the one that it is."""
    number = unicodedata.decimal(character, None)
    return character if number is None else str(number)


def _as_number(text: str) -> Iterator[Json]:
    if _PLAIN.fullmatch(text):
        yield _number(float(text))
    elif _GROUPED.fullmatch(text):
        yield _number(float(re.sub(r"[,' \u2019]", "", text)))
    elif _GROUPED_BY_POINT.fullmatch(text):
        yield _number(float(text.replace(".", "").replace(",", ".")))
    elif _COMMA.fullmatch(text):
        yield _number(float(text.replace(",", ".")))


def _number(value: float) -> Json:
    """Give a number such that 5, 5.0 and "5" are one; never a bool, which equals 1 in Python."""
    return ("number", value)


def _as_date(text: str) -> Json:
    if (found := _EAST_ASIAN.fullmatch(text)) and valid(*map(int, found.groups())):
        year, month, day = map(int, found.groups())
        return ("date", f"{year}-{month:02}-{day:02}")
    when = read(text)
    whole = len(when.dates) == 1 and not when.rest.strip(" ;")
    [date] = when.dates if whole else [""]
    return ("date", date) if len(date) == len("2026-07-08") else None
