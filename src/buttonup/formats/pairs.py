"""Negatives out of the house: one mistake a line, beside what was right there."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterable
from pathlib import Path

import msgspec

from buttonup.errors import BadInput, Reject
from buttonup.formats import trl
from buttonup.formats.export import draft, refuse, settle
from buttonup.records import Assistant, Conversation, Record, Rejection


class Preference(Record):
    """Two ways to go on with a conversation, and what is wrong with the second."""

    corruption: str
    gate: str
    reason: str
    prompt: Conversation
    chosen: Assistant
    rejected: Assistant


class Negatives(Record):
    """What an export of negatives came to."""

    count: int
    """Rows written."""
    corruptions: dict[str, int]
    """Corruption -> rows of it."""
    skipped: dict[str, int] = {}
    """Reason -> pairs left out."""


async def write_pairs(
    pairs: AsyncIterable[Preference | Rejection], path: Path, *, replace: bool = False
) -> Negatives:
    """Write pairs as JSON Lines, in their order; the file appears whole or not at all.

    Raises  BadInput when the path is taken and `replace` is not set, it cannot be written, or
            there is no pair
    """
    refuse(path, replace=replace)
    written, skipped = Counter[str](), Counter[str]()
    with draft(path) as rows:
        async for pair in pairs:
            if isinstance(pair, Rejection):
                skipped[pair.reason] += 1
                continue
            try:
                rows.write(_row(pair))
            except Reject as reject:
                skipped[reject.reason] += 1
                continue
            written[pair.corruption] += 1
        if not written:
            raise BadInput(
                "there is no negative to write", "make a run truth first, without a guided model"
            )
        settle(rows)
    return Negatives(
        count=written.total(),
        corruptions=dict(sorted(written.items())),
        skipped=dict(sorted(skipped.items())),
    )


def _row(pair: Preference) -> bytes:
    told = {"corruption": pair.corruption, "gate": pair.gate, "reason": pair.reason}
    row = trl.preference(pair.prompt, pair.chosen, pair.rejected)
    return msgspec.json.encode({**told, **row}) + b"\n"
