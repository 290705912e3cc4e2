"""The words of a text, and the runs of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")


def words(text: str) -> list[str]:
    """Give the words in lower case."""
    return [w.lower() for w in WORD.findall(text)]


def runs(said: Sequence[str], n: int) -> Iterator[tuple[str, ...]]:
    """Give the runs of n words; none where there are fewer."""
    return zip(*(islice(said, i, None) for i in range(n)), strict=False)
