"""What a model proposes about how a user's tools hang together: feeds and values.

It stands in `learned.toml` marked as proposed, and only after it has been tried (`trying`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import msgspec
from msgspec.structs import replace

from buttonup.errors import OVER, OverBudget, Reject
from buttonup.model.ask import Teacher
from buttonup.records import Json, Schema, encode
from buttonup.tools.door import misfit
from buttonup.tools.learning.learned import FED, Feed, Learned, LearnedFunction, LearnedParameter
from buttonup.tools.learning.shape import fields_of, kind_of, properties, shape_of
from buttonup.tools.proposals.trying import TRIES, Tried, Trying, summed

PROMPT = "propose"
MOST_VALUES = 8
FIELDS = 150  # of other results that are shown; ours: more would drown the function
WORKED = 0.3  # added to the score of a feed that worked each time; as for those that are learned

Why = Annotated[str, msgspec.Meta(max_length=300)]


class ProposedFeed(msgspec.Struct):
    """A result field that fills a parameter."""

    parameter: str
    field: Annotated[str, msgspec.Meta(description="FUNCTION.FIELD, as listed.")]
    why: Why


class ProposedValues(msgspec.Struct):
    """Values that a request may say for a parameter."""

    parameter: str
    values: Annotated[list[Json], msgspec.Meta(max_length=MOST_VALUES)]
    why: Why


class Proposal(msgspec.Struct):
    """How one function is fed."""

    reasoning: Why
    feeds: list[ProposedFeed]
    values: list[ProposedValues]


@dataclass(slots=True)
class Notes:
    """What came of proposals, in words."""

    kept: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """Function -> why nothing is proposed for it."""


async def proposed(trying: Trying, teacher: Teacher, notes: Notes) -> Learned:
    """Have a model propose feeds and values; give what is known then.

    It is asked about a function that lacks values, or has a parameter that must be given and that
    nothing feeds; about the others all is known.
    """
    learned, others = trying.learned, await _fields(trying)
    asked = [name for name in learned.functions if lacking(trying, name) or unfed(trying, name)]
    replies = await asyncio.gather(*(_asked(trying, name, others, teacher) for name in asked))
    for name, reply in zip(asked, replies, strict=True):
        if isinstance(reply, Reject):
            notes.refused[name] = str(reply)
            continue
        learned = await _with_values(trying, learned, name, reply, notes)
        trying.learned = learned
    for name, reply in zip(asked, replies, strict=True):
        for feed in reply.feeds if isinstance(reply, Proposal) else ():
            learned = await _with_feed(trying, learned, name, feed, notes)
    trying.learned = learned
    return learned


def properties_of(trying: Trying, name: str) -> dict[str, Schema]:
    """Give the parameters of a function."""
    return properties(trying.tool(name).function.parameters)


def lacking(trying: Trying, name: str) -> list[str]:
    """Name the parameters for which nothing can be said yet, and nothing feeds."""
    known = trying.learned.functions[name]
    fed = {f.parameter for f in trying.learned.feeds}
    return [
        p
        for p, schema in properties_of(trying, name).items()
        if not known.parameters.get(p, LearnedParameter()).values
        and f"{name}.{p}" not in fed
        and kind_of(schema) not in ("object", "boolean")
        and "enum" not in schema
    ]


def unfed(trying: Trying, name: str) -> list[str]:
    """Name the parameters that must be given, take what a result could tell, and are not fed."""
    required = trying.tool(name).function.parameters.get("required") or ()
    fed = {f.parameter for f in trying.learned.feeds}
    return [
        p
        for p, schema in properties_of(trying, name).items()
        if p in required
        and f"{name}.{p}" not in fed
        and kind_of(_one(schema)) in ("string", "integer")
        and not ({"enum", "const"} & _one(schema).keys() or _one(schema).get("format") == "date")
    ]


async def _fields(trying: Trying) -> dict[str, dict[str, Json]]:
    """Describe the fields of all results: type, words, and values that were met."""
    found: dict[str, dict[str, Json]] = {}
    for tool in trying.source.tools:
        name = tool.function.name
        shape = shape_of(trying.learned.responses(name, tool.function.responses))
        for at, schema in fields_of(shape.schema) if shape else ():
            met = await trying.met(f"{name}.{at}")
            said = str(schema.get("description", ""))[:200]
            found[f"{name}.{at}"] = {
                "type": kind_of(schema),
                **({"description": said} if said else {}),
                **({"met": [v[:60] if isinstance(v, str) else v for v in met[:3]]} if met else {}),
            }
    return found


async def _asked(
    trying: Trying, name: str, others: dict[str, dict[str, Json]], teacher: Teacher
) -> Proposal | Reject:
    schemas, function = properties_of(trying, name), trying.tool(name).function
    lacks = lacking(trying, name)
    types = {kind_of(_one(s)) for s in schemas.values()}
    fields = {
        f: told
        for f, told in others.items()
        if not f.startswith(f"{name}.") and told["type"] in types
    }

    def check(reply: Proposal) -> None:
        if found := _faults(name, reply, schemas, fields, lacks):
            raise ValueError("\n".join(f"- {fault}" for fault in found))

    shown = {"name": name, "description": function.description, "parameters": function.parameters}
    slots = {
        "function": encode(shown).decode(),
        "lacking": lacks,
        "known": [f.field for f in trying.learned.feeds if f.parameter.startswith(f"{name}.")],
        "fields": [encode({"field": f, **told}).decode() for f, told in [*fields.items()][:FIELDS]],
        "most": MOST_VALUES,
    }
    try:
        return await teacher.ask(PROMPT, Proposal, slots, check=check)
    except Reject as rejected:
        return rejected
    except OverBudget as over:
        return Reject(OVER, str(over))


def _one(schema: Schema) -> Schema:
    items = schema.get("items")
    return items if kind_of(schema) == "array" and isinstance(items, dict) else schema


def _faults(
    name: str,
    reply: Proposal,
    schemas: dict[str, Schema],
    fields: dict[str, dict[str, Json]],
    lacks: Sequence[str],
) -> list[str]:
    found = []
    for feed in reply.feeds:
        if feed.parameter not in schemas:
            found.append(f"{name} has no parameter {feed.parameter!r}")
        if feed.field not in fields:
            found.append(f"there is no field {feed.field!r}; write it as it is listed")
    for one in reply.values:
        if one.parameter not in lacks:
            found.append(f"{one.parameter!r} does not lack values; give none for it")
            continue
        wrong = [(v, misfit(v, _one(schemas[one.parameter]))) for v in one.values]
        found += [f"{v!r} does not fit {one.parameter}: {why}" for v, why in wrong if why]
        texts = [v for v in one.values if isinstance(v, str)]
        found += [f"{v!r} is not one line of plain text" for v in texts if not v.isprintable()]
    return found


async def _with_values(
    trying: Trying, learned: Learned, name: str, reply: Proposal, notes: Notes
) -> Learned:
    """Take the values that work; all of them where that cannot be tried."""
    trying.learned = learned = _replaced(learned, name, reply.values)  # tried all together
    for one in reply.values:
        outcome = await trying.tried(name, one.parameter, one.values)
        whole = summed(list(outcome.values()))
        works = [v for n, v in enumerate(one.values) if not outcome or _good(outcome.get(n))]
        full = f"{name}.{one.parameter}"
        if works:
            notes.kept.append(f"{full}: {_listed(works)} ({whole})")
        if bad := [v for v in one.values if v not in works]:
            notes.dropped.append(f"{full}: {_listed(bad)} ({whole})")
        learned = _replaced(learned, name, [ProposedValues(one.parameter, works, one.why)])
    return learned


def _good(tried: Tried | None) -> bool:
    return tried is None or bool(tried.passed)


def _listed(values: Sequence[Json]) -> str:
    return ", ".join(encode(v).decode() for v in values)


def _replaced(learned: Learned, name: str, values: Sequence[ProposedValues]) -> Learned:
    own: LearnedFunction = learned.functions[name]
    parameters = dict(own.parameters)
    for one in values:
        old = parameters.get(one.parameter, LearnedParameter())
        proposed = bool(one.values)
        parameters[one.parameter] = replace(old, values=tuple(one.values), proposed=proposed)
    return replace(
        learned, functions={**learned.functions, name: replace(own, parameters=parameters)}
    )


async def _with_feed(
    trying: Trying, learned: Learned, name: str, said: ProposedFeed, notes: Notes
) -> Learned:
    """Take a feed that works, or that cannot be tried."""
    full = f"{name}.{said.parameter}"
    if any((f.field, f.parameter) == (said.field, full) for f in learned.feeds):
        return learned
    values = (await trying.met(said.field))[:TRIES]
    outcome = summed(list((await trying.tried(name, said.parameter, values)).values()))
    told = f"{said.field} feeds {full}: {said.why} ({outcome})"
    if outcome.made and not outcome.passed:
        notes.dropped.append(told)
        return learned
    notes.kept.append(told)
    share = outcome.passed / outcome.made if outcome.made else 0.0
    feed = Feed(
        said.field, full, round(FED + WORKED * share, 2), (said.why, str(outcome)), proposed=True
    )
    return replace(learned, feeds=(*learned.feeds, feed))
