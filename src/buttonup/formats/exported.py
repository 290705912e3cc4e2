"""The only door from what was synthesised to what leaves, and the way in for foreign data."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from buttonup.records import (
    Assistant,
    Blueprint,
    Cast,
    CompositionalTask,
    Conversation,
    Function,
    Sample,
    Tool,
    Tools,
    Trajectory,
    User,
    Verdict,
)
from buttonup.store.lines import Stretch, read_stretch


def exported(t: Trajectory) -> Conversation:
    """Give what the student sees of a trajectory: no sub-task, plan, goal or gold answer."""
    shown, messages = t.blueprint.functions, t.messages
    if not t.blueprint.responses:
        shown = _unanswered(shown)
        messages = tuple(_offering(m) if isinstance(m, User) else m for m in messages)
    return Conversation(
        functions=shown,
        messages=messages,
        parallel=t.blueprint.parallel,
        context=t.blueprint.context,
    )


def _unanswered(functions: tuple[Function, ...]) -> tuple[Function, ...]:
    """Leave out what functions respond with, as most lists of tools do."""
    return tuple(Function(f.name, f.description, f.parameters) for f in functions)


def _offering(said: User) -> User:
    return replace(said, offers=_unanswered(said.offers)) if said.offers else said


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


# --- what a line holds ------------------------------------------------------------------------
#
# Most of a sample is left out by every format, and of the rest most is JSON that is copied: the
# schemas and the results. Reading none of it takes a quarter of the time.


class _Function(Function):
    parameters: msgspec.Raw  # type: ignore[assignment]
    responses: msgspec.Raw = msgspec.Raw()  # type: ignore[assignment]


class _Tool(Tool, tag="tool"):
    result: msgspec.Raw


class _Task(msgspec.Struct):
    text: str = ""


class _Blueprint(msgspec.Struct):
    task: _Task
    functions: tuple[_Function, ...] = ()
    parallel: bool | None = True
    responses: bool = True
    context: str = ""
    tools: Tools = Tools()


class _Trajectory(msgspec.Struct):
    blueprint: _Blueprint
    messages: tuple[User | Assistant | _Tool, ...] = ()
    cast: Cast = Cast()


class _Sample(msgspec.Struct):
    trajectory: _Trajectory
    verdicts: tuple[Verdict, ...] = ()


def read_exported(stretch: Stretch) -> Iterator[Sample]:
    """Go through the samples of a part of a file, as far as they are exported.

    They have no sub-task, plan or goal; schemas and results are JSON as it stands in the line.
    Raises  BadInput for a line that is no sample
    """
    for sample in read_stretch(stretch, _Sample, "Sample"):
        t = sample.trajectory
        blueprint = Blueprint(
            task=CompositionalTask(text=t.blueprint.task.text),
            functions=t.blueprint.functions,
            parallel=t.blueprint.parallel,
            responses=t.blueprint.responses,
            context=t.blueprint.context,
            tools=t.blueprint.tools,
        )
        yield Sample(Trajectory(blueprint, t.messages, t.cast), sample.verdicts)
