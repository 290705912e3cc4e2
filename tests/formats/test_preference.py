from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from buttonup.errors import Reject
from buttonup.formats import detect, read
from buttonup.formats.pairs import Preference, write_pairs
from buttonup.formats.preference import is_pair, parse, parse_way
from buttonup.records import Assistant, Call, Conversation, Function, Rejection, User

PROMPT = Conversation(
    (Function("find_rooms", "Find rooms.", {"type": "object"}),),
    (User("Is a room free in Ghent?"),),
    parallel=False,
    context="Today is 2026-05-01.",
)
RIGHT = Assistant("I look.", (Call.of("call_1", "find_rooms", {"town": "Ghent"}),))
WRONG = Assistant("I look.", (Call.of("call_1", "find_rooms", {"town": "Bruges"}),))


async def made() -> AsyncIterator[Preference | Rejection]:
    yield Preference("x", "provenance", "invented", PROMPT, RIGHT, WRONG)


def test_our_own_rows_are_read_back_by_their_chosen_way(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    asyncio.run(write_pairs(made(), path))
    [(_, item)] = read(path)
    assert item == Conversation(PROMPT.functions, (*PROMPT.messages, RIGHT), False, PROMPT.context)
    row = json.loads(path.read_text())
    assert detect(row) == "preference"
    assert parse_way(row, "rejected").messages[-1] == WRONG


def test_the_prompt_may_stand_in_both_ways() -> None:
    def told(words: str) -> list[dict[str, str]]:
        return [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": words}]

    row = {"chosen": told("Hello"), "rejected": told("Go away")}
    assert parse(row).messages == (User("Hi"), Assistant(answer="Hello"))


@pytest.mark.parametrize("row", [{}, [], {"chosen": "a", "rejected": "b"}, {"chosen": []}])
def test_other_rows_are_none(row: object) -> None:
    assert not is_pair(row)


def test_messages_that_cannot_be_read_are_rejected_with_a_reason() -> None:
    with pytest.raises(Reject, match="wizard"):
        parse({"chosen": [{"role": "wizard"}], "rejected": []})
