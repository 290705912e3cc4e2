"""Preference rows: a conversation, two ways to go on, and what the rejected one does otherwise.

Read are rows as TRL's `DPOTrainer` takes them (TRL 1.16.0, "Preference", conversational): `prompt`,
`chosen` and `rejected` as lists of messages, or `chosen` and `rejected` alone, each with the prompt
in it. So are the rows that `buttonup negatives` writes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from buttonup.errors import Reject
from buttonup.formats import adopt, openai
from buttonup.records import Conversation, Json, Message, Sample, Verdict


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ways to go on with a conversation."""

    sample: Sample
    """The conversation with the chosen way."""
    prompt: int
    """Messages that both ways have in common."""
    chosen: tuple[Message, ...]
    rejected: tuple[Message, ...]
    about: tuple[tuple[str, str], ...]
    """What else the row says in words: which mistake, which gate."""


def is_pair(row: Json) -> bool:
    """Tell whether a row of a dataset is a preference row."""
    return (
        isinstance(row, dict)
        and isinstance(row.get("chosen"), list)
        and isinstance(row.get("rejected"), list)
        and isinstance(row.get("prompt", []), list)
    )


def as_pair(row: dict[str, Any]) -> Pair:
    """Read a preference row. Rejects  as the `openai` format does ("off_format", …)."""
    if not is_pair(row):
        raise Reject("off_format", "no lists of messages under chosen and rejected")
    start = row.get("prompt", [])
    chosen, rejected = (
        openai.parse({**row, "messages": [*start, *row[way]]}) for way in ("chosen", "rejected")
    )
    common = _common(chosen, rejected)
    about = tuple(
        (key, value)
        for key, value in row.items()
        if isinstance(value, str) and key not in ("tools", "functions")
    )
    sample = Sample(adopt(chosen), tuple(_found(row)))
    return Pair(sample, common, chosen.messages[common:], rejected.messages[common:], about)


def _common(chosen: Conversation, rejected: Conversation) -> int:
    pairs = zip(chosen.messages, rejected.messages, strict=False)
    same = next((i for i, (a, b) in enumerate(pairs) if a != b), None)
    return min(len(chosen.messages), len(rejected.messages)) if same is None else same


def _found(_row: dict[str, Any]) -> tuple[Verdict, ...]:
    return ()
