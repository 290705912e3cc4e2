"""What each role may see. Leaks are prevented here: what a view lacks, its role cannot tell.

The decomposition, the plan, the goal and the gold answer are privileged. Only the guided assistant
sees the decomposition; nobody who plays by a model sees the rest.
"""

from __future__ import annotations

from collections.abc import Iterator

from buttonup.records import (
    Assistant,
    Blueprint,
    Call,
    Function,
    Message,
    Record,
    Tool,
    Trajectory,
    User,
)
from buttonup.tools.door import Ran, Scene
from buttonup.topdown.turns import to_say


class UserView(Record):
    """What the user knows: what they want, and the words exchanged so far."""

    wants: str
    messages: tuple[Message, ...] = ()


class Hint(Record):
    """A sub-task as the guided assistant is shown it."""

    task: str
    functions: tuple[str, ...] = ()
    needs: tuple[int, ...] = ()
    """Numbers of the hints that come first, counted from 1."""


class AssistantView(Record):
    """What the assistant knows. Without hints it is what the student will see."""

    context: str = ""
    functions: tuple[Function, ...] = ()
    parallel: bool = True
    messages: tuple[Message, ...] = ()
    hints: tuple[Hint, ...] = ()


def user_sees(t: Trajectory) -> UserView:
    """Show the user what they want now and the words, but no call, result or thought."""
    return UserView(wants=to_say(t).says, messages=_words(t))


def assistant_sees(t: Trajectory, *, guided: bool) -> AssistantView:
    """Show the assistant what the student will see; `guided` adds the decomposition."""
    b = t.blueprint
    return AssistantView(
        context=b.context,
        functions=t.functions,
        parallel=b.parallel is True,
        messages=t.messages,
        hints=_hints(b) if guided else (),
    )


def tools_see(t: Trajectory) -> Scene:
    """Show whoever runs the tools the request and the calls so far, but no thought."""
    return Scene(
        functions=t.functions,
        request="\n".join(m.content for m in t.messages if isinstance(m, User)),
        context=t.blueprint.context,
        ran=tuple(_ran(t)),
    )


def _ran(t: Trajectory) -> Iterator[Ran]:
    """List the calls that have run. An id may come again in a later turn: it is another call."""
    due: list[Call] = []
    for message in t.messages:
        match message:
            case Assistant(calls=calls):
                due = list(calls)
            case Tool(call_id=id, result=result):
                call = next(c for c in due if c.id == id)
                due.remove(call)
                yield Ran(call, result)
            case User():
                pass


def _words(t: Trajectory) -> tuple[Message, ...]:
    """List what was said between user and assistant."""
    said: list[Message] = []
    for message in t.messages:
        match message:
            case User():
                said.append(message)
            case Assistant(answer=answer) if answer:
                said.append(Assistant(answer=answer))
            case _:
                pass
    return tuple(said)


def _hints(b: Blueprint) -> tuple[Hint, ...]:
    return tuple(
        Hint(
            task=subtask.text,
            functions=b.needs[j] if j < len(b.needs) else (),
            needs=tuple(i + 1 for i, k in sorted(b.task.edges) if k == j),
        )
        for j, subtask in enumerate(b.task.subtasks)
    )
