"""Calls are made in an order that can work, and none for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from buttonup.errors import BadInput
from buttonup.gates.seen import Made, Problem, seen, short, verdict
from buttonup.records import Blueprint, Tools, Trajectory, User, Verdict
from buttonup.worlds.session import open_session

_READS = (
    "get list find search check look lookup query read show view fetch calculate compute convert "
    "quote compare estimate track verify validate count translate generate analyze"
).split()
"""First words of function names that say the function changes nothing."""


def dependency(trajectory: Trajectory) -> Verdict:
    """No function is called before those that its sub-task depends on have succeeded."""
    blueprint = trajectory.blueprint
    if not (blueprint.needs and blueprint.task.edges) and not blueprint.plan:
        return verdict("dependency", (), "not applicable: no dependencies are known")
    return verdict("dependency", (*_too_early(trajectory), *_against_plan(trajectory)))


def repeats(trajectory: Trajectory) -> Verdict:
    """No call is made again once it succeeded, none without use, and none of a plan is left out."""
    found = (*_repeated(trajectory), *_useless(trajectory), *_skipped(trajectory))
    return verdict("repeats", found)


def needed_first(
    trajectory: Trajectory, made: Made, among: Sequence[Made], known: frozenset[int] = frozenset()
) -> Iterator[str]:
    """Name the calls among some that the plan needs before a call; steps in `known` are done."""
    index = seen(trajectory)
    if not index.planned[made.nth]:
        return
    _, planned = index.plan[index.planned[made.nth][0]]
    steps = {s.step for s in planned.sources.values() if s.step is not None} - known
    if not steps:
        return
    others = {n for other in among if other is not made for n in index.planned[other.nth]}
    for step in sorted(steps):
        yield from (index.plan[n][1].function for n in sorted(others) if index.plan[n][0] == step)


def _too_early(trajectory: Trajectory) -> Iterator[Problem]:
    """Check first calls against the sub-tasks. Calls of one turn are for the parallel gate."""
    calls = seen(trajectory).calls
    owners: dict[str, list[int]] = {}
    for i, names in enumerate(trajectory.blueprint.needs):
        for name in names:
            owners.setdefault(name, []).append(i)
    waits = _waits(trajectory.blueprint)
    done: set[str] = set()
    first: set[str] = set()
    for at in dict.fromkeys(made.at for made in calls):
        turn = [made for made in calls if made.at == at]
        done |= {made.call.name for made in turn if made.succeeded}
        for name in dict.fromkeys(made.call.name for made in turn):
            if name in first or name not in owners:
                continue
            first.add(name)
            missing = [_missing(i, waits, trajectory.blueprint, done) for i in owners[name]]
            if all(missing):
                yield (
                    "too_early",
                    f"message {at}: {name} is called before {' or '.join(missing[0])}",
                )


def _missing(
    i: int, waits: list[set[int]], blueprint: Blueprint, done: set[str]
) -> tuple[str, ...]:
    """Give the functions of a sub-task that `i` waits for, none of which succeeded; () if none."""
    for j in sorted(waits[i]):
        if not done.intersection(blueprint.needs[j]):
            return blueprint.needs[j]
    return ()


def _waits(blueprint: Blueprint) -> list[set[int]]:
    """List the sub-tasks that each one waits for, looking through those without functions."""
    needs = blueprint.needs
    before: list[set[int]] = [set() for _ in needs]
    for i, j in blueprint.task.edges:
        if 0 <= i < j < len(needs):
            before[j].add(i)
    for j in range(len(needs)):
        for i in [i for i in before[j] if not needs[i]]:
            before[j] = before[j] - {i} | before[i]
    return before


def _against_plan(trajectory: Trajectory) -> Iterator[Problem]:
    """Check each planned call: the steps that its arguments come from were called before it."""
    index = seen(trajectory)
    for made in index.calls:
        later = [other for other in index.calls[made.nth + 1 :] if other.at > made.at]
        earlier = [other for other in index.calls if other.at <= made.at and other.succeeded]
        done = frozenset(index.plan[n][0] for other in earlier for n in index.planned[other.nth])
        for name in needed_first(trajectory, made, later, done):
            yield "too_early", f"message {made.at}: {made.call.name} is called before {name}"


def _repeated(trajectory: Trajectory) -> Iterator[Problem]:
    """Find calls repeated though nothing was written and the user said nothing in between."""
    reads = _reading(trajectory.blueprint.tools)
    spoken = [i for i, m in enumerate(trajectory.messages) if isinstance(m, User)]
    calls = seen(trajectory).calls
    last: dict[tuple[str, str], int] = {}
    for n, made in enumerate(calls):
        before = last.get(made.same)
        if made.succeeded:
            last[made.same] = n
        if before is None or calls[before].at == made.at:
            continue
        between = calls[before + 1 : n]
        written = any(c.succeeded and not _only_reads(c.call.name, reads) for c in between)
        if not written and not any(calls[before].at < i < made.at for i in spoken):
            yield "repeated", f"message {made.at}: {made.call.name} {short(made.call.raw)} again"


def _useless(trajectory: Trajectory) -> Iterator[Problem]:
    """Find successful calls outside the plan: any of the plan-follower's, others' writes."""
    if not trajectory.blueprint.plan:
        return
    follower = trajectory.cast.assistant == "plan"
    reads = _reading(trajectory.blueprint.tools)
    index = seen(trajectory)
    for made in index.calls:
        if not made.succeeded or index.planned[made.nth]:
            continue
        if follower or not _only_reads(made.call.name, reads):
            yield (
                "useless",
                f"message {made.at}: {made.call.name} {short(made.call.raw)} is in no plan",
            )


def _skipped(trajectory: Trajectory) -> Iterator[Problem]:
    """Find planned calls that the plan-follower never made; others may go another way."""
    if trajectory.cast.assistant != "plan":
        return
    index = seen(trajectory)
    called = {n for places in index.planned for n in places}
    for n, (_, call) in enumerate(index.plan):
        if n not in called:
            yield "skipped", f"{call.function} {short(call.arguments)} of the plan is never called"


def _only_reads(name: str, reads: frozenset[str] | None) -> bool:
    """Say whether a function changes nothing: the world knows; elsewhere its name tells."""
    if reads is not None:
        return name in reads
    return any(name.lower().startswith(verb) for verb in _READS)


@lru_cache(maxsize=256)
def _reading(tools: Tools) -> frozenset[str] | None:
    """Give the functions of the opened worlds that only read; None when no world is open."""
    if tools.source != "worlds":
        return None
    try:
        session = open_session(tools)
    except BadInput:
        return None
    return frozenset(f.name for f in session.functions if not session.writes(f.name))
