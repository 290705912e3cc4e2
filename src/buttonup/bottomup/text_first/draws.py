"""Several drafts from one item: each is kept or rejected on its own."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable

from buttonup.errors import Reject
from buttonup.model.tally import tally
from buttonup.records import Record, Rejection


async def keep(stage: str, item: Record, drafts: Iterable[Awaitable[Record]]) -> list[Record]:
    """Await the drafts one after another; a rejected one becomes a Rejection in its place.

    One after another, so that an item in flight is one request in flight.
    """
    made: list[Record] = []
    for draft in drafts:
        with tally() as taken:
            try:
                made.append(await draft)
            except Reject as no:
                made.append(
                    Rejection(
                        stage=stage,
                        reason=no.reason,
                        detail=no.detail,
                        item=item.key,
                        usage=dict(taken),
                    )
                )
    return made
