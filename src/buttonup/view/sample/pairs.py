"""Preference rows: where the two ways part, and what the row says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from buttonup.formats import preference
from buttonup.records import Conversation, Message


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ways to go on with a conversation."""

    prompt: int
    """Messages that both ways have in common."""
    chosen: tuple[Message, ...]
    rejected: tuple[Message, ...]
    about: tuple[tuple[str, str], ...]
    """What else the row says in words: which mistake, which gate."""


def as_pair(row: dict[str, Any]) -> Pair:
    """Read a preference row. Rejects as `formats.preference.parse_way` does."""
    chosen, rejected = preference.parse_way(row, "chosen"), preference.parse_way(row, "rejected")
    common = _common(chosen, rejected)
    about = tuple(
        (key, value)
        for key, value in row.items()
        if isinstance(value, str) and key not in ("tools", "functions")
    )
    return Pair(common, chosen.messages[common:], rejected.messages[common:], about)


def _common(chosen: Conversation, rejected: Conversation) -> int:
    pairs = zip(chosen.messages, rejected.messages, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), None)
    return min(len(chosen.messages), len(rejected.messages)) if same is None else same
