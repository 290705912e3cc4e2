"""The day on which a request is made: so chosen that the dates it speaks of are right and to come.

"Sunday 22 June" leaves the year open, yet a function wants 2025-06-22. With the day stated, nothing
has to be guessed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import date, timedelta

YEARS = tuple(range(2024, 2031))  # every weekday falls on every date in one of these
MONTHS = (
    "january february march april may june july august september october november december".split()
)
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()

_MONTH = "|".join(MONTHS)
_WEEKDAY = rf"(?:({'|'.join(WEEKDAYS)}),? (?:the )?)?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_DATES = (
    re.compile(rf"{_WEEKDAY}{_DAY}(?: of)? ({_MONTH})\b", re.IGNORECASE),
    re.compile(rf"{_WEEKDAY}({_MONTH}) {_DAY}\b", re.IGNORECASE),
)
_YEAR = re.compile(r"\b20\d\d\b")


def today_for(request: str, rng: random.Random) -> date | None:
    """Choose the day that a request is made on; None where it states the year itself.

    (With the year stated nothing is left open, and the date may lie in the past.)
    Weekdays that the request gives to dates hold in the chosen year; the first date it names is
    one to thirty days ahead. Only English dates with a month's name are read; where there are
    none, or no year makes all of them right, the day is any.
    """
    if _YEAR.search(request):
        return None
    named = list(_dates(request))
    for year in rng.sample(YEARS, len(YEARS)):
        days = [_day(year, month, day) for _, day, month in named]
        right = (
            d is not None and w in (None, d.weekday())
            for d, (w, _, _) in zip(days, named, strict=True)
        )
        if days and all(right):
            first = min(d for d in days if d is not None)
            return first - timedelta(days=rng.randint(1, 30))
    return date(rng.choice(YEARS), 1, 1) + timedelta(rng.randrange(300))


def _dates(request: str) -> Iterator[tuple[int | None, int, int]]:
    """Give weekday (0: Monday; None: not said), day and month of every date named."""
    for pattern, day_first in zip(_DATES, (True, False), strict=True):
        for weekday, one, other in pattern.findall(request):
            day, month = (one, other) if day_first else (other, one)
            number = WEEKDAYS.index(weekday.lower()) if weekday else None
            yield number, int(day), MONTHS.index(month.lower()) + 1


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
