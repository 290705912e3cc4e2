from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from buttonup.bottomup.text_first.consistent import consistent, numbered
from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.records import CompositionalTask

Script = Callable[..., tuple[Teacher, list[Request]]]
YES: dict[str, Any] = {"reasoning": "It all fits.", "missing": [], "surplus": [], "verdict": "yes"}
NO: dict[str, Any] = {**YES, "missing": ["the e-mail"], "verdict": "no"}


def test_a_yes_keeps_the_task(script: Script, train_task: CompositionalTask) -> None:
    teacher, requests = script(YES)
    assert asyncio.run(consistent(train_task, teacher)) == [train_task]
    shown = requests[0].messages[-1].content
    assert f"2. {train_task.subtasks[1].text} (needs the result of 1)" in shown


def test_a_no_is_a_reject_with_the_reasons(script: Script, train_task: CompositionalTask) -> None:
    teacher, _ = script(NO)
    with pytest.raises(Reject, match="the e-mail") as raised:
        asyncio.run(consistent(train_task, teacher))
    assert raised.value.reason == "inconsistent"


def test_a_yes_against_its_own_findings_is_sent_back(
    script: Script, train_task: CompositionalTask
) -> None:
    teacher, requests = script({**NO, "verdict": "yes"}, NO)
    with pytest.raises(Reject, match="inconsistent"):
        asyncio.run(consistent(train_task, teacher))
    assert len(requests) == 2


def test_an_unparsable_judgement_drops_the_task(
    script: Script, train_task: CompositionalTask
) -> None:
    teacher, _ = script("Yes, I think so!")
    with pytest.raises(Reject) as raised:
        asyncio.run(consistent(train_task, teacher))
    assert raised.value.reason != "inconsistent"


def test_subtasks_are_numbered_with_what_they_need(train_task: CompositionalTask) -> None:
    assert [(s["number"], s["needs"]) for s in numbered(train_task)] == [(1, []), (2, [1])]
