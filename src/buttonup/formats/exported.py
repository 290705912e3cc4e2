"""The only door from what was synthesised to what leaves, and the way in for foreign data."""

from __future__ import annotations

from buttonup.records import Blueprint, CompositionalTask, Conversation, Trajectory, User


def exported(t: Trajectory) -> Conversation:
    """Give what the student sees of a trajectory: no sub-task, plan, goal or gold answer."""
    return Conversation(
        functions=t.blueprint.functions,
        messages=t.messages,
        parallel=t.blueprint.parallel,
        context=t.blueprint.context,
    )


def adopt(c: Conversation) -> Trajectory:
    """Give a conversation that others made the least blueprint that exports as it again.

    The task is what the user says first; sub-tasks, plan and cast are not known.
    """
    said = next((m.content for m in c.messages if isinstance(m, User)), "")
    blueprint = Blueprint(
        task=CompositionalTask(text=said),
        functions=c.functions,
        parallel=c.parallel,
        context=c.context,
    )
    return Trajectory(blueprint=blueprint, messages=c.messages)
