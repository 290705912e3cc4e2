"""Calls where none is called for: a guess in place of a question, a call where nothing serves."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from buttonup.records import Assistant, Call, Json, PlannedCall
from buttonup.tools.door import failed, misfit
from buttonup.topdown.corrupt.gold import Gold, Line, Pair, calling, described, pair, result_of
from buttonup.topdown.corrupt.known import Known, fillable, invented, known_at, others
from buttonup.topdown.thoughts import setting_out


def guess(gold: Gold, rng: random.Random) -> Pair | None:
    """Call with a guessed value where the user is to be asked for it; the question follows.

    A value from nowhere is for the provenance gate; of a value that the schema offers only the
    turns gate can tell that nobody has said it.
    """
    for i, call, name in _unsaid(gold):
        function = gold.functions[call.function]
        offered = others(function, name, call.arguments[name], {})
        value = (
            rng.choice(offered)
            if offered
            else invented(function, name, call.arguments[name], gold, rng)
        )
        arguments = {**call.arguments, name: value}
        if value is None or misfit(arguments, function.definition.parameters):
            continue
        if gold.is_planned(call.function, arguments):
            continue
        gate = "turns" if offered else "provenance"
        wrong = calling(call.function, arguments)
        lines = _called_first(gold, i, wrong, rng)
        made = pair(gold, "invented_value", gate, lines, whole=True)
        if made and not (function.writes and not failed(result_of(made, wrong))):
            return made
    return None


def _unsaid(gold: Gold) -> Iterator[tuple[int, PlannedCall, str]]:
    """Find the questions of a gold trajectory: the line, the call it is for, what it asks for."""
    turns = gold.blueprint.turns
    for i, beat in gold.beats.items():
        turn = turns[beat.turn]
        if turn.reply != "ask":
            continue
        told, asked = turns[beat.turn + 1].says.casefold(), turn.says.casefold()
        for call in (c for s in turns[beat.turn + 1].steps for c in gold.blueprint.plan[s].calls):
            if call.function != turn.missing or any(
                s.kind == "result" for s in call.sources.values()
            ):
                continue
            for name in call.sources:
                value = str(call.arguments[name]).casefold()
                if value in told and value not in asked:
                    yield i, call, name


def called_anyway(gold: Gold, rng: random.Random) -> Pair | None:
    """Call something where nothing serves, or where nothing is asked; the right words follow."""
    quiet = [
        i
        for i, beat in gold.beats.items()
        if gold.blueprint.turns[beat.turn].reply in ("decline", "chat")
    ]
    for i in quiet:
        known = _heard(gold, i)
        able = gold.spare(i)
        for function, arguments in fillable(rng.sample(able, len(able)), known, rng):
            lines = _called_first(gold, i, calling(function.name, arguments), rng)
            if made := pair(gold, "unneeded_call", "turns", lines, whole=True):
                return made
    return None


def _called_first(gold: Gold, i: int, wrong: Call, rng: random.Random) -> list[Line]:
    """Put a call in a line of its own before one of the gold ones."""
    words = setting_out(rng, [described(gold.functions[wrong.name].definition)], "open")
    return [*gold.lines[:i], Assistant(words, (wrong,)), *gold.lines[i:]]


def _heard(gold: Gold, i: int) -> Known:
    """Gather what is known at a line, and what of the last words fits a shown pattern."""
    known = known_at(gold, i)
    words = gold.blueprint.turns[gold.beats[i].turn].says
    for function in gold.shown(i):
        for parameter in function.parameters:
            schema = function.definition.parameters["properties"][parameter.name]
            pattern = schema.get("pattern", "").strip("^$")
            if pattern and parameter.kind and parameter.kind not in known:
                found: list[Json] = re.findall(rf"(?<![\w-]){pattern}(?![\w-])", words)
                if found:
                    known[parameter.kind] = found
    return known
