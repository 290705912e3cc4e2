"""Calls too early, or never: a dependency skipped or overtaken, an answer before its time."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence

from buttonup.records import Assistant, Tool, User, encode
from buttonup.topdown.corrupt.gold import Gold, Line, Pair, acted, intent, pair
from buttonup.topdown.thoughts import closing, mending, setting_out, thought, thoughts
from buttonup.worlds.spoken import sentence

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_QUOTED = re.compile(r"[\"\u201c]([^\"\u201c\u201d]+)[\"\u201d]")


def skipped_dependency(gold: Gold, rng: random.Random) -> Pair | None:
    """Leave out the call that brings a value, and use the value all the same."""
    for brings, takes, i in _waiting(gold, rng):
        answers = gold.blueprint.turns[gold.beats[i].turn].reply == "answer"
        if not answers or any(brings in gold.rests_on(s) for s in _later_steps(gold, i)):
            continue
        lines = _without(gold, brings, takes, i, rng)
        if made := pair(gold, "skipped_dependency", "dependency", lines):
            return made
    return None


def order_swapped(gold: Gold, rng: random.Random) -> Pair | None:
    """Make a call before the one that brings its value; both are made."""
    for brings, takes, i in _waiting(gold, rng):
        if any(gold.writes(c.function) for c in gold.blueprint.plan[brings].calls):
            continue
        lines = _overtaken(gold, takes, i, rng)
        if made := pair(gold, "order_swapped", "dependency", lines, whole=True):
            return made
    return None


def premature_answer(gold: Gold, rng: random.Random) -> Pair | None:
    """Answer a turn of the user before all its calls are made."""
    able = [i for i in gold.acting if _may_end(gold, i)]
    for i in rng.sample(able, len(able)):
        beat = gold.beats[i]
        turn = [other for k, other in gold.beats.items() if k <= i and other.turn == beat.turn]
        known = [s for other in turn for s in other.learnt]
        answer = _told(gold, known, gold.lines[:i], rng)
        words = thought(_findings(gold, i), closing(rng, "answer"))
        early = Assistant(words, answer=answer)
        lines = [*gold.lines[:i], early, *gold.lines[_end(gold, i) + 1 :]]
        if made := pair(gold, "premature_answer", "plan", lines):
            return made
    return None


def _may_end(gold: Gold, i: int) -> bool:
    """Say whether an answer in place of line `i` leaves calls out, and does nothing else."""
    turn = gold.beats[i].turn
    before = [c for k in gold.acting if k < i for c in gold.line(k).calls]
    after = [c for k in gold.acting if k > _end(gold, i) for c in gold.line(k).calls]
    made = {(c.name, c.raw) for c in (*before, *after)}
    cut = [k for k in gold.acting if i <= k < _end(gold, i)]
    lost = {s for k in cut for s, _ in gold.beats[k].calls}
    told_late = not before and any(isinstance(line, User) for line in gold.lines[i:])
    return (
        gold.blueprint.turns[turn].reply == "answer"
        and any((c.name, c.raw) not in made for k in cut for c in gold.line(k).calls)
        and not any(lost & gold.rests_on(s) for s in _later_steps(gold, i))
        and not told_late  # a later turn of the user would tell what no result has brought
    )


def _end(gold: Gold, i: int) -> int:
    """Give the line that answers the turn which line `i` belongs to."""
    return next(k for k, beat in gold.beats.items() if k >= i and beat.last)


def _later_steps(gold: Gold, i: int) -> list[int]:
    turns = gold.blueprint.turns[gold.beats[i].turn + 1 :]
    return [s for turn in turns for s in turn.steps]


def _findings(gold: Gold, i: int, gone: Collection[int] = ()) -> list[str]:
    return [gold.blueprint.plan[s].finding for s in gold.beats[i].learnt if s not in gone]


def _told(gold: Gold, steps: Sequence[int], lines: Sequence[Line], rng: random.Random) -> str:
    """Answer with what steps found, as far as it stands in what some lines bring; or blandly."""
    messages = acted(gold, lines)[0].messages
    plan = gold.blueprint.plan
    found = [m.result for m in messages if isinstance(m, Tool)]
    said = [m.content for m in messages if isinstance(m, User)]
    words = encode([found, said, [plan[s].conclusion for s in steps]]).decode()
    findings = [plan[s].finding for s in steps if _stands(plan[s].finding, words)]
    return " ".join(sentence(f) for f in findings if f) or rng.choice(thoughts().bland)


def _stands(finding: str, words: str) -> bool:
    """Say whether the numbers and quotations of a finding stand in some words."""
    there = {float(n) for n in _NUMBER.findall(words)}
    numbers = {float(n) for n in _NUMBER.findall(finding.replace(",", ""))}
    return numbers <= there and all(quoted in words for quoted in _QUOTED.findall(finding))


# --- a value before the call that brings it -----------------------------------------------------


def _waiting(gold: Gold, rng: random.Random) -> list[tuple[int, int, int]]:
    """Draw steps where one brings what another takes, and the line where the first is called.

    Both are called in one turn of the user, and by then the second waits for nothing else.
    """
    found = [
        (brings, takes, i)
        for i in gold.acting
        for brings in sorted({step for step, _ in gold.beats[i].calls})
        for takes in gold.blueprint.turns[gold.beats[i].turn].steps
        if _first(gold, brings) == i and _waits(gold, takes, brings, i)
    ]
    return rng.sample(found, len(found))


def _waits(gold: Gold, takes: int, brings: int, i: int) -> bool:
    """Say whether a step takes a value from another, and has all else that it needs by line `i`."""
    calls, needs = gold.blueprint.plan[takes].calls, gold.needs(takes)
    if not calls or brings not in needs or gold.hopeless(brings) or gold.hopeless(takes):
        return False
    fed = any(s.kind == "result" and s.step != takes for s in calls[0].sources.values())
    done = {s for k in gold.acting if k < i for s, _ in gold.beats[k].calls}
    return fed and needs - {brings} <= done


def _first(gold: Gold, step: int) -> int:
    return next(i for i in gold.acting if any(s == step for s, _ in gold.beats[i].calls))


def _overtaking(gold: Gold, takes: int, i: int, rng: random.Random) -> Assistant:
    """Make the first calls of a step at line `i`."""
    findings = _findings(gold, i)
    words = setting_out(rng, [intent(gold.blueprint.plan[takes])], "fed" if findings else "open")
    at = _first(gold, takes)
    pairs = zip(gold.beats[at].calls, gold.line(at).calls, strict=True)
    return Assistant(
        thought(findings, words), tuple(call for (step, _), call in pairs if step == takes)
    )


def _overtaken(gold: Gold, takes: int, i: int, rng: random.Random) -> list[Line]:
    """Make a step's call at line `i`, and what stands there after it."""
    early, at = _overtaking(gold, takes, i, rng), _first(gold, takes)
    steps = dict.fromkeys(step for step, _ in gold.beats[i].calls)
    words = mending(rng, [intent(gold.blueprint.plan[s]) for s in steps])
    then = Assistant(words, gold.line(i).calls)
    late = _rest(gold, at, {takes}, set(), rng)
    return [*gold.lines[:i], early, then, *gold.lines[i + 1 : at], *late, *gold.lines[at + 1 :]]


def _without(gold: Gold, brings: int, takes: int, i: int, rng: random.Random) -> list[Line]:
    """Make a step's call at line `i`, and never the one that it waits for."""
    at, end = _first(gold, takes), _end(gold, i)
    steps = gold.blueprint.turns[gold.beats[i].turn].steps
    gone = {brings, *(s for s in steps if brings in gold.rests_on(s))} - {takes}
    lines: list[Line] = [*gold.lines[:i], _overtaking(gold, takes, i, rng)]
    for k in range(i, end):
        lines += _rest(gold, k, {brings, takes} if k == at else {brings}, gone, rng)
    answer = _told(gold, [s for s in steps if s not in gone], lines, rng)
    last = Assistant(closing(rng, "answer"), answer=answer)
    return [*lines, last, *gold.lines[end + 1 :]]


def _rest(
    gold: Gold, i: int, out: Collection[int], gone: Collection[int], rng: random.Random
) -> list[Line]:
    """Give a line without the calls of some steps, and without what was never learnt."""
    beat, line = gold.beats[i], gold.line(i)
    kept = [
        (step, call)
        for (step, _), call in zip(beat.calls, line.calls, strict=True)
        if step not in out
    ]
    if not kept:
        return []
    if len(kept) == len(line.calls) and not set(beat.learnt) & set(gone):
        return [line]
    intents = [intent(gold.blueprint.plan[s]) for s in dict.fromkeys(s for s, _ in kept)]
    words = thought(_findings(gold, i, gone), setting_out(rng, intents, "beside"))
    return [Assistant(words, tuple(call for _, call in kept))]
