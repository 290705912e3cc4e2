"""The consistency filter: do these sub-tasks, done in this order, complete the composite.

Source: BUTTON, consistency filter. Asking for what is missing and what is surplus before the
verdict is ours: a verdict that its own findings contradict is sent back.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from buttonup.errors import Reject
from buttonup.model.ask import Teacher
from buttonup.records import CompositionalTask


class Consistency(msgspec.Struct):
    """A judgement on a decomposition: findings first, then the verdict."""

    reasoning: Annotated[
        str, msgspec.Meta(description="Walk through the sub-tasks: what each one has and gives.")
    ]
    missing: Annotated[
        list[str],
        msgspec.Meta(description="What the composite asks for and no sub-task does; else []."),
    ]
    surplus: Annotated[
        list[str],
        msgspec.Meta(description="Sub-tasks that the composite does not ask for; else []."),
    ]
    verdict: Annotated[
        Literal["yes", "no"],
        msgspec.Meta(description="yes: the sub-tasks complete the composite, all of it, in order."),
    ]


async def consistent(task: CompositionalTask, teacher: Teacher) -> list[CompositionalTask]:
    """Keep a composite that its sub-tasks complete.

    Rejects  "inconsistent" with the judge's reasons; an unparsable judgement, as the asker does
    """
    slots = {"task": task.text, "subtasks": numbered(task)}
    reply = await teacher.ask("consistent", Consistency, slots, check=_check)
    if reply.verdict == "no":
        raise Reject("inconsistent", "; ".join((reply.reasoning, *reply.missing, *reply.surplus)))
    return [task]


def numbered(task: CompositionalTask) -> list[dict[str, object]]:
    """Give the sub-tasks as prompts show them: 1-based numbers, text, and what each needs."""
    return [
        {"number": n + 1, "text": subtask.text, "needs": [i + 1 for i, j in task.edges if j == n]}
        for n, subtask in enumerate(task.subtasks)
    ]


def _check(reply: Consistency) -> None:
    if reply.verdict == "yes" and (reply.missing or reply.surplus):
        raise ValueError(
            "the verdict is yes, yet something is listed as missing or surplus; "
            "empty the lists or answer no"
        )
