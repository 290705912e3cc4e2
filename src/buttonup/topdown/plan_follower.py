"""The assistant that acts an executed plan out: the gold trajectory, without a model.

The plan is laid out in turns once (`schedule`); which turn it is follows from the transcript.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from buttonup.once import once
from buttonup.records import Assistant, Blueprint, Call, Record, Step, Trajectory
from buttonup.tools.door import failed
from buttonup.topdown.thoughts import (
    Opening,
    closing,
    going_on,
    setting_out,
    thought,
    trying_again,
)
from buttonup.topdown.turns import calls_made, turns_taken


class Beat(Record):
    """One turn of the assistant."""

    calls: tuple[tuple[int, int], ...] = ()
    """(step, call of that step); none in the last turn, which answers."""
    learnt: tuple[int, ...] = ()
    """Steps whose outcome is first known when the turn begins."""
    turn: int = 0
    """The turn of the user that it replies to."""
    last: bool = False
    """True when it speaks to the user."""


@once(64)
def schedule(b: Blueprint) -> tuple[Beat, ...]:
    """Lay a plan out in turns of the assistant; the last one for each turn of the user speaks.

    With parallel calling on, a turn makes every call whose needs are met; otherwise one call, in
    the order of the plan. A step without calls is concluded as soon as what it needs is known.
    """
    beats: list[Beat] = []
    for n, turn in enumerate(b.turns):
        beats += _beats(b, turn.steps, n)
    return tuple(beats)


def _beats(b: Blueprint, steps: Sequence[int], n: int) -> list[Beat]:
    """Lay out what is done in reply to the n-th turn of the user."""
    rounds: list[list[tuple[int, int]]] = []
    known: dict[int, int] = {}
    for i in steps:
        step = b.plan[i]
        ready = max((known.get(p, 0) for p in b.steps_before(i)), default=0)
        at = ready - 1
        for j in range(len(step.calls)):
            at = (at + 1 if _chained(step, i, j) else ready) if b.parallel else len(rounds)
            rounds.extend([] for _ in range(at + 1 - len(rounds)))
            rounds[at].append((i, j))
        done = at + 1 if b.parallel else len(rounds)
        known[i] = done if step.calls else ready
    return [
        Beat(tuple(calls), tuple(i for i in steps if known[i] == k), n, last=k == len(rounds))
        for k, calls in enumerate([*rounds, []])
    ]


def _chained(step: Step, i: int, j: int) -> bool:
    """Say whether a call of a step waits for the one before: a next page, or another try."""
    if j == 0:
        return False
    call, before = step.calls[j], step.calls[j - 1]
    if any(s.step == i for s in call.sources.values()):
        return True
    return call.function == before.function and call.arguments == before.arguments


async def follow_plan(t: Trajectory) -> Trajectory:
    """Speak the next turn of the blueprint's plan."""
    b, turn = t.blueprint, turns_taken(t)
    beats = schedule(b)
    beat, begins = beats[turn], turn == 0 or beats[turn - 1].last
    made = len(calls_made(t))
    calls = [b.plan[i].calls[j] for i, j in beat.calls]
    message = Assistant(
        thought=_thought(b, beat, turn, begins=begins),
        calls=tuple(
            Call.of(f"call_{made + n}", call.function, call.arguments)
            for n, call in enumerate(calls, 1)
        ),
        answer="" if calls else b.turns[beat.turn].answer,
    )
    return t.plus(message)


def _thought(b: Blueprint, beat: Beat, turn: int, *, begins: bool) -> str:
    """Say what was learnt and what comes next; the seed and the turn decide the words."""
    rng = random.Random(b.seed + turn)
    findings = [b.plan[i].finding for i in beat.learnt]
    if not beat.calls:
        return thought(findings, closing(rng, b.turns[beat.turn].reply))
    step, call = beat.calls[0]
    if len(beat.calls) == 1 and call > 0:
        return thought(findings, _again(b, rng, step, call))
    steps = list(dict.fromkeys(i for i, _ in beat.calls))
    opening = _opening(b, beat, steps, first=begins and not beat.learnt)
    aim = b.plan[steps[0]].aim if len(steps) == 1 else ""
    return thought(findings, setting_out(rng, [_intent(b.plan[i]) for i in steps], opening, aim))


def _again(b: Blueprint, rng: random.Random, step: int, call: int) -> str:
    before = b.plan[step].calls[call - 1]
    if failed(before.result):
        return trying_again(rng, str(before.result["error"]))
    return going_on(rng, call, len(b.plan[step].calls))


def _opening(b: Blueprint, beat: Beat, steps: Sequence[int], *, first: bool) -> Opening:
    together = len(beat.calls) > 1
    if first:
        return "open_together" if together else "open"
    if together:
        return "fed_together"
    return "fed" if b.steps_before(steps[0]) & set(beat.learnt) else "beside"


def _intent(step: Step) -> str:
    return step.intent or f"call {step.calls[0].function}"
