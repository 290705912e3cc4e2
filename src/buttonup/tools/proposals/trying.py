"""What a model proposes about a user's tools, tried on the tools: only what works is kept.

Only functions that read are called. What cannot be tried (for a write) is kept, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from buttonup.records import Json, encode
from buttonup.tools.door import failed
from buttonup.tools.learning.known import empty
from buttonup.tools.learning.learned import Learned
from buttonup.tools.learning.shape import field as field_of
from buttonup.tools.learning.shape import kind_of, properties, reached, shape_of
from buttonup.tools.source import Source, Tool

TRIES = 3  # calls with what is proposed, and calls whose results are looked at; ours


@dataclass(frozen=True, slots=True)
class Tried:
    """How calls with something proposed went."""

    passed: int = 0
    nothing: int = 0
    """Those that were answered with nothing: null, an empty list."""
    failed: int = 0
    error: str = ""
    """What the last one that failed said."""

    @property
    def made(self) -> int:
        """Calls in all."""
        return self.passed + self.nothing + self.failed

    def __str__(self) -> str:
        """Say it in words."""
        if not self.made:
            return "not tried"
        why = f" ({self.error[:80]})" if self.error and not self.passed else ""
        return f"{self.passed} of {self.made} calls with it gave something{why}"


@dataclass(slots=True)
class Trying:
    """Tools that are called to try things out; each call is made once."""

    source: Source
    learned: Learned
    calls: int
    """Calls that may still be made."""
    _made: dict[bytes, Json] = field(default_factory=dict)

    def tool(self, name: str) -> Tool:
        """Give a tool by its name."""
        return next(t for t in self.source.tools if t.function.name == name)

    def reads(self, name: str) -> bool:
        """Say whether it may be called."""
        known = self.learned.functions.get(name)
        return known is not None and not known.writes and self.tool(name).runs

    async def called(self, name: str, arguments: dict[str, Json]) -> Json:
        """Call a function that reads; None where no more calls may be made."""
        key = encode([name, arguments])
        if key not in self._made:
            if self.calls <= 0:
                return None
            self.calls -= 1
            self._made[key] = await self.source.call(name, arguments)
        return self._made[key]

    def arguments(self, name: str, nth: int, **given: Json) -> dict[str, Json] | None:
        """Give the arguments of the n-th call, from values that are known; None without them."""
        parameters = self.learned.functions[name].parameters
        arguments = dict(given)
        for p in self.tool(name).function.parameters.get("required") or ():
            values = parameters[p].values if p in parameters else ()
            if p not in arguments:
                if not values:
                    return None
                arguments[p] = values[nth % len(values)]
        return arguments

    async def results(self, name: str) -> list[tuple[dict[str, Json], Json]]:
        """Give some calls of a function that reads, with what they gave; none that failed."""
        found = []
        for nth in range(TRIES):
            if self.reads(name) and (arguments := self.arguments(name, nth)) is not None:
                result = await self.called(name, arguments)
                if not failed(result) and not empty(result):
                    found.append((arguments, result))
        return found

    async def met(self, full: str) -> list[Json]:
        """List values that a field has had: "list_orders.id"."""
        name, _, at = full.partition(".")
        declared = self.tool(name).function.responses
        shape = shape_of(self.learned.responses(name, declared))
        rows: list[Json] = []
        for _, result in await self.results(name) if shape else ():
            lies = reached(result, shape.at) if shape else None
            rows += lies if isinstance(lies, list) else [lies]
        values = (field_of(row, at) for row in rows)
        found = {encode(v): v for v in values if isinstance(v, str | int | float) and v != ""}
        return list(found.values())

    async def tried(self, name: str, parameter: str, values: Sequence[Json]) -> dict[int, Tried]:
        """Call a function with each of some values; none where it may not be called."""
        if not self.reads(name):
            return {}
        schema = properties(self.tool(name).function.parameters)[parameter]
        several = kind_of(schema) == "array"
        outcome: dict[int, Tried] = {}
        for nth, value in enumerate(values):
            given = [value] if several and not isinstance(value, list) else value
            arguments = self.arguments(name, nth, **{parameter: given})
            if arguments is None or self.calls <= 0:
                break
            result = await self.called(name, arguments)
            if failed(result):
                outcome[nth] = Tried(failed=1, error=str(result["error"]))
            else:
                outcome[nth] = Tried(nothing=1) if empty(result) else Tried(passed=1)
        return outcome


def summed(outcome: Sequence[Tried]) -> Tried:
    """Add up."""
    return Tried(
        sum(t.passed for t in outcome),
        sum(t.nothing for t in outcome),
        sum(t.failed for t in outcome),
        next((t.error for t in reversed(outcome) if t.error), ""),
    )
