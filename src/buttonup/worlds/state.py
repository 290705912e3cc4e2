"""Seeded state that is cheap to fork: a world's tables, and what a session changed in them.

The rows that a seed makes are shared by every session and never touched; a session writes to an
overlay. So opening a session costs next to nothing, and "what changed" is what lies in the overlay.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Annotated, Any, Generic, Self, TypeVar

import msgspec

from buttonup.records import Frozen, Json, digest
from buttonup.worlds.kinds import Kind


class Row(msgspec.Struct, metaclass=Frozen, frozen=True, gc=False):
    """One row of a table, or one object of a result. Frozen: a change is a new row."""


R = TypeVar("R", bound=Row)


class Page(Row, Generic[R]):
    """A part of a long list, as an API gives it page by page."""

    items: list[R]
    total: Annotated[int, msgspec.Meta(description="How many there are on all pages.")]
    next_page: Annotated[
        int | None, msgspec.Meta(description="Number of the page that follows; null on the last.")
    ]


PageNumber = Annotated[int, Kind("PageNumber"), msgspec.Meta(ge=1)]
"""Type of the parameter `page` of a function that gives a `Page`; its default is 1."""


def page_of(rows: Sequence[R], page: int, size: int) -> Page[R]:
    """Cut one page out of a list; pages count from 1. Raises Refused beyond the last one."""
    start = (page - 1) * size
    if rows and start >= len(rows):
        raise Refused(f"There is no page {page}; the last one is {-(-len(rows) // size)}.")
    more = start + size < len(rows)
    return Page(list(rows[start : start + size]), len(rows), page + 1 if more else None)


class Refused(Exception):  # noqa: N818 - an answer of the world, given to the caller as data
    """The world says no: an unknown id, a policy, a state that forbids it."""


class Table(Generic[R]):
    """Rows by id: those of the seed, with a session's changes laid over them."""

    def __init__(self, id: str, rows: Iterable[R]) -> None:
        self.id = id
        self._seeded = {str(getattr(row, id)): row for row in rows}
        self._changed: dict[str, R | None] = {}

    def fork(self) -> Self:
        """Give a table with the same seeded rows and no changes."""
        twin = object.__new__(type(self))
        twin.__dict__.update(id=self.id, _seeded=self._seeded, _changed={})
        return twin

    def __getitem__(self, id: str) -> R:
        row = self._changed[id] if id in self._changed else self._seeded.get(id)
        if row is None:
            noun = self.id.removesuffix("_id").replace("_", " ")
            raise Refused(f"There is no {noun} {id!r}.")
        return row

    def __contains__(self, id: str) -> bool:
        if id in self._changed:
            return self._changed[id] is not None
        return id in self._seeded

    def __iter__(self) -> Iterator[R]:
        """Go through the rows: seeded ones first, in seeded order, then new ones."""
        if not self._changed:
            return iter(self._seeded.values())
        merged = {**self._seeded, **self._changed}
        return (row for row in merged.values() if row is not None)

    def where(self, holds: Callable[[R], bool]) -> list[R]:
        """List the rows for which `holds`."""
        return list(filter(holds, self))

    def put(self, row: R) -> R:
        """Add a row, or replace the one with its id."""
        self._changed[getattr(row, self.id)] = row
        return row

    def remove(self, id: str) -> None:
        """Take a row away. Raises Refused when there is none."""
        self._changed[getattr(self[id], self.id)] = None

    def changes(self) -> dict[str, Json]:
        """Give id -> row as it is now (None: removed), only where it differs from the seed."""
        if not self._changed:
            return {}
        return {
            key: msgspec.to_builtins(row)
            for key, row in self._changed.items()
            if row != self._seeded.get(key)
        }


@dataclasses.dataclass
class State:
    """A world's state. Subclasses add tables; `today` is the world's clock."""

    today: dt.date

    def fork(self) -> Self:
        """Give a session's own view of this state."""
        twin = object.__new__(type(self))
        vars(twin)["_forked_from"] = self
        return twin

    def __getattr__(self, name: str) -> Any:
        """Take over a table, or what else there is, when a fork first looks at it."""
        source = vars(self).get("_forked_from")
        if source is None:
            raise AttributeError(f"{type(self).__name__} has no {name!r}")
        value = getattr(source, name)
        vars(self)[name] = taken = value.fork() if isinstance(value, Table) else value
        return taken

    def changes(self) -> dict[str, dict[str, Json]]:
        """Give table -> id -> row for all that differs from the seed."""
        tables = ((name, t) for name, t in vars(self).items() if isinstance(t, Table))
        changed = ((name, table.changes()) for name, table in tables)
        return {name: rows for name, rows in changed if rows}


def fresh_id(prefix: str, *content: Json) -> str:
    """Make the id of a new row from what it is about.

    The same order gives the same id whatever was done before it, so independent calls can come in
    any order and end in the same state.
    """
    return f"{prefix}-{int(digest(content), 16) % 90_000 + 10_000}"
