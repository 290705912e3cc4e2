from __future__ import annotations

import asyncio

from buttonup.bottomup.text_first.draws import keep
from buttonup.errors import Reject
from buttonup.records import Record, Rejection, Scenario


def test_a_rejected_draft_leaves_its_siblings_and_its_reason() -> None:
    async def draft(text: str) -> Scenario:
        if text == "bad":
            raise Reject("unfit", "because")
        return Scenario(text=text)

    item = Scenario(text="of")
    made: list[Record] = asyncio.run(keep("stage", item, map(draft, ["a", "bad", "b"])))
    rejection = Rejection(stage="stage", reason="unfit", detail="because", item=item.key)
    assert made == [Scenario(text="a"), rejection, Scenario(text="b")]
