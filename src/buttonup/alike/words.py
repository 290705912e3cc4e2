"""The words of a text."""

from __future__ import annotations

import re

WORD = re.compile(r"\w+(?:['\u2019-]\w+)*")


def words(text: str) -> list[str]:
    """Give the words in lower case."""
    return [w.lower() for w in WORD.findall(text)]
