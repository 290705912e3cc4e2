"""Run it again: the same calls on the same worlds, the same results, the same end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from buttonup.errors import BadInput
from buttonup.gates.order import only_reads, reading
from buttonup.gates.seen import Made, Problem, is_error, seen, short, verdict
from buttonup.records import Json, Trajectory, Verdict
from buttonup.tools.door import refusal
from buttonup.worlds.session import open_session


def replay(trajectory: Trajectory) -> Verdict:
    """Run again from its seed, the calls give the same results and leave the same state."""
    source = trajectory.blueprint.tools.source
    if source == "own":
        return _of_own(trajectory)
    if source != "worlds":
        return verdict("replay", (), f"not applicable: the tools are {source}, not worlds")
    try:
        return verdict("replay", _differences(trajectory))
    except BadInput as unknown:
        return verdict("replay", (("unknown_world", None, str(unknown)),))


def _of_own(trajectory: Trajectory) -> Verdict:
    """Compare with what a user's own tools gave when the calls were made once more."""
    again, played = trajectory.again, trajectory.blueprint.tools.played
    if again is None or again.why:
        why = again.why if again else "nobody made the calls again"
        return verdict("replay", (), f"not applicable: not_replayable: {why}")
    calls = seen(trajectory).calls
    upset = {u.function: u.result for u in trajectory.blueprint.tools.upsets}
    reached = [c for c in calls if c.call.name not in played]
    real = [c for c in reached if upset.get(c.call.name, ...) != c.result]
    some = len(real) < len(calls)
    note = f"{len(real)} of {len(calls)} calls, the others did not reach the tools" if some else ""
    if calls and not real:
        return verdict("replay", (), f"not applicable: not_replayable: {note}")
    return verdict("replay", _differing(calls, real, again.results), note)


def _differing(
    calls: tuple[Made, ...], real: list[Made], results: tuple[Json, ...]
) -> Iterator[Problem]:
    if len(results) != len(calls):
        yield "different_result", None, f"{len(calls)} calls gave {len(results)} results"
        return
    for made in real:
        result = results[made.nth]
        if made.answered is not None and made.call.arguments is not None and made.result != result:
            told = f"{short(made.result)} was {short(result)} when run again"
            yield "different_result", made.answered, f"{made.call.name}: {told}"


def _differences(trajectory: Trajectory) -> Iterator[Problem]:
    calls = seen(trajectory).calls
    results, changes = _run(trajectory, calls)
    same = True
    for made, result in zip(calls, results, strict=True):
        if made.answered is not None and made.result != result:
            same = False
            told = f"{short(made.result)} was {short(result)} when run again"
            yield "different_result", made.answered, f"{made.call.name}: {told}"
    goal = trajectory.blueprint.goal
    if goal is not None and changes != goal.changes and _wrote_as_planned(trajectory):
        yield "different_state", None, f"{short(changes)} changed, not {short(goal.changes)}"
    if same and any(_may_matter(trajectory, list(turn)) for _, turn in groupby(calls, _turn)):
        yield from _order_matters(trajectory, calls, changes)


def _wrote_as_planned(trajectory: Trajectory) -> bool:
    """Say whether just the planned calls changed things; if not, the plan gate tells of it."""
    index = seen(trajectory)
    if not index.plan:
        return True
    reads = reading(trajectory.blueprint.tools)
    writes = [c for c in index.calls if c.succeeded and not only_reads(c.call.name, reads)]
    called = {n for c in writes for n in index.planned[c.nth]}
    wanted = {
        n
        for n, (_, call) in enumerate(index.plan)
        if not only_reads(call.function, reads) and not is_error(call.result)
    }
    return wanted <= called and all(index.planned[c.nth] for c in writes)


def _may_matter(trajectory: Trajectory, turn: list[Made]) -> bool:
    """Say whether calls of one turn may disturb each other.

    Those that only read cannot: a `Table` changes by `put` and `remove` alone, its rows are frozen,
    and a function that is not declared to write uses neither. All of them see the state that the
    turn began with, in any order. What an upset makes fail counts its calls, as a write would.
    """
    tools = trajectory.blueprint.tools
    reads = reading(tools) or frozenset()
    undisturbed = reads.difference(upset.function for upset in tools.upsets)
    return len(turn) > 1 and any(made.call.name not in undisturbed for made in turn)


def _order_matters(
    trajectory: Trajectory, calls: tuple[Made, ...], changes: dict[str, Json]
) -> Iterator[Problem]:
    """Run the calls of every turn in reverse order: what is independent gives the same."""
    turned = tuple(made for _, turn in groupby(calls, _turn) for made in reversed(list(turn)))
    results, ended = _run(trajectory, turned)
    for made, result in zip(turned, results, strict=True):
        if made.answered is not None and made.result != result:
            yield "order_matters", made.at, f"{made.call.name} gives {short(result)}"
    if ended != changes:
        yield "order_matters", None, f"{short(ended)} changed, not {short(changes)}"


def _run(trajectory: Trajectory, calls: tuple[Made, ...]) -> tuple[list[Json], dict[str, Json]]:
    session = open_session(trajectory.blueprint.tools)
    shown = seen(trajectory).functions
    results = []
    for made in calls:
        if made.call.name in shown and made.call.arguments is not None:
            results.append(session.call(made.call.name, made.call.arguments))
        else:
            results.append(refusal(made.call, trajectory.functions))
    return results, session.changes()


def _turn(made: Made) -> int:
    return made.at
