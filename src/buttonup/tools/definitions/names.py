"""Names that a chat API takes and that nobody else has."""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import PurePath

LONGEST = 64
"""Characters of a function's name. Source: OpenAI's API reference, `function.name` of a tool."""


def fit(name: str) -> str:
    """Make a name fit for a chat API: letters, digits, `_` and `-`, at most 64 of them."""
    return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:LONGEST] or "tool"


def clear(name: str, source: str, taken: Container[str]) -> str:
    """Make a fit name that is not taken.

    One that is taken gets the word of its source before it, and where that is taken too a number
    behind it: `find`, `shop_find`, `shop_find_2`.
    """
    fitting = fit(name)
    if fitting not in taken:
        return fitting
    longer = fit(f"{word_of(source)}_{name}")
    n, clearer = 1, longer
    while clearer in taken:
        n += 1
        clearer = f"{longer[: LONGEST - len(str(n)) - 1]}_{n}"
    return clearer


def word_of(source: str) -> str:
    """Give a source's word: the name of its file or module, or what kind of source it is."""
    kind, _, place = source.partition(":")
    if re.search(r"\s|://", place):
        return kind
    name = PurePath(place.partition(":")[0]).name
    return re.sub(r"\.(py|json|yaml|yml)$", "", name).rpartition(".")[2] or kind
