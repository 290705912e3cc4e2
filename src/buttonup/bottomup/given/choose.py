"""Functions that are given: which of them each sub-task calls.

Source: BUTTON, function generation, with the functions of a user in place of made ones.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec.structs import replace

from buttonup.bottomup.given.shown import Given
from buttonup.bottomup.text_first.consistent import numbered
from buttonup.bottomup.text_first.equip import Equipped, equip
from buttonup.bottomup.text_first.functions import MOST_FAULTS, FunctionsKnobs
from buttonup.bottomup.text_first.parts import Chain, Deciding, Number, Part, Parts, Reuse
from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.records import CompositionalTask, Function, Scenario

PROMPT = "choose"
NOT_DOABLE = "NOT DOABLE"


class Choice(msgspec.Struct):
    """What one sub-task calls; nothing where it needs thought alone."""

    subtask: Number
    why: Annotated[str, msgspec.Meta(description="What it needs of the functions, if anything.")]
    functions: Annotated[list[Reuse], msgspec.Meta(description="In the order of the calls.")]
    decides_on: Deciding = []


class Choices(msgspec.Struct):
    """The functions of all sub-tasks."""

    reasoning: Chain
    parts: list[Choice]


async def choose(
    task: CompositionalTask, teacher: Teacher, knobs: FunctionsKnobs, given: Given
) -> list[Equipped]:
    """Choose the functions that a composite's sub-tasks call.

    Rejects  "not_doable" where no function does a sub-task; a choice that the teacher could not put
             right in its tries, with what was wrong
    """
    scenario = _scenario(task)
    names = await given.of(scenario)
    there = {name: _as_known(given, name) for name in names}

    def check(reply: Choices) -> None:
        if _lacking(reply):
            return
        _, found = equip(task, _parts(reply), knobs.most_per_subtask, there)
        if found:
            raise ValueError("\n".join(f"- {fault}" for fault in found[:MOST_FAULTS]))

    slots = {
        "task": task.text,
        "subtasks": numbered(task),
        "most_per_subtask": knobs.most_per_subtask,
        "given": await given.shown_for(scenario),
    }
    reply = await teacher.ask(PROMPT, Choices, slots, check=check)
    if why := _lacking(reply):
        raise Reject("not_doable", why)
    equipped, _ = equip(task, _parts(reply), knobs.most_per_subtask, there)
    return [equipped]


def _scenario(task: CompositionalTask) -> Scenario:
    return task.subtasks[0].scenario or Scenario(task.text)


def _as_known(given: Given, name: str) -> Function:
    """Give a function with what it is known to respond with, declared or not."""
    function = given.functions[name]
    return replace(function.definition, responses=function.responses)


def _lacking(reply: Choices) -> str:
    """Give why a sub-task cannot be done; "" where all can."""
    return next((p.why for p in reply.parts if p.why.strip().startswith(NOT_DOABLE)), "")


def _parts(reply: Choices) -> Parts:
    parts = [Part(p.subtask, p.why, [], p.functions, p.decides_on) for p in reply.parts]
    return Parts(reply.reasoning, parts)
