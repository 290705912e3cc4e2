"""A wrong call: of another function, with another value, with one made up, or one too many."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from buttonup.records import Assistant, Call, Json, PlannedCall
from buttonup.tools.door import failed, misfit
from buttonup.topdown.corrupt.gold import (
    Corruption,
    Gold,
    Line,
    Pair,
    calling,
    described,
    intent,
    pair,
    result_of,
)
from buttonup.topdown.corrupt.known import fillable, invented, known_at, others
from buttonup.topdown.thoughts import mending, setting_out, thought
from buttonup.worlds.spoken import spoken
from buttonup.worlds.world import WorldFunction

T = TypeVar("T")

LINES, FUNCTIONS, VALUES = 4, 6, 3  # places, functions and values tried before a sample is given up


def wrong_function(gold: Gold, rng: random.Random) -> Pair | None:
    """Call a function that nobody needs where a planned call is due; that one follows."""
    for i, j in _places(gold, rng):
        known = known_at(gold, i)
        for function, arguments in fillable(_drawn(gold.spare(i), FUNCTIONS, rng), known, rng):
            words = _setting_out(gold, i, j, function, rng)
            wrong = calling(function.name, arguments)
            if made := _instead(gold, "wrong_function", "plan", (i, j), wrong, words, rng):
                return made
    return None


def wrong_argument(gold: Gold, rng: random.Random) -> Pair | None:
    """Make a planned call with another value that is known; the right call follows."""
    for i, j in _places(gold, rng):
        call, known = gold.calls_of(i)[j], known_at(gold, i)
        function = gold.functions[call.function]
        swaps = [
            (name, value)
            for name in call.sources
            for value in others(function, name, call.arguments[name], known)
        ]
        for name, value in _drawn(swaps, VALUES, rng):
            made = _with_value(gold, "wrong_argument", "plan", (i, j), name, value, rng)
            if made and _brings_another(made, gold, call):
                return made
    return None


def invented_value(gold: Gold, rng: random.Random) -> Pair | None:
    """Make a planned call with a value from nowhere; the right call follows."""
    for i, j in _places(gold, rng):
        call = gold.calls_of(i)[j]
        function = gold.functions[call.function]
        for name in _drawn(list(call.sources), VALUES, rng):
            value = invented(function, name, call.arguments[name], gold, rng)
            if value is None:
                continue
            made = _with_value(gold, "invented_value", "provenance", (i, j), name, value, rng)
            if made and _brings_another(made, gold, call):
                return made
    return None


def unneeded_call(gold: Gold, rng: random.Random) -> Pair | None:
    """Look up what nobody asked for: beside the right calls, or before the answer."""
    for i in _drawn(_ends(gold), LINES, rng):
        known = known_at(gold, i)
        for function, arguments in fillable(_drawn(gold.spare(i), FUNCTIONS, rng), known, rng):
            extra = calling(function.name, arguments)
            made = pair(gold, "unneeded_call", "plan", _with_extra(gold, i, extra, rng))
            if made and not failed(result_of(made, extra)):
                return made
    return None


def _ends(gold: Gold) -> list[int]:
    """List the lines that an extra call may join or precede: the last calls, and the answers."""
    beats = gold.beats
    answers = [i for i, beat in beats.items() if beat.last and i - 1 in beats]
    together = [
        i - 1
        for i in answers
        if gold.blueprint.parallel and not any(gold.writes(c.name) for c in gold.line(i - 1).calls)
    ]
    return [*answers, *together]


def _with_extra(gold: Gold, i: int, extra: Call, rng: random.Random) -> list[Line]:
    """Put a call beside those of a line, or in a line of its own before an answer."""
    line, does = gold.line(i), described(gold.functions[extra.name].definition)
    if line.calls:
        also = replace(line, calls=(*line.calls, extra))
        return [*gold.lines[:i], also, *gold.lines[i + 1 :]]
    words = setting_out(rng, [does], "beside")
    before = Assistant(thought(_findings(gold, i), words), (extra,))
    return [*gold.lines[:i], before, *gold.lines[i:]]


# --- one call in place of another ---------------------------------------------------------------


def _places(gold: Gold, rng: random.Random) -> list[tuple[int, int]]:
    """Draw lines, and a call of each: none that is made a second time."""
    made: list[PlannedCall] = []
    places: list[tuple[int, int]] = []
    for i in gold.acting:
        calls = gold.calls_of(i)
        fresh = [j for j, c in enumerate(calls) if not any(_same(c, other) for other in made)]
        if fresh:
            places.append((i, rng.choice(fresh)))
        made += calls
    return _drawn(places, LINES, rng)


def _same(a: PlannedCall, b: PlannedCall) -> bool:
    return a.function == b.function and a.arguments == b.arguments


def _with_value(
    gold: Gold,
    corruption: Corruption,
    gate: str,
    place: tuple[int, int],
    name: str,
    value: Json,
    rng: random.Random,
) -> Pair | None:
    """Give one parameter of a planned call another value."""
    call = gold.calls_of(place[0])[place[1]]
    function = gold.functions[call.function]
    arguments = {**call.arguments, name: value}
    if gold.is_planned(call.function, arguments):
        return None
    if misfit(arguments, function.definition.parameters):
        return None
    words = gold.line(place[0]).thought
    if corruption == "wrong_argument" or _named(value):
        words = _resaid(gold, place[0], function, name, call.arguments[name], value)
    wrong = calling(call.function, arguments)
    return _instead(gold, corruption, gate, place, wrong, words, rng)


def _named(value: Json) -> bool:
    """Say whether a value is a name or an id: a number or a date that is stated may be derived."""
    return isinstance(value, str) and not value[:1].isdigit()


def _resaid(
    gold: Gold, i: int, function: WorldFunction, name: str, value: Json, other: Json
) -> str:
    """Say a gold thought with another value; what was learnt before stays."""
    kind = function.parameter(name).kind
    learnt = thought(_findings(gold, i), "")
    words = gold.line(i).thought
    head, rest = (learnt, words[len(learnt) :]) if words.startswith(learnt) else ("", words)
    forms = {str(value): str(other), spoken(kind, value): spoken(kind, other)}
    for form, instead in forms.items():
        rest = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", instead.replace("\\", ""), rest)
    return f"{head}{rest}"


def _setting_out(gold: Gold, i: int, j: int, function: WorldFunction, rng: random.Random) -> str:
    """Say what a line does with a call of another function in place of one of its own."""
    does = [intent(gold.blueprint.plan[step]) for step, _ in gold.beats[i].calls]
    does[j] = described(function.definition)
    kept = does if _mixes(gold, i) else [does[j]]
    findings = _findings(gold, i)
    if len(kept) > 1:
        return thought(
            findings, setting_out(rng, kept, "fed_together" if findings else "open_together")
        )
    return thought(findings, setting_out(rng, kept, "fed" if findings else "open"))


def _findings(gold: Gold, i: int) -> list[str]:
    return [gold.blueprint.plan[s].finding for s in gold.beats[i].learnt]


def _mixes(gold: Gold, i: int) -> bool:
    """Say whether a wrong call can stand among the others: none of them changes anything."""
    calls = gold.line(i).calls
    return len(calls) > 1 and not any(gold.writes(c.name) for c in calls)


def _instead(
    gold: Gold,
    corruption: Corruption,
    gate: str,
    place: tuple[int, int],
    wrong: Call,
    words: str,
    rng: random.Random,
) -> Pair | None:
    """Make a wrong call in place of a right one, which follows in the next turn.

    None where the wrong call changes something: the world would not be as planned any more.
    """
    i, j = place
    line = gold.line(i)
    mixed = _mixes(gold, i)
    now = (*line.calls[:j], wrong, *line.calls[j + 1 :]) if mixed else (wrong,)
    later = (line.calls[j],) if mixed else line.calls
    steps = [step for step, _ in gold.beats[i].calls]
    mended = [steps[j]] if mixed else list(dict.fromkeys(steps))
    then = mending(rng, [intent(gold.blueprint.plan[s]) for s in mended])
    lines = [
        *gold.lines[:i],
        Assistant(words, now),
        Assistant(then, later),
        *gold.lines[i + 1 :],
    ]
    made = pair(gold, corruption, gate, lines, whole=True)
    if made is None or (gold.writes(wrong.name) and not failed(result_of(made, wrong))):
        return None
    return made


def _brings_another(made: Pair, gold: Gold, call: PlannedCall) -> bool:
    """Say whether the wrong call gave another result than the planned one gives."""
    wrong = next(c for c in made.rejected.calls if not gold.is_planned(c.name, c.arguments or {}))
    return bool(result_of(made, wrong) != call.result)


def _drawn(things: Sequence[T], most: int, rng: random.Random) -> list[T]:
    return rng.sample(things, min(most, len(things)))
