from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from buttonup.errors import BadInput
from buttonup.formats import openai
from buttonup.formats.pairs import Negatives, Preference, write_pairs
from buttonup.records import Assistant, Call, Conversation, Function, Rejection, User

PROMPT = Conversation(
    (Function("find_rooms", "Find rooms.", {"type": "object"}),),
    (User("Is a room free in Ghent?"),),
    parallel=False,
    context="Today is 2026-05-01.",
)
RIGHT = Assistant("I look.", (Call.of("call_1", "find_rooms", {"town": "Ghent"}),))
WRONG = Assistant("I look.", (Call.of("call_1", "find_rooms", {"town": "Bruges"}),))
PAIR = Preference("invented_value", "provenance", "invented", PROMPT, RIGHT, WRONG)


def written(
    pairs: Sequence[Preference | Rejection], path: Path, *, replace: bool = False
) -> Negatives:
    async def one_by_one() -> AsyncIterator[Preference | Rejection]:
        for pair in pairs:
            yield pair

    return asyncio.run(write_pairs(one_by_one(), path, replace=replace))


def test_a_row_goes_on_from_one_prompt_in_two_ways(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    assert written([PAIR, PAIR], path) == Negatives(2, {"invented_value": 2})
    row = json.loads(path.read_text().splitlines()[0])
    assert list(row) == [
        *("corruption", "gate", "reason", "prompt", "chosen", "rejected"),
        *("tools", "parallel_tool_calls"),
    ]
    for side, turn in (("chosen", RIGHT), ("rejected", WRONG)):
        whole = {**row, "messages": row["prompt"] + row[side]}
        read = openai.parse(whole)
        assert (read.messages, read.context) == ((*PROMPT.messages, turn), PROMPT.context)
        assert (read.functions, read.parallel) == (PROMPT.functions, False)
    assert row["prompt"][0]["role"] == "system"


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    blurred = Rejection("negatives", "not_alone")
    told = written([blurred, PAIR], tmp_path / "pairs.jsonl")
    assert (told.count, told.skipped) == (1, {"not_alone": 1})


def test_nothing_is_written_over_or_left_half_done(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    with pytest.raises(BadInput, match="no negative"):
        written([], path)
    assert list(tmp_path.iterdir()) == []
    written([PAIR], path)
    with pytest.raises(BadInput, match="exists"):
        written([PAIR], path)
    assert written([PAIR], path, replace=True).count == 1
