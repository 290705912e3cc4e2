"""Reads an object once, however often it is asked about.

Records are never edited in place, and a process meets the same functions, schemas and trajectories
again and again. Telling them by identity costs nothing; hashing their content costs a reading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def once(most: int) -> Callable[[Callable[[T], R]], Callable[[T], R]]:
    """Keep what a function makes of an object, for `most` objects; then start afresh.

    The object is kept beside it: no other can come by its identity meanwhile.
    """

    def keeping(read: Callable[[T], R]) -> Callable[[T], R]:
        kept: dict[int, tuple[T, R]] = {}

        def reading(thing: T) -> R:
            known = kept.get(id(thing))
            if known is None:
                if len(kept) >= most:
                    kept.clear()
                known = kept[id(thing)] = (thing, read(thing))
            return known[1]

        return reading

    return keeping
