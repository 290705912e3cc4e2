"""What the assistant knows at a line, by kind, and arguments made of it or made up."""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Iterator, Sequence

from buttonup.records import Json, Schema, Tool, User
from buttonup.tools.door import failed, misfit
from buttonup.topdown.corrupt.gold import Gold
from buttonup.worlds.names import CITIES, person
from buttonup.worlds.world import Parameter, WorldFunction

Known = dict[str, list[Json]]
"""Kind -> the values of it that have been said or found, in order."""

TRIES = 20  # draws of a value that is to be new
FAR = (45, 330)  # days by which an invented date is moved, so that no "next week" means it


def known_at(gold: Gold, i: int) -> Known:
    """Gather what was said and found before a line."""
    known: Known = {}
    for kind, value in (*_said(gold, i), *_found(gold, i)):
        values = known.setdefault(kind, [])
        if value not in values:
            values.append(value)
    return known


def _said(gold: Gold, i: int) -> Iterator[tuple[str, Json]]:
    """Give the values of planned calls that the user has said by now."""
    now = sum(isinstance(line, User) for line in gold.lines[:i])
    steps = [s for turn in gold.blueprint.turns[:now] for s in turn.steps]
    for call in (call for s in steps for call in gold.blueprint.plan[s].calls):
        for name, source in call.sources.items():
            kind = gold.functions[call.function].parameter(name).kind
            if source.kind == "said" and kind:
                yield from ((kind, value) for value in _each(call.arguments[name]))


def _found(gold: Gold, i: int) -> Iterator[tuple[str, Json]]:
    """Give the values that results before a line hold."""
    spoken = -1
    for message in gold.trajectory.messages:
        spoken += not isinstance(message, Tool)
        if spoken >= i:
            return
        if isinstance(message, Tool) and not failed(message.result):
            kinds = {f.name: f.kind for f in gold.functions[message.name].fields if f.kind}
            yield from _fields(message.result, "", kinds)


def _fields(value: Json, at: str, kinds: dict[str, str]) -> Iterator[tuple[str, Json]]:
    """Walk a result to the leaves that have a kind."""
    match value:
        case dict():
            for name, inner in value.items():
                yield from _fields(inner, f"{at}.{name}" if at else name, kinds)
        case list():
            for inner in value:
                yield from _fields(inner, at, kinds)
        case str() | int() | float() if not isinstance(value, bool):
            parts = at.split(".")
            for n in range(len(parts)):
                if kind := kinds.get(".".join(parts[n:])):
                    yield kind, value
                    return


def _each(value: Json) -> list[Json]:
    return [v for v in (value if isinstance(value, list) else [value]) if not isinstance(v, dict)]


def filled(function: WorldFunction, known: Known, rng: random.Random) -> dict[str, Json] | None:
    """Fill a function's required parameters from what is known; None where one cannot be."""
    arguments: dict[str, Json] = {}
    for parameter in function.parameters:
        values = known.get(parameter.kind or "") or choices(_schema(function, parameter))
        if not parameter.required and not (parameter.kind in known and rng.random() < 0.3):  # noqa: PLR2004 - by ear
            continue
        if not values:
            return None
        value = rng.choice(values)
        arguments[parameter.name] = [value] if parameter.many else value
    return None if misfit(arguments, function.definition.parameters) else arguments


def fillable(
    functions: Sequence[WorldFunction], known: Known, rng: random.Random
) -> Iterator[tuple[WorldFunction, dict[str, Json]]]:
    """Go through the functions that what is known can fill, each with arguments made of it."""
    for function in functions:
        arguments = filled(function, known, rng)
        if arguments is not None:
            yield function, arguments


def choices(schema: Schema) -> list[Json]:
    """List the values that a schema itself offers."""
    if schema.get("type") == "boolean":
        return [True, False]
    return list(schema.get("enum", ()))


def _schema(function: WorldFunction, parameter: Parameter) -> Schema:
    schema: Schema = function.definition.parameters["properties"][parameter.name]
    return schema


def others(function: WorldFunction, name: str, value: Json, known: Known) -> list[Json]:
    """List the other known values that one parameter could have got."""
    parameter = function.parameter(name)
    if isinstance(value, list | dict):
        return []
    values = known.get(parameter.kind or "") or choices(_schema(function, parameter))
    return [v for v in values if v != value and type(v) is type(value)]


def invented(
    function: WorldFunction, name: str, value: Json, gold: Gold, rng: random.Random
) -> Json:
    """Make a value of the right form that is nowhere in the conversation; None if there is none."""
    kind = function.parameter(name).kind or ""
    if choices(_schema(function, function.parameter(name))):
        return None
    for _ in range(TRIES):
        made = _made_up(kind, value, rng)
        if made is not None and made != value and not _stands(made, gold.words):
            return made
    return None


def _made_up(kind: str, value: Json, rng: random.Random) -> Json:
    match value, kind:
        case str(), "Date":
            moved = dt.date.fromisoformat(value) + dt.timedelta(days=rng.randint(*FAR))
            return moved.isoformat()
        case str(), "City":
            return rng.choice(list(CITIES))
        case str(), "Country":
            return rng.choice(list(CITIES.values()))
        case str(), "PersonName":
            return person(rng)
        case str(), _ if re.fullmatch(r"[A-Z]{1,4}-\d{2,}", value):
            head, _, digits = value.rpartition("-")
            return f"{head}-{rng.randrange(10 ** (len(digits) - 1), 10 ** len(digits))}"
        case int() | float(), _ if not isinstance(value, bool) and abs(value) > 20:  # noqa: PLR2004 - smaller numbers are all over the place
            made = rng.choice([0.55, 0.7, 1.35, 1.6, 2.2]) * value
            return round(made) if isinstance(value, int) else float(round(made))
        case _:
            return None


def _stands(value: Json, words: str) -> bool:
    """Say whether a value, or a part of it that tells, stands in some words."""
    match value:
        case str() if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            day = dt.date.fromisoformat(value)
            forms = (value, f"{day.day} {day:%B}", f"{day:%B} {day.day}")
            return any(form.casefold() in words for form in forms)
        case str() if any(c.isdigit() for c in value):
            return value.casefold() in words
        case str():
            return any(part.casefold() in words for part in re.findall(r"\w{3,}", value))
        case _:
            return re.search(rf"(?<!\d){value:g}(?!\d)", words.replace(",", "")) is not None
