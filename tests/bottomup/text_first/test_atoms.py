from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from buttonup.bottomup.text_first.atoms import AtomKnobs, atoms
from buttonup.errors import BadInput, Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.records import AtomicTask, Rejection, Scenario

Script = Callable[..., tuple[Teacher, list[Request]]]
SCENARIO = Scenario(text="Finding parking near a concert hall")
GOOD = "Find a car park near the Royal Albert Hall with a free space on 4 May at 7 pm."


def atom(task: str) -> dict[str, str]:
    return {"reasoning": "r", "task": task}


def test_a_scenario_gives_a_task_that_remembers_it(script: Script) -> None:
    teacher, _ = script(atom(f" {GOOD}\n"))
    made = asyncio.run(atoms(SCENARIO, teacher, AtomKnobs()))
    assert made == [AtomicTask(text=GOOD, scenario=SCENARIO)]


def test_a_vague_task_is_sent_back_with_what_is_wrong(script: Script) -> None:
    teacher, requests = script(atom("Find a car park near a certain hall."), atom(GOOD))
    asyncio.run(atoms(SCENARIO, teacher, AtomKnobs()))
    assert "a certain" in requests[1].messages[-1].content


def test_a_teacher_who_never_mends_it_loses_the_scenario(script: Script) -> None:
    teacher, requests = script(atom("Use the parking tool to find [place]."))
    with pytest.raises(Reject, match="placeholder"):
        asyncio.run(atoms(SCENARIO, teacher, AtomKnobs()))
    assert len(requests) == teacher.tries


def test_no_tasks_at_all_is_the_users_to_mend() -> None:
    with pytest.raises(BadInput, match="per_scenario"):
        AtomKnobs(per_scenario=0)


def test_several_draws_are_asked_apart_and_fail_apart(script: Script) -> None:
    teacher, requests = script(atom(GOOD), "x", "x", "x", atom(GOOD.replace("7", "9")))
    made = asyncio.run(atoms(SCENARIO, teacher, AtomKnobs(per_scenario=3)))
    assert [type(m) for m in made] == [AtomicTask, Rejection, AtomicTask]
    first, second, _, _, third = requests
    assert len({first.seed, second.seed, third.seed}) == 3
