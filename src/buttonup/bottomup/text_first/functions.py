"""Functions for a compositional task: what each of its sub-tasks would call.

Source: BUTTON, function generation (general, granular, consistent; responses are kept).
"""

from __future__ import annotations

import dataclasses

from buttonup.bottomup.text_first.consistent import numbered
from buttonup.bottomup.text_first.equip import Equipped, equip
from buttonup.bottomup.text_first.parts import Parts
from buttonup.model.ask import Teacher
from buttonup.records import CompositionalTask, Record

MOST_FAULTS = 15  # lines fed back at once; more would drown the reply they are about


class FunctionsKnobs(Record):
    """How functions are made."""

    most_per_subtask: int = 3
    """More than this for one sub-task is sent back."""
    max_tokens: int = 4096
    """Room for the reply: schemas are long."""


async def functions(
    task: CompositionalTask, teacher: Teacher, knobs: FunctionsKnobs
) -> list[Equipped]:
    """Make the functions that a composite's sub-tasks call, none where thought is enough.

    All that code finds wrong is sent back in one message.
    Rejects  a draft that the teacher could not put right in its tries, with what was wrong
    """

    def check(reply: Parts) -> None:
        _, found = equip(task, reply, knobs.most_per_subtask)
        if found:
            raise ValueError("\n".join(f"- {fault}" for fault in found[:MOST_FAULTS]))

    slots = {
        "task": task.text,
        "subtasks": numbered(task),
        "most_per_subtask": knobs.most_per_subtask,
    }
    teacher = dataclasses.replace(teacher, max_tokens=max(teacher.max_tokens, knobs.max_tokens))
    reply = await teacher.ask("functions", Parts, slots, check=check)
    equipped, _ = equip(task, reply, knobs.most_per_subtask)
    return [equipped]
