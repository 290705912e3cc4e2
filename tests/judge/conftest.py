"""A conversation to judge, and a judge whose votes are written out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from buttonup.model.ask import Teacher
from buttonup.model.door import Request
from buttonup.model.scripted import Scripted
from buttonup.records import (
    Assistant,
    AtomicTask,
    Blueprint,
    Call,
    CompositionalTask,
    Function,
    Goal,
    Message,
    Tool,
    Trajectory,
    User,
)

Script = Callable[..., tuple[Teacher, list[Request]]]

FINES = Function("list_fines", "List the fines of a reader.", {"type": "object"}, {"type": "array"})
MESSAGES: tuple[Message, ...] = (
    User("What do I owe? I am R-204."),
    Assistant("I look the fines up.", (Call.of("call_1", "list_fines", {"reader_id": "R-204"}),)),
    Tool("call_1", "list_fines", [{"amount": 3.5}]),
    Assistant("That is all.", answer="You owe €3.50."),
)
AXES = ("realism", "coherence", "naturalness", "plan", "usefulness")


@pytest.fixture
def owing() -> Trajectory:
    """Give a conversation whose blueprint has much that no judge may see."""
    task = CompositionalTask("What do I owe?", (AtomicTask("SECRET sub-task"),))
    blueprint = Blueprint(
        task, (FINES,), (("list_fines",),), goal=Goal(facts=("SECRET fact",)), context="A library."
    )
    return Trajectory(blueprint, MESSAGES)


def votes_for(prompt: str, scores: dict[str, int], turns: dict[int, dict[str, int]]) -> Any:
    """Write a vote down: 4 on every axis and turn that is asked for, but for what is given."""
    axes = [axis for axis in AXES if f"\n{axis}: " in prompt]
    vote: dict[str, Any] = {"reading": "All read."}
    if "Score each A line too" in prompt:
        lines = re.findall(r"(?m)^A(\d+) \{", prompt)
        vote["turns"] = [
            {"line": int(n), "why": f"line {n}", **_turn(turns.get(int(n), {}))} for n in lines
        ]
    return vote | {axis: {"why": f"about {axis}", "score": scores.get(axis, 4)} for axis in axes}


def _turn(given: dict[str, int]) -> dict[str, int]:
    return {axis: given.get(axis, 4) for axis in ("coherence", "naturalness", "plan")}


@pytest.fixture
def script() -> Script:
    """Make a judge that gives these votes in order, the last one for ever, and its requests.

    A text is given as it is; a mapping holds scores by axis, and by number of the A line.
    """

    def make(*votes: Any) -> tuple[Teacher, list[Request]]:
        def say(request: Request) -> str:
            vote = votes[min(len(model.asked), len(votes)) - 1]
            if isinstance(vote, str):
                return vote
            prompt = "\n".join(turn.content for turn in request.messages)
            whole = {k: v for k, v in vote.items() if isinstance(k, str)}
            turns = {k: v for k, v in vote.items() if isinstance(k, int)}
            return json.dumps(votes_for(prompt, whole, turns))

        model = Scripted(say)
        return Teacher(model, "the-judge"), model.asked

    return make
