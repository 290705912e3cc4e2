"""How single values are said: dates, money, counts, lists. English."""

from __future__ import annotations

import datetime as dt
import functools
import random
import re
from collections.abc import Sequence

from buttonup.records import Json

NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()

MONTHS = (
    *("", "January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def spoken(kind: str | None, value: Json) -> str:
    """Say a value the way a written answer would: "5 June 2026", "€18.50", "in transit"."""
    match value:
        case str():
            return date_of(value) if kind == "Date" else value
        case bool():
            return "yes" if value else "no"
        case int() | float() if kind == "Money":
            return money(value)
        case float():
            return f"{value:g}"
        case None:
            return "none"
        case list():
            return listed([spoken(kind, v) for v in value])
        case _:
            return str(value)


def asked(
    kind: str | None, value: Json, rng: random.Random, today: dt.date, relative: float = 0.0
) -> str:
    """Say a value the way somebody who asks would: dates, times and money in several forms.

    `relative` is the chance that a near date is said from today: "tomorrow".
    """
    if kind == "Date" and isinstance(value, str):
        day = dt.date.fromisoformat(value)
        if (nearby := near(day, today)) and rng.random() < relative:
            return f"{MARK}{rng.choice(nearby)}"
        month = MONTHS[day.month]
        forms = [date(day), f"{month} {day.day}, {day.year}", value]
        forms += [f"{day.day} {month}", f"{month} {day.day}"] * 2 * (day.year == today.year)
        return rng.choice(forms)
    if kind == "Time" and isinstance(value, str):
        return rng.choice([value, value, half_day(value)])
    if kind == "Money" and not isinstance(value, bool) and isinstance(value, int | float):
        return rng.choice([money(value), money(value), f"{money(value)[1:]} euros"])
    if isinstance(value, int) and not isinstance(value, bool) and 2 <= value < len(NUMBERS):
        return rng.choice([str(value), NUMBERS[value]])
    return spoken(kind, value)


MARK = "\u0001"
"""Stands before a day that takes no "on": "tomorrow". `settled` takes it away again."""


def near(day: dt.date, today: dt.date) -> list[str]:
    """Say a day from today, where people would."""
    ahead = (day - today).days
    name = f"{day:%A}"
    if ahead in NEAR:
        return [NEAR[ahead]]
    if 2 < ahead < 7:
        return [f"this {name}", f"this coming {name}"]
    if 7 <= ahead < 14:
        return [f"next {name}"]
    return [f"{NUMBERS[ahead // 7]} weeks from today"] if ahead in (14, 21, 28) else []


NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow", 2: "the day after tomorrow"}


def settled(text: str, dropped: Sequence[str]) -> str:
    """Take away the words that do not go before "tomorrow" (`dropped`: "on"), and the marks."""
    if MARK not in text:
        return text
    return re.sub(rf"(?:\b(?:{'|'.join(dropped)}) )?{MARK}", "", text)


def half_day(time: str) -> str:
    """Say a time of day the way it is said with a half: "2:30 pm", "9 am"."""
    hour, minute = int(time[:2]), time[3:]
    said = f"{(hour - 1) % 12 + 1}" + (f":{minute}" if minute != "00" else "")
    return f"{said} {'am' if hour < 12 else 'pm'}"


def date(day: dt.date) -> str:
    """Say a date: "5 June 2026"."""
    return f"{day.day} {MONTHS[day.month]} {day.year}"


@functools.lru_cache(4096)
def date_of(written: str) -> str:
    """Say a date that is written as YYYY-MM-DD."""
    return date(dt.date.fromisoformat(written))


def money(amount: float) -> str:
    """Say an amount: "€18" or "€18.50"."""
    return f"€{amount:,.0f}" if amount == int(amount) else f"€{amount:,.2f}"


def counted(count: int, noun: str, plural: str) -> str:
    """Say how many: "one bike", "three bikes", "14 bikes"."""
    number = NUMBERS[count] if count < len(NUMBERS) else str(count)
    return f"{number} {noun if count == 1 else plural}"


def listed(parts: Sequence[str]) -> str:
    """Join: "a", "a and b", "a, b and c"."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


_LOOSE = tuple((f" {mark}", mark) for mark in ",.?!;")


def sentence(text: str) -> str:
    """Begin with a capital and end with a stop."""
    text = " ".join(text.split())
    for loose, mark in _LOOSE:
        text = text.replace(loose, mark)
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."


_TO_YOU = {"my": "your", "me": "you", "mine": "yours", "i": "you", "i'm": "you're"}
_TO_YOU |= {"i've": "you've", "i'd": "you'd", "i'll": "you'll", "myself": "yourself"}
_FIRST_PERSON = re.compile(
    r"\b(" + "|".join(sorted(_TO_YOU, key=len, reverse=True)) + r")\b", re.IGNORECASE
)


@functools.lru_cache(4096)
def to_you(text: str) -> str:
    """Turn what a user says of themselves into what is said to them: "my hire" -> "your hire"."""
    return _FIRST_PERSON.sub(lambda m: _TO_YOU[m[0].lower()], text)
