"""The assistant that acts an executed plan out: the gold trajectory, without a model.

The plan is laid out in turns once (`schedule`); which turn it is follows from the transcript.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from buttonup.records import Assistant, Blueprint, Call, Record, Step, Trajectory
from buttonup.topdown.thoughts import Opening, closing, going_on, setting_out, thought
from buttonup.topdown.turns import calls_made, turns_taken


class Beat(Record):
    """One turn of a plan."""

    calls: tuple[tuple[int, int], ...] = ()
    """(step, call of that step); none in the last turn, which answers."""
    learnt: tuple[int, ...] = ()
    """Steps whose outcome is first known when the turn begins."""


def schedule(b: Blueprint) -> tuple[Beat, ...]:
    """Lay a plan out in turns; the last turn answers.

    With parallel calling on, a turn makes every call whose needs are met; otherwise one call, in
    the order of the plan. A step without calls is concluded as soon as what it needs is known.
    """
    turns: list[list[tuple[int, int]]] = []
    known: list[int] = []
    for i, step in enumerate(b.plan):
        ready = max((known[p] for p in needs_of(b, i)), default=0)
        at = ready - 1
        for j, call in enumerate(step.calls):
            chained = any(s.step == i for s in call.sources.values())
            at = (at + 1 if chained else ready) if b.parallel else len(turns)
            turns.extend([] for _ in range(at + 1 - len(turns)))
            turns[at].append((i, j))
        done = at + 1 if b.parallel else len(turns)
        known.append(done if step.calls else ready)
    learnt = [tuple(i for i, k in enumerate(known) if k == turn) for turn in range(len(turns) + 1)]
    return tuple(Beat(tuple(calls), news) for calls, news in zip([*turns, []], learnt, strict=True))


def needs_of(b: Blueprint, step: int) -> set[int]:
    """List the steps that a step needs: by the edges, and by where its arguments come from."""
    by_edge = {i for i, j in b.task.edges if j == step}
    sources = (s for call in b.plan[step].calls for s in call.sources.values())
    return by_edge | {s.step for s in sources if s.step is not None and s.step != step}


async def follow_plan(t: Trajectory) -> Trajectory:
    """Speak the next turn of the blueprint's plan."""
    b, turn = t.blueprint, turns_taken(t)
    beat = schedule(b)[turn]
    made = len(calls_made(t))
    calls = [b.plan[i].calls[j] for i, j in beat.calls]
    message = Assistant(
        thought=_thought(b, beat, turn),
        calls=tuple(
            Call.of(f"call_{made + n}", call.function, call.arguments)
            for n, call in enumerate(calls, 1)
        ),
        answer="" if calls else b.answer,
    )
    return t.plus(message)


def _thought(b: Blueprint, beat: Beat, turn: int) -> str:
    """Say what was learnt and what comes next; the seed and the turn decide the words."""
    rng = random.Random(f"{b.seed}:thought:{turn}")
    findings = [b.plan[i].finding for i in beat.learnt]
    if not beat.calls:
        return thought(findings, closing(rng))
    step, call = beat.calls[0]
    if len(beat.calls) == 1 and call > 0:
        return thought(findings, going_on(rng, call, len(b.plan[step].calls)))
    steps = list(dict.fromkeys(i for i, _ in beat.calls))
    opening = _opening(b, beat, steps, first=turn == 0)
    return thought(findings, setting_out(rng, [_intent(b.plan[i]) for i in steps], opening))


def _opening(b: Blueprint, beat: Beat, steps: Sequence[int], *, first: bool) -> Opening:
    together = len(beat.calls) > 1
    if first:
        return "open_together" if together else "open"
    if together:
        return "fed_together"
    return "fed" if needs_of(b, steps[0]) & set(beat.learnt) else "beside"


def _intent(step: Step) -> str:
    return step.intent or f"call {step.calls[0].function}"
