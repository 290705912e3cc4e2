"""The calls that were made to learn, and what they tell of the tools."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from buttonup.records import Json, Record, Schema, encode
from buttonup.tools.definitions.doubts import vague
from buttonup.tools.door import failed, misfit
from buttonup.tools.learning.feeds import Place, Trial, feeds_between
from buttonup.tools.learning.learned import Feed, Learned
from buttonup.tools.learning.names import qualified, thing
from buttonup.tools.learning.ordinary import ordinary
from buttonup.tools.learning.shape import field as field_of
from buttonup.tools.learning.shape import (
    fields_of,
    inferred,
    kind_of,
    properties,
    reached,
    resolved,
    shape_of,
)
from buttonup.tools.source import Tool, was_late

HANGS = 2  # calls that come too late: once may be chance, and each costs as long as a call may take
KEPT = 12  # values kept of a parameter or a field; ours: a request says one of them


class Sampled(Record):
    """A call that was made to learn, and what it gave."""

    function: str
    arguments: dict[str, Json]
    result: Json


@dataclass(slots=True, eq=False)
class Evidence:
    """What is known of some tools while they are being learned."""

    tools: dict[str, Tool]
    given: Learned
    """What the user's file says."""
    today: dt.date
    sampled: list[Sampled] = field(default_factory=list)
    trials: dict[tuple[str, str], Trial] = field(default_factory=dict)
    """A field and a parameter -> how calls with its values went."""
    unsteady: set[str] = field(default_factory=set)
    """Functions that answer otherwise when they are asked again."""
    schemas: dict[str, dict[str, Schema]] = field(init=False)
    """Of each function's parameters."""
    _ordinary: dict[tuple[str, str], tuple[Json, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.schemas = {n: properties(t.function.parameters) for n, t in self.tools.items()}

    def of(self, name: str) -> list[Sampled]:
        """List the calls of a function."""
        return [s for s in self.sampled if s.function == name]

    def succeeded(self, name: str) -> list[Sampled]:
        """List those that were answered without an error."""
        return [s for s in self.of(name) if not failed(s.result)]

    def hangs(self, name: str) -> bool:
        """Say whether so many calls of a function came too late that no more are made."""
        return sum(was_late(s.result) for s in self.of(name)) >= HANGS

    def said(self, name: str, parameter: str) -> tuple[Json, ...]:
        """Give what a request may say for a parameter without asking the tools."""
        known = self.given.functions.get(name)
        if known and (own := known.parameters.get(parameter)) and own.values:
            return own.values
        if (name, parameter) not in self._ordinary:
            schema = self.schemas[name][parameter]
            several = kind_of(schema) == "array"
            one = schema.get("items", {}) if several else schema
            full = "_".join(qualified(parameter, thing(name)))
            dice = random.Random(f"{self.today}:{name}.{parameter}")
            values = ordinary(full, one, self.today, dice)
            values = tuple(
                v for v in ([v] if several else v for v in values) if not misfit(v, schema)
            )
            self._ordinary[name, parameter] = values
        return self._ordinary[name, parameter]

    def met(self, full: str) -> tuple[Json, ...]:
        """List the different values that a field has had."""
        name, _, at = full.partition(".")
        shape = shape_of(self.responses(name))
        if shape is None:
            return ()
        found: dict[bytes, Json] = {}
        for sampled in self.succeeded(name):
            lies = reached(sampled.result, shape.at)
            for row in lies if shape.gives == "list" and isinstance(lies, list) else [lies]:
                value = field_of(row, at)
                if isinstance(value, str | int | float) and value != "":
                    found.setdefault(encode(value), value)
        return tuple(found.values())[:KEPT]

    def responses(self, name: str) -> Schema:
        """Give the schema of a result: as declared, as edited, or as the calls so far show it."""
        declared = resolved(self.given.responses(name, self.tools[name].function.responses))
        if declared and not vague(declared):
            return declared
        return inferred([s.result for s in self.succeeded(name)]) or declared

    def feeds(self, least: float) -> Sequence[Feed]:
        """Score all fields against all parameters."""
        fields = [
            Place(name, at, schema, self.met(f"{name}.{at}"))
            for name in self.tools
            if (shape := shape_of(self.responses(name))) is not None
            for at, schema in fields_of(shape.schema)
        ]
        parameters = [
            Place(name, p, schema.get("items", {}) if kind_of(schema) == "array" else schema)
            for name, schemas in self.schemas.items()
            for p, schema in schemas.items()
        ]
        return list(feeds_between(fields, parameters, self.trials, least))
