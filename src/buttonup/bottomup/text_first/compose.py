"""Compositional tasks: an atomic task grown into a request of several dependent steps.

Source: BUTTON, sequential composition and parallel-then-sequential composition. `deepen` (one
more step at the end of a composite) is ours: the same move made again gives deeper graphs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, get_args

import msgspec

from buttonup.bottomup.text_first import draws, texts
from buttonup.bottomup.text_first.atoms import MOST_WORDS
from buttonup.errors import BadInput
from buttonup.model.ask import Teacher
from buttonup.records import AtomicTask, CompositionalTask, Record

if TYPE_CHECKING:  # loads what only runs over a user's own tools need
    from buttonup.bottomup.given.shown import Given, Shown

MOST_COMPOSITE_WORDS = 120  # ours: a request that a person would still type

Strategy = Literal["sequential", "parallel_then_sequential"]

Task = Annotated[str, msgspec.Meta(max_length=400)]
Composite = Annotated[
    str,
    msgspec.Meta(max_length=1200, description="The whole request, in one person's natural words."),
]


class Sequential(msgspec.Struct):
    """A second task that needs the first one's result, and both as one request."""

    reasoning: Annotated[
        str, msgspec.Meta(description="What the first task brings, and what needs exactly that.")
    ]
    subsequent_task: Task
    composite_task: Composite


class ParallelThenSequential(msgspec.Struct):
    """A second task beside the first, a third that needs both results, and all as one request."""

    reasoning: Annotated[
        str,
        msgspec.Meta(description="What each of two tasks brings alone; what needs both of them."),
    ]
    parallel_task: Task
    subsequent_task: Task
    composite_task: Composite


class ComposeKnobs(Record):
    """Which composites an atomic task grows into."""

    strategies: tuple[Strategy, ...] = ("sequential", "parallel_then_sequential")
    """One composite is made by each of these."""
    deeper: int = 0
    """Steps added behind each composite, one after the other: deeper than the paper goes."""

    def __post_init__(self) -> None:
        if not self.strategies:
            raise BadInput("compose.strategies is empty", f"name some of {get_args(Strategy)}")


async def compose(
    atom: AtomicTask, teacher: Teacher, knobs: ComposeKnobs, given: Given | None = None
) -> list[Record]:
    """Grow an atomic task into one composite for each strategy.

    Where functions are given, into what these can do.
    """
    shown = await given.shown_for(atom.scenario) if given else None
    grow = {"sequential": sequential, "parallel_then_sequential": parallel_then_sequential}
    if len(knobs.strategies) == 1:
        return [await grow[knobs.strategies[0]](atom, teacher, shown)]
    drafts = (grow[strategy](atom, teacher, shown) for strategy in knobs.strategies)
    return await draws.keep("compose", atom, drafts)


async def sequential(
    atom: AtomicTask, teacher: Teacher, shown: Shown | None = None
) -> CompositionalTask:
    """Add a task that can only run on the atom's result."""

    def check(reply: Sequential) -> None:
        _check([atom.text], [reply.subsequent_task], reply.composite_task, shown)

    slots = {"task": atom.text, "most_words": MOST_WORDS, "given": shown}
    reply = await teacher.ask("sequential", Sequential, slots, check=check)
    return CompositionalTask(
        text=texts.squeeze(reply.composite_task),
        subtasks=(atom, _subtask(reply.subsequent_task, atom)),
        edges=((0, 1),),
    )


async def parallel_then_sequential(
    atom: AtomicTask, teacher: Teacher, shown: Shown | None = None
) -> CompositionalTask:
    """Add a task beside the atom, independent of it, and a last one that needs both results."""

    def check(reply: ParallelThenSequential) -> None:
        new = [reply.parallel_task, reply.subsequent_task]
        _check([atom.text], new, reply.composite_task, shown)

    slots = {"task": atom.text, "most_words": MOST_WORDS, "given": shown}
    reply = await teacher.ask(
        "parallel_then_sequential", ParallelThenSequential, slots, check=check
    )
    beside, after = _subtask(reply.parallel_task, atom), _subtask(reply.subsequent_task, atom)
    return CompositionalTask(
        text=texts.squeeze(reply.composite_task),
        subtasks=(atom, beside, after),
        edges=((0, 2), (1, 2)),
    )


async def deepen(
    task: CompositionalTask, teacher: Teacher, knobs: ComposeKnobs, given: Given | None = None
) -> list[CompositionalTask]:
    """Add `knobs.deeper` tasks, each of which can only run on the result of the one before."""
    shown = await given.shown_for(task.subtasks[0].scenario) if given else None
    for _ in range(knobs.deeper):
        task = await deepened(task, teacher, shown)
    return [task]


async def deepened(
    task: CompositionalTask, teacher: Teacher, shown: Shown | None = None
) -> CompositionalTask:
    """Add one task that can only run on the composite's last result."""

    def check(reply: Sequential) -> None:
        before = [subtask.text for subtask in task.subtasks]
        _check(before, [reply.subsequent_task], reply.composite_task, shown)
        if texts.echoes(reply.composite_task, task.text):
            raise ValueError("the composite task says no more than the one it was given")

    slots = {"task": task.text, "most_words": MOST_WORDS, "given": shown}
    reply = await teacher.ask("sequential", Sequential, slots, check=check)
    last = len(task.subtasks) - 1
    return CompositionalTask(
        text=texts.squeeze(reply.composite_task),
        subtasks=(*task.subtasks, _subtask(reply.subsequent_task, task.subtasks[0])),
        edges=(*task.edges, (last, last + 1)),
    )


def _subtask(text: str, atom: AtomicTask) -> AtomicTask:
    return AtomicTask(text=texts.squeeze(text), scenario=atom.scenario)


def _check(before: list[str], new: list[str], composite: str, shown: Shown | None) -> None:
    """Refuse a composition that echoes, leaves details out, or dictates tools."""
    found = [f"sub-task {n}: {fault}" for n, text in enumerate(new, 1) for fault in _faults(text)]
    found += [f"composite task: {f}" for f in texts.task_faults(composite, MOST_COMPOSITE_WORDS)]
    for text in (*before, *new):
        if texts.echoes(composite, text):
            found.append(f'the composite task only repeats "{text}"; it must ask for everything')
        if lost := texts.numerals(text) - texts.numerals(composite):
            found.append(f'the composite task leaves out {", ".join(sorted(lost))} of "{text}"')
    for n, text in enumerate(new):
        if any(texts.echoes(text, other) for other in (*before, *new[:n])):
            found.append(f'"{text}" only repeats an earlier sub-task')
    found += shown.faults(" ".join((*new, composite))) if shown else []
    if found:
        raise ValueError("; ".join(found))


def _faults(text: str) -> list[str]:
    return texts.task_faults(text, MOST_WORDS)
