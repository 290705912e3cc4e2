"""Calls are made in an order that can work, and none for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from buttonup.errors import BadInput
from buttonup.gates.seen import Made, Problem, Seen, seen, short, verdict
from buttonup.once import once
from buttonup.records import Blueprint, PlannedCall, Tools, Trajectory, User, Verdict
from buttonup.tools.learning.names import only_reads as named_as_reading
from buttonup.worlds.session import find_world


def dependency(trajectory: Trajectory) -> Verdict:
    """No function is called before those that its sub-task depends on have succeeded."""
    blueprint = trajectory.blueprint
    if blueprint.plan:
        return verdict("dependency", _against_plan(trajectory))
    if not (blueprint.needs and blueprint.task.edges):
        return verdict("dependency", (), "not applicable: no dependencies are known")
    return verdict("dependency", _too_early(trajectory))


def repeats(trajectory: Trajectory) -> Verdict:
    """No call is made again once it succeeded, unless something changed in between."""
    return verdict("repeats", _repeated(trajectory))


def needed_first(trajectory: Trajectory, made: Made, among: Sequence[Made]) -> Iterator[str]:
    """Name the calls among some that bring what a call takes, by the plan."""
    index = seen(trajectory)
    if not index.planned[made.nth]:
        return
    steps = rests_on(trajectory.blueprint)[index.planned[made.nth][0]]
    others = {n for other in among if other is not made for n in index.planned[other.nth]}
    yield from (index.plan[n][1].function for n in sorted(others) if index.plan[n][0] in steps)


def unmet(trajectory: Trajectory, place: int, at: int) -> bool:
    """Say whether a planned call takes a value from a step that is not done by message `at`."""
    steps = rests_on(trajectory.blueprint)[place]
    return bool(steps) and not steps <= _done(seen(trajectory), at)


def _done(index: Seen, at: int) -> frozenset[int]:
    """List the steps of which a call has succeeded by a message."""
    earlier = (made for made in index.calls if made.at <= at and made.succeeded)
    return frozenset(index.plan[n][0] for made in earlier for n in index.planned[made.nth])


@once(4)
def rests_on(blueprint: Blueprint) -> tuple[frozenset[int], ...]:
    """List, for each call of the plan, the steps with calls that it takes values from or waits for.

    Conclusions and conditions are looked through, to what they are drawn from.
    """
    return tuple(
        _through(blueprint, _fed(call) - {i}) | awaited
        for i, step in enumerate(blueprint.plan)
        if step.calls
        for awaited in (drawn_from(blueprint, i),)
        for call in step.calls
    )


def _fed(call: PlannedCall) -> set[int]:
    """List the steps whose results a planned call takes values from."""
    return {s.step for s in call.sources.values() if s.step is not None}


def drawn_from(blueprint: Blueprint, step: int) -> frozenset[int]:
    """List the steps with calls that a step, or a conclusion, needs by the edges."""
    return _through(blueprint, {i for i, j in blueprint.task.edges if j == step})


def _through(blueprint: Blueprint, steps: set[int]) -> frozenset[int]:
    """Replace conclusions and conditions by what they are drawn from."""
    if not steps:
        return frozenset()
    plan, edges = blueprint.plan, blueprint.task.edges
    looked: set[int] = set()
    while steps := {step for step in steps - looked if 0 <= step < len(plan)}:
        looked |= steps
        concluded = {step for step in steps if not plan[step].calls}
        steps = {i for i, j in edges if j in concluded}
    return frozenset(step for step in looked if plan[step].calls)


def _against_plan(trajectory: Trajectory) -> Iterator[Problem]:
    """Check each planned call: the steps that its arguments come from succeeded before it."""
    index, blueprint = seen(trajectory), trajectory.blueprint
    for made in index.calls:
        if not index.planned[made.nth]:
            continue
        rested_on = rests_on(blueprint)[index.planned[made.nth][0]]
        missing = rested_on - _done(index, made.at) if rested_on else rested_on
        for step in sorted(missing):
            name = blueprint.plan[step].calls[0].function
            places = {n for n, (of, _) in enumerate(index.plan) if of == step}
            later = any(places.intersection(found) for found in index.planned)
            reason, words = ("too_early", "before") if later else ("skipped", "without")
            yield reason, made.at, f"{made.call.name} is called {words} {name}"


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
                    at,
                    f"{name} is called before {' or '.join(missing[0])}",
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


def _repeated(trajectory: Trajectory) -> Iterator[Problem]:
    """Find calls repeated though nothing was written and the user said nothing in between."""
    reads = reading(trajectory.blueprint.tools)
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
        written = any(c.succeeded and not only_reads(c.call.name, reads) for c in between)
        if not written and not any(calls[before].at < i < made.at for i in spoken):
            yield "repeated", made.at, f"{made.call.name} {short(made.call.raw)} again"


def only_reads(name: str, reads: frozenset[str] | None) -> bool:
    """Say whether a function changes nothing: the world knows; elsewhere its name tells."""
    if reads is not None:
        return name in reads
    return named_as_reading(name)


def reading(tools: Tools) -> frozenset[str] | None:
    """Give the functions that only read; None where nobody knows."""
    return frozenset(tools.reads) if tools.source == "own" else _reading(tools.worlds)


@lru_cache(maxsize=256)
def _reading(worlds: tuple[str, ...]) -> frozenset[str] | None:
    try:
        functions = [f for name in worlds for f in find_world(name).functions.values()]
    except BadInput:
        return None
    return frozenset(f.name for f in functions if not f.writes) if worlds else None
