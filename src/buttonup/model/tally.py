"""What model calls took: counted where they are made, read by whoever had them made.

A reply from the journal counts as when it came, so a run that goes on counts as if it had never
stopped. A reply that serves two askers counts for both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from buttonup.records import Usage

_open: ContextVar[dict[str, Usage] | None] = ContextVar("tally", default=None)


@contextmanager
def tally() -> Iterator[dict[str, Usage]]:
    """Count, by model, what is asked in this context and this task; tallies around it count too."""
    mine: dict[str, Usage] = {}
    token = _open.set(mine)
    try:
        yield mine
    finally:
        _open.reset(token)
        for model, usage in mine.items():
            count(model, usage)


def count(model: str, usage: Usage) -> None:
    """Add to the tally that is open here; nothing where none is."""
    if (mine := _open.get()) is not None:
        mine[model] = mine.get(model, Usage()) + usage
