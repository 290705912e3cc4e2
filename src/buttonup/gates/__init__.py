"""Gates: pure predicates over a trajectory, each with a reason and evidence.

A gate that does not apply to a trajectory passes it. `sift` asks all of them, and where a judge has
scored the trajectory, `judged` too.
"""

from __future__ import annotations

from collections.abc import Callable

from buttonup.errors import BadInput
from buttonup.gates import answer, fit, leaks, order, plan, provenance, replay, structure, turns
from buttonup.gates.asked import closed, lacking, stops_at_calls
from buttonup.gates.judged import judged
from buttonup.gates.masking import MASKABLE, UNMASKABLE, Masking, let_be, masked
from buttonup.gates.provenance import Origin, trace
from buttonup.records import Sample, Trajectory, Verdict

__all__ = [
    "GATES",
    "MASKABLE",
    "Gate",
    "Masking",
    "Origin",
    "ask",
    "explain",
    "judged",
    "lacking",
    "let_be",
    "masked",
    "sift",
    "stops_at_calls",
    "trace",
    "try_masking",
]

Gate = Callable[[Trajectory], Verdict]

GATES: tuple[Gate, ...] = (
    structure.structure,
    structure.functions,
    structure.parallel,
    fit.arguments,
    fit.results,
    provenance.provenance,
    order.dependency,
    order.repeats,
    plan.plan,
    answer.answer,
    turns.turns,
    leaks.leaks,
    replay.replay,
)
"""Those in code, which know no model's opinion."""


def sift(trajectory: Trajectory) -> Sample:
    """Ask every gate; the sample carries all verdicts, those that failed included."""
    verdicts = tuple(gate(trajectory) for gate in GATES)
    return Sample(trajectory, (*verdicts, *_of_judge(trajectory)))


def ask(trajectory: Trajectory) -> tuple[Verdict, ...]:
    """Ask the gates that know enough of a trajectory, whoever made it; `lacking` tells the others.

    Where it stops at calls, its structure is asked after as if they had been answered.
    """
    unasked = lacking(trajectory)
    verdicts = tuple(
        gate(closed(trajectory) if gate is structure.structure else trajectory)
        for gate in GATES
        if gate.__name__ not in unasked
    )
    return (*verdicts, *_of_judge(trajectory))


def _of_judge(trajectory: Trajectory) -> tuple[Verdict, ...]:
    return (judged(trajectory),) if trajectory.scores else ()


def try_masking(masking: Masking) -> None:
    """Raise BadInput, with the reason, where turns cannot be masked for one of the gates named."""
    there = {gate.__name__ for gate in (*GATES, judged)}
    for name in masking.gates:
        if name not in there:
            raise BadInput(f"mask.gates: there is no gate {name!r}", _mend(there))
        if name not in MASKABLE:
            raise BadInput(f"mask.gates: {name} cannot be masked: {UNMASKABLE[name]}", _mend(there))


def _mend(there: set[str]) -> str:
    return f"a turn can be masked for {', '.join(name for name in MASKABLE if name in there)}"


def explain(name: str) -> str:
    """Say in one line what a gate asks. Raises KeyError when there is none of that name."""
    gate = {gate.__name__: gate for gate in (*GATES, judged)}[name]
    return (gate.__doc__ or "").partition("\n")[0]
