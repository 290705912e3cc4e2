"""Every call is one that the task needs, with the values it needs, and none is left out.

Each gate tells of what only it can see. A call whose value comes from nowhere is for provenance, one
that comes before what it needs for dependency; neither is told of here again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from buttonup.gates.order import is_planned, only_reads, reading, unmet
from buttonup.gates.provenance import groundless
from buttonup.gates.seen import Made, Problem, seen, short, verdict
from buttonup.records import Blueprint, PlannedCall, Trajectory, Verdict


def plan(trajectory: Trajectory) -> Verdict:
    """Every call is one that the task needs, with the values it needs, and none is left out."""
    if not trajectory.blueprint.plan:
        return verdict("plan", (), "not applicable: no plan is known")
    return verdict("plan", (*_unplanned(trajectory), *_skipped(trajectory)))


def _unplanned(trajectory: Trajectory) -> Iterator[Problem]:
    """Find calls outside the plan: any of the plan-follower's, others' that change something.

    Others may look a thing up on another way; what a condition rules out nobody may call.
    """
    blueprint = trajectory.blueprint
    follower = trajectory.cast.assistant == "plan"
    reads = reading(blueprint.tools.worlds)
    ruled_out = [call for step in blueprint.plan for call in step.avoided]
    needed = {call.function for call in _calls(blueprint)}
    calls = seen(trajectory).calls
    for made in calls:
        words = f"message {made.at}: {made.call.name} {short(made.call.raw)}"
        if any(is_planned(made, call) for call in ruled_out):
            yield "ruled_out", f"{words} is under a condition that does not hold"
        elif any(is_planned(made, call) for call in _calls(blueprint)):
            continue
        elif not follower and (not made.succeeded or only_reads(made.call.name, reads)):
            continue
        elif groundless(trajectory, made):
            continue
        elif made.call.name in needed:
            yield "wrong_argument", f"{words} is called with other values in the plan"
        elif _instead(trajectory, made, calls):
            yield "wrong_function", f"{words} stands where the plan has another call"
        else:
            yield "unneeded", f"{words} is in no plan"


def _instead(trajectory: Trajectory, made: Made, calls: Sequence[Made]) -> bool:
    """Say whether a call was made while one that the plan has was due, and not made."""
    done = [c for c in calls if c.at <= made.at]
    for step in trajectory.blueprint.plan:
        for call in step.calls:
            if any(is_planned(c, call) for c in done):
                continue
            if any(is_planned(c, call) for c in calls) and not unmet(trajectory, call, made.at):
                return True
    return False


def _skipped(trajectory: Trajectory) -> Iterator[Problem]:
    """Find planned calls that were never made; only those that change things where others act.

    One that a call which was made rests on is for the dependency gate to tell of.
    """
    blueprint = trajectory.blueprint
    follower = trajectory.cast.assistant == "plan"
    reads = reading(blueprint.tools.worlds)
    calls = seen(trajectory).calls
    missed = {
        i
        for i, step in enumerate(blueprint.plan)
        for call in step.calls
        if (follower or not only_reads(call.function, reads))
        and not any(is_planned(made, call) for made in calls)
    }
    for i in sorted(missed):
        if not any(_made_without(blueprint, j, i, missed) for j in range(len(blueprint.plan))):
            call = blueprint.plan[i].calls[0]
            yield "skipped", f"{call.function} {short(call.arguments)} of the plan is never called"


def _made_without(blueprint: Blueprint, j: int, i: int, missed: set[int]) -> bool:
    """Say whether step j was carried out though it takes a value from step i."""
    if j in missed or j == i:
        return False
    sources = (s for call in blueprint.plan[j].calls for s in call.sources.values())
    return any(s.step is not None and i in _under(blueprint, s.step) for s in sources)


def _under(blueprint: Blueprint, step: int) -> set[int]:
    """List a step and those that it rests on, as far as they are conclusions."""
    found = {step}
    if not blueprint.plan[step].calls:
        for i, j in blueprint.task.edges:
            if j == step:
                found |= _under(blueprint, i)
    return found


def _calls(blueprint: Blueprint) -> Iterator[PlannedCall]:
    return (call for step in blueprint.plan for call in step.calls)
