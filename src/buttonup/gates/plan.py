"""Every call is one that the task needs, with the values it needs, and none is left out.

Each gate tells of what only it can see. A call whose value comes from nowhere is for provenance,
one that comes before what it needs for dependency, one where the user's turn calls for none for
turns; none of them is told of here again.
"""

from __future__ import annotations

from collections.abc import Iterator

from buttonup.gates.order import only_reads, reading, rests_on, unmet
from buttonup.gates.provenance import groundless
from buttonup.gates.seen import Made, Problem, seen, short, verdict
from buttonup.gates.turns import uncalled_for
from buttonup.records import Trajectory, User, Verdict


def plan(trajectory: Trajectory) -> Verdict:
    """Every call is one that the task needs, with the values it needs, and none is left out."""
    if not trajectory.blueprint.plan:
        return verdict("plan", (), "not applicable: no plan is known")
    return verdict("plan", (*_unplanned(trajectory), *_skipped(trajectory)))


def _unplanned(trajectory: Trajectory) -> Iterator[Problem]:
    """Find calls outside the plan: any of the plan-follower's, others' that change something.

    Others may look a thing up on another way; what a condition rules out nobody may call.
    """
    index, blueprint = seen(trajectory), trajectory.blueprint
    follower = trajectory.cast.assistant == "plan"
    reads = reading(blueprint.tools)
    ruled_out = [call for step in blueprint.plan for call in step.avoided]
    needed = {call.function for _, call in index.plan}
    for made in index.calls:
        words = f"{made.call.name} {short(made.call.raw)}"
        harmless = not made.succeeded or only_reads(made.call.name, reads)
        if any(made.does(call) for call in ruled_out):
            yield "ruled_out", made.at, f"{words} is under a condition that does not hold"
        elif index.planned[made.nth] or (harmless and not follower) or _told_of(trajectory, made):
            continue
        elif made.call.name in needed:
            yield "wrong_argument", made.at, f"{words} has other values in the plan"
        elif _instead(trajectory, made):
            yield "wrong_function", made.at, f"{words} stands where the plan has another call"
        else:
            yield "unneeded", made.at, f"{words} is in no plan"


def _told_of(trajectory: Trajectory, made: Made) -> bool:
    """Say whether another gate tells of a call that no plan has."""
    return groundless(trajectory, made) or uncalled_for(trajectory, made)


def _instead(trajectory: Trajectory, made: Made) -> bool:
    """Say whether a call was made while one that the plan has was due, and came only later."""
    index = seen(trajectory)
    by_now = {n for c in index.calls if c.at <= made.at for n in index.planned[c.nth]}
    later = {n for c in index.calls if c.at > made.at for n in index.planned[c.nth]}
    start = max(
        (i for i, m in enumerate(trajectory.messages[: made.at]) if isinstance(m, User)), default=-1
    )
    end = next(
        (i for i, m in enumerate(trajectory.messages) if i > made.at and isinstance(m, User)),
        len(trajectory.messages),
    )
    soon = {n for c in index.calls if start < c.at < end for n in index.planned[c.nth]}
    due = (later - by_now) & soon
    return any(not unmet(trajectory, n, made.at) for n in due)


def _skipped(trajectory: Trajectory) -> Iterator[Problem]:
    """Find planned calls that were never made; only those that change things where others act.

    One that a call which was made rests on is for the dependency gate to tell of.
    """
    index, blueprint = seen(trajectory), trajectory.blueprint
    follower = trajectory.cast.assistant == "plan"
    reads = reading(blueprint.tools)
    made = {n for places in index.planned for n in places}
    done = {index.plan[n][0] for n in made}
    rested_on = {i for n in made for i in rests_on(blueprint)[n]} - done
    for n, (step, call) in enumerate(index.plan):
        if n in made or step in rested_on:
            continue
        if follower or not only_reads(call.function, reads):
            yield (
                "skipped",
                None,
                f"{call.function} {short(call.arguments)} of the plan is never called",
            )
