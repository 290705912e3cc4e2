"""What a conversation was acted out from: the task, its plan, the functions shown, the goal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from buttonup.errors import Reject
from buttonup.formats import FORMATS, exported
from buttonup.records import (
    Assistant,
    Function,
    Json,
    PlannedCall,
    Sample,
    Source,
    Step,
    Trajectory,
)
from buttonup.view.sample.tree import Node, as_json, summary, tree
from buttonup.view.sample.visible import legible


@dataclass(frozen=True, slots=True)
class Planned:
    """A call of the plan."""

    function: str
    arguments: Node
    comes: tuple[tuple[str, str], ...]
    """Argument, and where its value comes from."""
    summary: str
    result: Node


@dataclass(frozen=True, slots=True)
class SubTask:
    """A sub-task, and what it came to."""

    number: int
    text: str
    needs: tuple[str, ...]
    after: tuple[int, ...]
    """The numbers of the sub-tasks that come first."""
    calls: tuple[Planned, ...] = ()
    avoided: tuple[Planned, ...] = ()
    conclusion: Node | None = None
    finding: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A function as it was shown to the assistant."""

    function: Function
    part: str
    """"needed", "distractor", or "" where no sub-task says what it needs."""
    called: int
    parameters: Node
    responses: Node | None


def subtasks(t: Trajectory) -> tuple[SubTask, ...]:
    """List the sub-tasks with what the plan made of them."""
    b = t.blueprint
    return tuple(
        _subtask(t, i, one.text, b.plan[i] if i < len(b.plan) else None)
        for i, one in enumerate(b.task.subtasks)
    )


def _subtask(t: Trajectory, i: int, text: str, step: Step | None) -> SubTask:
    needs = t.blueprint.needs[i] if i < len(t.blueprint.needs) else ()
    after = tuple(sorted(a + 1 for a, b in t.blueprint.task.edges if b == i))
    if step is None:
        return SubTask(i + 1, text, needs, after)
    return SubTask(
        i + 1,
        text,
        needs,
        after,
        tuple(map(_planned, step.calls)),
        tuple(map(_planned, step.avoided)),
        tree(step.conclusion) if step.conclusion is not None else None,
        step.finding,
    )


def _planned(call: PlannedCall) -> Planned:
    comes = tuple((legible(name), _comes(source)) for name, source in call.sources.items())
    return Planned(
        call.function, tree(call.arguments), comes, summary(call.result), tree(call.result)
    )


def _comes(source: Source) -> str:
    match source:
        case Source(kind="said"):
            return "the user's words"
        case Source(kind="default"):
            return "the schema's default"
        case _:
            place = legible(source.path) or "all of it"
            step = "?" if source.step is None else source.step + 1
            return f"sub-task {step}: {place}"


def functions(t: Trajectory) -> tuple[Offered, ...]:
    """List the functions shown, those that were called first; distractors are marked."""
    distractors = {f.name for f in t.blueprint.distractors} if any(t.blueprint.needs) else None
    calls = (call for m in t.messages if isinstance(m, Assistant) for call in m.calls)
    called = Counter(call.name for call in calls)
    listed = [
        Offered(
            f,
            "" if distractors is None else "distractor" if f.name in distractors else "needed",
            called[f.name],
            tree(f.parameters, nodes=200),
            tree(f.responses, nodes=200) if f.responses else None,
        )
        for f in t.functions
    ]
    return tuple(sorted(listed, key=lambda one: (not one.called, one.part == "distractor")))


# --- what stays in the house, and what leaves it ------------------------------------------------

LEAVES = frozenset({"functions", "parallel", "context"})
"""Fields of the blueprint that `formats.exported` lets out; of the trajectory, the messages."""


def kept_back(sample: Sample) -> dict[str, Json]:
    """Give what of a sample no export has: the plan, the goal, the gold answers, the verdicts."""
    told: dict[str, Any] = as_json(sample)
    whole = told["trajectory"]
    blueprint = {k: v for k, v in whole["blueprint"].items() if k not in LEAVES}
    rest = {k: v for k, v in whole.items() if k not in ("blueprint", "messages")}
    return {
        "blueprint": dict(_there(blueprint)),
        **dict(_there(rest)),
        "verdicts": [v for v in told.get("verdicts", ()) if not v["passed"]],
    }


def _there(told: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    """Leave out what is empty."""
    return ((k, v) for k, v in told.items() if v not in (None, "", [], {}, ()))


def leaves_as(t: Trajectory, name: str) -> tuple[Json, str]:
    """Give the row that an export in a format has of it; or None, and why it has none."""
    try:
        return FORMATS[name].render(exported(t)), ""
    except Reject as reject:
        return None, f"{reject.reason}: {reject.detail}" if reject.detail else reject.reason
