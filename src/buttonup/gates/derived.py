"""Values that a simple step makes out of known ones: a sum, a difference, a count, a date moved.

Two numbers are put together only where a person would: those in one place of a list's items or of
like results, those of one object, or one that the user gave with one that a result gave. Anything
with anything would let almost every number pass.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from buttonup.gates.dates import as_date
from buttonup.gates.numerals import Number, tidy, usable
from buttonup.gates.said import Said
from buttonup.gates.seen import Found
from buttonup.once import lazily

COLUMN, OBJECT = 12, 4  # numbers in a group beyond which no pair is tried: one would always fit
_ITEM = re.compile(r"/\d+")
_LASTS = ("day", "week", "month", "night", "year", "duration", "period")
"""What a result's field is called when it says how long something lasts."""


class Known:
    """The numbers and dates known at a point of the conversation, and what follows from them."""

    def __init__(self, words: Iterable[Said], results: Iterable[Found]) -> None:
        self.words = tuple(words)
        self.results = tuple(results)

    @lazily
    def told(self) -> frozenset[Number]:
        """The numbers that were said."""
        return frozenset().union(*(words.numbers for words in self.words))

    @lazily
    def dates(self) -> frozenset[dt.date]:
        """The dates said and found."""
        texts = (*self.words, *(found.said for found in self.results))
        dates = (as_date(date) for text in texts for date in text.when.dates)
        return frozenset(date for date in dates if date is not None)

    @lazily
    def numbers(self) -> frozenset[Number]:
        """Every number known as it is."""
        return self.told.union(*(found.numbers for found in self.results))

    @lazily
    def spans(self) -> frozenset[Number]:
        """The numbers that a date may be moved by; every "a" says one, so one says nothing."""
        lasting = (
            number
            for found in self.results
            for pointer, number in found.places
            if any(word in pointer.rpartition("/")[2].lower() for word in _LASTS)
        )
        return frozenset(n for n in (*self.told, *lasting) if n > 1)

    @lazily
    def groups(self) -> tuple[tuple[Number, ...], ...]:
        """The numbers that belong together.

        By place in one result, in a run of results that look alike (the pages of a list, the same
        asked of several) and in all that look alike; by object; and of all single objects.
        """
        objects: defaultdict[tuple[int, str], list[Number]] = defaultdict(list)
        columns: list[dict[str, list[Number]]] = []
        for i, found in enumerate(self.results):
            column: defaultdict[str, list[Number]] = defaultdict(list)
            for pointer, number in found.places:
                column[_ITEM.sub("/*", pointer)].append(number)
                objects[i, pointer.rpartition("/")[0]].append(number)
            columns.append(column)
        single = [n for (_, parent), group in objects.items() if not parent for n in group]
        small = [group for group in objects.values() if len(group) <= OBJECT]
        groups = (*_joined(columns), *small, single[: COLUMN + 1])
        return tuple(tuple(group) for group in groups if len(group) > 1)

    @lazily
    def counts(self) -> frozenset[int]:
        """How many items a list has, or a part of it."""
        longest = max((n for found in self.results for n in found.lengths), default=0)
        return frozenset(range(max(longest, len(self.results)) + 1))

    def gives(self, value: Number, places: int = 6, *, share: bool = False) -> bool:
        """True when a number follows in one step, rounded to `places` digits.

        A `share` is a percentage: it may also be one number of another.
        """
        return (
            value in self.counts
            or any(_combined(value, group, places) for group in self.groups)
            or (share and any(_share(value, group, places) for group in self.groups))
            or self._crossed(value, places)
        )

    def adds_up(self, value: Number, places: int) -> bool:
        """True when a number is the sum of numbers that belong together."""
        return any(_near(sum(group), value, places) for group in self.groups if usable(sum(group)))

    def gives_day(self, day: dt.date) -> bool:
        """True when a date is a known one moved by a known number of days or months."""
        return any(
            abs((day - known).days) in self.spans
            or (day.day == known.day and abs(_months(day) - _months(known)) in self.spans)
            for known in self.dates
        )

    def gives_span(self, value: Number) -> bool:
        """True when a number is the days between two known dates."""
        return any(value == abs((a - b).days) for a in self.dates for b in self.dates)

    def _crossed(self, value: Number, places: int) -> bool:
        """Put a number the user gave together with one of a result; "a" gives no number."""
        given = frozenset().union(*(found.numbers for found in self.results))
        return any(
            _near(made, value, places)
            for told in self.told
            if told > 1
            for number in given
            for made in (told * number, number - told, number + told, told - number, number / told)
        )


def _joined(columns: list[dict[str, list[Number]]]) -> Iterator[list[Number]]:
    """Join the columns of every run of results that look alike, and of all that do."""
    shapes = [frozenset(place for place in column if "*" in place) for column in columns]
    for last, shape in enumerate(shapes):
        for first in range(last, -1, -1):
            if shapes[first] != shape:
                break
            for place in columns[last]:
                yield [n for column in columns[first : last + 1] for n in column.get(place, ())]
    for shape in set(shapes):
        alike = [column for column, other in zip(columns, shapes, strict=True) if other == shape]
        for place in shape if len(alike) > 1 else ():
            yield [n for column in alike for n in column.get(place, ())]


def _combined(value: Number, group: tuple[Number, ...], places: int) -> bool:
    """Add up all, take the mean, or add or subtract two."""
    total = sum(group)
    if _near(total, value, places) or _near(total / len(group), value, places):
        return True
    return len(group) <= COLUMN and any(
        _near(a + b, value, places) or _near(abs(a - b), value, places)
        for i, a in enumerate(group)
        for b in group[:i]
    )


def _share(value: Number, group: tuple[Number, ...], places: int) -> bool:
    """Take one as a percentage of another or of all, or the change from one to another."""
    wholes = [n for n in (*group, sum(group)) if n]
    return len(group) <= COLUMN and any(
        _near(100 * a / b, value, places) or _near(100 * (a - b) / b, value, places)
        for a in group
        for b in wholes
    )


def _near(made: Number, value: Number, places: int) -> bool:
    return bool(abs(tidy(made) - value) <= 0.5 * 10**-places + 1e-9)


def _months(day: dt.date) -> int:
    return 12 * day.year + day.month
