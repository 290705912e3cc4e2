from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from buttonup.bottomup.text_first.compose import ComposeKnobs, compose, deepen
from buttonup.errors import BadInput, Reject
from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.records import AtomicTask, CompositionalTask, Scenario

Script = Callable[..., tuple[Teacher, list[Request]]]
ATOM = AtomicTask(text="Find trains to Antwerp on 14 June.", scenario=Scenario(text="Travelling"))
CHAIN = {
    "reasoning": "r",
    "subsequent_task": "Reserve 2 seats on the earliest train.",
    "composite_task": "Get me 2 seats on the earliest train to Antwerp on 14 June.",
}
FAN = {
    "reasoning": "r",
    "parallel_task": "Find coaches to Antwerp on 14 June.",
    "subsequent_task": "Book 2 seats on whichever arrives first.",
    "composite_task": "Book me 2 seats to Antwerp on 14 June, by train or coach: what is first.",
}
ONLY_CHAINS = ComposeKnobs(strategies=("sequential",))


def test_both_strategies_give_their_dependencies(script: Script) -> None:
    teacher, _ = script(CHAIN, FAN)
    chain, fan = asyncio.run(compose(ATOM, teacher, ComposeKnobs()))
    assert isinstance(chain, CompositionalTask)
    assert isinstance(fan, CompositionalTask)
    assert (chain.shape, chain.edges) == ("sequential", ((0, 1),))
    assert (fan.shape, fan.edges) == ("parallel_then_sequential", ((0, 2), (1, 2)))
    assert [s.text for s in fan.subtasks] == [
        ATOM.text,
        FAN["parallel_task"],
        FAN["subsequent_task"],
    ]
    assert {s.scenario for s in fan.subtasks} == {ATOM.scenario}


@pytest.mark.parametrize(
    ("spoilt", "says"),
    [
        ({"composite_task": ATOM.text}, "only repeats"),
        ({"composite_task": "Get me 2 seats on the earliest train to Antwerp."}, "leaves out 14"),
        ({"subsequent_task": "Find trains to Antwerp on 14 June"}, "repeats an earlier"),
        ({"subsequent_task": "Reserve [number] seats on it."}, "placeholder"),
        ({"composite_task": CHAIN["composite_task"] + " Use the rail API."}, "talks of tools"),
    ],
)
def test_a_bad_composition_is_sent_back(script: Script, spoilt: dict[str, str], says: str) -> None:
    teacher, requests = script({**CHAIN, **spoilt}, CHAIN)
    (task,) = asyncio.run(compose(ATOM, teacher, ONLY_CHAINS))
    assert isinstance(task, CompositionalTask)
    assert task.text == CHAIN["composite_task"]
    assert says in requests[1].messages[-1].content


def test_an_unparsable_reply_is_a_reject_not_a_crash(script: Script) -> None:
    teacher, _ = script("I would rather chat.")
    with pytest.raises(Reject):
        asyncio.run(compose(ATOM, teacher, ONLY_CHAINS))


def test_no_strategy_at_all_is_the_users_to_mend() -> None:
    with pytest.raises(BadInput, match="sequential"):
        ComposeKnobs(strategies=())


def test_deepening_adds_a_step_on_the_last_result(script: Script) -> None:
    deeper = {
        "reasoning": "r",
        "subsequent_task": "Send the reservation to mara@example.org.",
        "composite_task": FAN["composite_task"] + " Send the reservation to mara@example.org.",
    }
    teacher, _ = script(FAN, deeper)
    knobs = ComposeKnobs(strategies=("parallel_then_sequential",))
    (fan,) = asyncio.run(compose(ATOM, teacher, knobs))
    assert isinstance(fan, CompositionalTask)
    (deep,) = asyncio.run(deepen(fan, teacher, ComposeKnobs(deeper=1)))
    assert deep.edges == ((0, 2), (1, 2), (2, 3))
    assert deep.shape == "nested"
    assert deep.subtasks[:3] == fan.subtasks
