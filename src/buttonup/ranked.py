"""The order in which counts are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

Key = TypeVar("Key", bound=Any)  # anything that has an order


def ranked(counts: Mapping[Key, int]) -> list[tuple[Key, int]]:
    """List what was counted, the most frequent first; what is as frequent, by name.

    >>> ranked({"echo": 3, "unparsable": 12, "cut": 3})
    [('unparsable', 12), ('cut', 3), ('echo', 3)]
    """
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
