from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from typing import Any

import pytest

from buttonup.bottomup.text_first.functions import FunctionsKnobs, functions
from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.records import CompositionalTask

Script = Callable[..., tuple[Teacher, list[Request]]]


def test_a_bad_draft_is_sent_back_with_all_its_faults(
    script: Script, train_task: CompositionalTask, train_parts: dict[str, Any]
) -> None:
    bad = copy.deepcopy(train_parts)
    bad["parts"][0]["functions"][0]["description"] = ""
    bad["parts"][1]["functions"][0]["inputs_said"][0]["words"] = "Bob"
    teacher, requests = script(bad, train_parts)
    (made,) = asyncio.run(functions(train_task, teacher, FunctionsKnobs()))
    assert [len(row) for row in made.functions] == [1, 1]
    told = requests[1].messages[-1].content
    assert "- search_trains has no description" in told
    assert '"Bob" does not stand in the request' in told


def test_a_draft_that_is_never_right_is_a_reject(
    script: Script, train_task: CompositionalTask, train_parts: dict[str, Any]
) -> None:
    train_parts["parts"][1]["functions"][0]["inputs_from"] = []
    teacher, requests = script(train_parts)
    with pytest.raises(Reject, match="inputs_from") as raised:
        asyncio.run(functions(train_task, teacher, FunctionsKnobs()))
    assert raised.value.reason == "unfit"
    assert len(requests) == teacher.tries


def test_the_teacher_sees_the_task_and_has_room_to_answer(
    script: Script, train_task: CompositionalTask, train_parts: dict[str, Any]
) -> None:
    teacher, requests = script(train_parts)
    asyncio.run(functions(train_task, teacher, FunctionsKnobs(max_tokens=5000)))
    assert requests[0].max_tokens == 5000
    assert train_task.text in requests[0].messages[-1].content
