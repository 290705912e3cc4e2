"""Reads an object once, however often it is asked about.

Records are never edited in place, and a process meets the same functions, schemas and trajectories
again and again. Telling them by identity costs nothing; hashing their content costs a reading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

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


class lazily(Generic[R]):  # noqa: N801 - a decorator, as `property` is
    """Reads an attribute when it is first asked for, and keeps it in the object.

    As `functools.cached_property`, which until Python 3.12 takes a lock each time.
    """

    def __init__(self, read: Callable[[Any], R]) -> None:
        self._read = read
        self.__doc__ = read.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, thing: None, owner: type) -> Self: ...
    @overload
    def __get__(self, thing: object, owner: type) -> R: ...
    def __get__(self, thing: object | None, owner: type) -> Self | R:
        """Read it; from then on the object has it of its own."""
        if thing is None:
            return self
        value = vars(thing)[self._name] = self._read(thing)
        return value
