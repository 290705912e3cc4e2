"""Truth first, the wording made better by an LLM, and checked against the plan it words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Annotated

import msgspec

from buttonup.model.ask import Teacher
from buttonup.records import Blueprint, Json, Record, Tools, leaves
from buttonup.worlds.session import find_world
from buttonup.worlds.spoken import NUMBERS, date, half_day, money, near

SHARED = 0.25  # of the telling words; ours: good rewritings keep half, a weak model's noise none

PERSONAS = (
    "somebody in a hurry who writes short messages on a phone",
    "a careful person who explains why they ask",
    "a friendly regular customer",
    "somebody at work who writes plain, businesslike sentences",
    "a person who is new here and unsure of the terms",
    "somebody who thinks aloud while writing",
)


class Rewriting(Record):
    """Knobs of the rewriting."""

    personas: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = PERSONAS
    """Who the request is written as; one is drawn for each sample."""


class Rewritten(Record):
    """The same request in a person's own words."""

    request: str


async def rewrite(blueprint: Blueprint, teacher: Teacher, knobs: Rewriting) -> list[Blueprint]:
    """Have an LLM say the request as a person would; the plan, and so the truth, stays.

    What the user says besides the request (an answer, a change, small talk) stays as it is.

    Rejects  "unfit" when no rewriting kept every literal and leaked nothing.
    """
    persona = knobs.personas[blueprint.seed % len(knobs.personas)]

    def check(reply: Rewritten) -> None:
        if wrong := faults(blueprint, reply.request):
            raise ValueError("; ".join(wrong))

    request = asked(blueprint)
    slots = {
        "request": request,
        "context": blueprint.context,
        "persona": persona,
        "literals": [" or ".join(forms[:2]) for forms in literals(blueprint)],
    }
    reply = await teacher.ask("rewrite", Rewritten, slots, check=check)
    said = reply.request.strip()
    text = blueprint.task.text.replace(request, said, 1)
    turns = tuple(
        msgspec.structs.replace(turn, says=said) if turn.kind == "request" else turn
        for turn in blueprint.turns
    )
    wording = "rewritten" if blueprint.task.wording else ""
    task = msgspec.structs.replace(blueprint.task, text=text, wording=wording)
    return [msgspec.structs.replace(blueprint, task=task, turns=turns)]


def asked(blueprint: Blueprint) -> str:
    """Give the request: what the user is after, before anything else comes of it."""
    return next(turn.says for turn in blueprint.turns if turn.kind == "request")


def faults(blueprint: Blueprint, request: str) -> list[str]:
    """List what is wrong with a rewritten request: literals lost, results leaked, tools named."""
    said = f" {_folded(request)} "
    wrong = [
        f"it must still say {forms[0]!r}"
        for forms in literals(blueprint)
        if not any(_occurs(form, said) for form in forms)
    ]
    original = f" {_folded(asked(blueprint))} "
    wrong += [
        f"it must not say {value!r}, which only a result can tell"
        for value in _only_in_results(blueprint)
        if _occurs(value, said) and not _occurs(value, original)
    ]
    known = " ".join((asked(blueprint), blueprint.context, *map(" ".join, literals(blueprint))))
    added = sorted(set(re.findall(r"\d+", request)) - set(re.findall(r"\d+", known)))
    if added:
        wrong.append(f"it must not add numbers: {', '.join(added)}")
    if _shared(asked(blueprint), request) < SHARED:
        wrong.append("it must ask for the same things, in sentences")
    names = (f.name for f in blueprint.functions if "_" in f.name)
    return wrong + [f"it must not name the function {n}" for n in names if n in request]


def _shared(original: str, request: str) -> float:
    """Give the share of the original's telling words that come back, by their beginnings."""
    told, said = (
        {word[:5] for word in re.findall(r"[^\W\d_]{4,}", text.casefold())}
        for text in (original, request)
    )
    return len(told & said) / len(told) if told else 1.0


def literals(blueprint: Blueprint) -> list[tuple[str, ...]]:
    """List the values that the request says, each with the forms in which it may be said.

    The form that it has comes first.
    """
    said, found = f" {_folded(asked(blueprint))} ", dict[str, tuple[str, ...]]()
    today = _today(blueprint.tools)
    for step in blueprint.plan:
        for call in (*step.calls, *step.avoided):
            given = [v for n, v in call.arguments.items() if n in call.sources or step.avoided]
            for _, value in leaves(given):
                if value is None or isinstance(value, bool):
                    continue
                forms = sorted(_forms(value, today), key=lambda form: not _occurs(form, said))
                if _occurs(forms[0], said):
                    found[str(value)] = tuple(forms)
    return list(found.values())


def _today(tools: Tools) -> dt.date:
    if tools.source == "own":
        return dt.date.fromisoformat(tools.today)
    return find_world(tools.worlds[0]).state(tools.seed).today


def _forms(value: Json, today: dt.date) -> tuple[str, ...]:
    if isinstance(value, int | float):
        plain = f"{value:g}"
        word = NUMBERS[int(value)] if value in range(len(NUMBERS)) else plain
        return (plain, money(value)[1:], money(value), word)
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        day = dt.date.fromisoformat(value)
        short = f"{day.day} {day:%B}"
        written = (date(day), value, f"{day:%B} {day.day}, {day.year}", short)
        return (*written, f"{day:%B} {day.day}", *near(day, today))
    if isinstance(value, str) and re.fullmatch(r"\d{2}:\d{2}", value):
        return (value, half_day(value))
    return (str(value),)


def _only_in_results(blueprint: Blueprint) -> Iterator[str]:
    for step in blueprint.plan:
        for _, value in leaves([call.result for call in step.calls]):
            if isinstance(value, str) and re.search(r"\d", value):
                yield value


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _occurs(form: str, folded: str) -> bool:
    """Find a form as whole words; "locksmith" also as "locksmiths"."""
    plural = "(?:e?s)?" if form[-1:].isalpha() else ""
    return re.search(rf"(?<!\w){re.escape(_folded(form))}{plural}(?!\w)", folded) is not None
