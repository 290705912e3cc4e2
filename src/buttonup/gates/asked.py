"""Which gates can be asked of a trajectory, and which lack what they would need to know.

A gate passes what it does not apply to. That is right where the trajectory is ours and has what
there is to have; of a dataset that others made, a pass for want of information would be no news.
"""

from __future__ import annotations

from collections.abc import Callable

from buttonup.gates.seen import seen
from buttonup.records import Assistant, Tool, Trajectory


def _called(t: Trajectory) -> bool:
    return bool(seen(t).calls)


def _called_or_listed(t: Trajectory) -> bool:
    return _called(t) or bool(t.functions)


def _answered(t: Trajectory) -> bool:
    return bool(seen(t).results)


def _known_results(t: Trajectory) -> bool:
    return any(f.responses for f in t.functions) and _answered(t)


def _runs_again(t: Trajectory) -> bool:
    if t.blueprint.tools.source == "own":
        return t.again is not None and not t.again.why
    return t.blueprint.tools.source == "worlds"


NEEDS: dict[str, tuple[str, Callable[[Trajectory], bool]]] = {
    "functions": ("nothing is called or listed", _called_or_listed),
    "parallel": ("nothing is called", _called),
    "arguments": ("nothing is called or listed", _called_or_listed),
    "results": ("no results with a known schema", _known_results),
    "provenance": ("nothing is called", _called),
    "dependency": ("no plan is known", lambda t: bool(t.blueprint.plan or t.blueprint.needs)),
    "repeats": ("no results", _answered),
    "plan": ("no plan is known", lambda t: bool(t.blueprint.plan)),
    "answer": ("no results", _answered),
    "turns": ("no plan is known", lambda t: bool(t.blueprint.turns)),
    "replay": ("no world is known", _runs_again),
}
"""Gate -> what it lacks when it cannot be asked, and whether there is enough to ask."""


def lacking(trajectory: Trajectory) -> dict[str, str]:
    """Tell the gates that cannot be asked of a trajectory, each with what is lacking."""
    return {gate: words for gate, (words, enough) in NEEDS.items() if not enough(trajectory)}


def stops_at_calls(trajectory: Trajectory) -> bool:
    """Say whether a conversation of others ends with calls, and has no result at all.

    Much data for one turn is like that: what would come of the calls was never part of it.
    """
    last = trajectory.messages[-1] if trajectory.messages else None
    return (
        trajectory.blueprint.tools.source == "unknown"
        and isinstance(last, Assistant)
        and bool(last.calls)
        and not last.answer
        and not seen(trajectory).results
    )


def closed(trajectory: Trajectory) -> Trajectory:
    """Give a trajectory that stops at calls an end, for its structure to be asked after."""
    last = trajectory.messages[-1] if trajectory.messages else None
    if not isinstance(last, Assistant) or not stops_at_calls(trajectory):
        return trajectory
    results = (Tool(call.id, call.name, None) for call in last.calls)
    return trajectory.plus(*results, Assistant(answer="It is done."))
