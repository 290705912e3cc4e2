"""The calls that are made to learn: few, seeded, one after the other.

A function that writes, or of which nobody knows, is not called. Values for a call come from its
schema, from earlier results that fit by name, and from what anybody may say (`ordinary`).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Annotated

import msgspec

from buttonup.records import Json, Record, Schema, encode
from buttonup.tools.door import failed, misfit
from buttonup.tools.learning.evidence import Evidence, Sampled
from buttonup.tools.learning.feeds import Trial
from buttonup.tools.learning.known import writes
from buttonup.tools.learning.learned import Feed
from buttonup.tools.learning.shape import kind_of
from buttonup.tools.source import Source, Tool

Some = Annotated[int, msgspec.Meta(ge=0)]

ROUNDS = 5  # times all functions are gone through: what one gives the next round can pass on
TRY = 0.35  # score from which a field's values are tried in a parameter
AGAIN = 2  # calls of each function that are made a second time, to see whether it answers the same


class Learning(Record):
    """How much is called to learn about tools."""

    each: Some = 8
    """Calls of one function at most; 0 to call nothing."""
    calls: Some = 300
    """Calls at most, of all functions together."""


class Sampler:
    """Makes calls, and adds them to the evidence."""

    def __init__(
        self, source: Source, evidence: Evidence, rng: random.Random, knobs: Learning
    ) -> None:
        self.source, self.evidence, self.rng, self.knobs = source, evidence, rng, knobs
        self.made: set[bytes] = set()

    async def sample(self) -> None:
        """Call what reads, round after round, until nothing new can be called."""
        reading = [n for n, t in self.evidence.tools.items() if t.runs and not self._writes(t)]
        for _ in range(ROUNDS):
            before = len(self.evidence.sampled)
            feeds = list(self.evidence.feeds(TRY))
            for name in reading:
                await self._called(name, feeds)
            if len(self.evidence.sampled) == before:
                return

    def _writes(self, tool: Tool) -> bool:
        known = self.evidence.given.functions.get(tool.function.name)
        return known.writes if known else writes(tool)[0]

    async def _called(self, name: str, feeds: Sequence[Feed]) -> None:
        """Make some more calls of one function."""
        for _ in range(max(1, self.knobs.each // 2)):
            mine, made = len(self.evidence.of(name)), len(self.evidence.sampled)
            if mine >= self.knobs.each or made >= self.knobs.calls or self.evidence.hangs(name):
                return
            arguments, taken = self._arguments(name, feeds)
            if arguments is None or encode([name, arguments]) in self.made:
                return
            self.made.add(encode([name, arguments]))
            result = await self.source.call(name, arguments)
            self.evidence.sampled.append(Sampled(name, arguments, result))
            for feed in taken:
                trial = self.evidence.trials.setdefault((feed.field, feed.parameter), Trial())
                trial.passed += not failed(result)
                trial.failed += failed(result)

    def _arguments(
        self, name: str, feeds: Sequence[Feed]
    ) -> tuple[dict[str, Json] | None, list[Feed]]:
        """Draw arguments; None where a required one has no value that is not tried already."""
        required = self.evidence.tools[name].function.parameters.get("required") or ()
        arguments: dict[str, Json] = {}
        taken: list[Feed] = []
        for parameter, schema in self.evidence.schemas[name].items():
            if parameter not in required and self.rng.random() < 0.7:  # noqa: PLR2004 - mostly bare
                continue
            fitting = [f for f in feeds if f.parameter == f"{name}.{parameter}"]
            value, feed = self._value(name, parameter, schema, fitting)
            if value is not None:
                arguments[parameter] = value
                taken += [feed] if feed else []
            elif parameter in required:
                return None, []
        return arguments, taken

    def _value(
        self, name: str, parameter: str, schema: Schema, fitting: Sequence[Feed]
    ) -> tuple[Json, Feed | None]:
        """Draw a value: of the feeds one in turn, or what anybody may say."""
        several = kind_of(schema) == "array"
        wide = [(f, v) for f in fitting for v in self.evidence.met(f.field)]
        fed = [(f, [v] if several else v) for f, v in wide]
        fed = [(f, v) for f, v in fed if not misfit(v, schema)]
        said = self.evidence.said(name, parameter)
        if fed and (not said or self.rng.random() < 0.8):  # noqa: PLR2004 - what exists, mostly
            feed, value = self.rng.choice(fed)
            return value, feed
        return (self.rng.choice(said), None) if said else (None, None)

    async def repeat(self) -> None:
        """Make some calls again on a fresh start, and note which functions answer otherwise."""
        await self.source.reset()
        for name in self.evidence.tools:
            for sampled in self.evidence.succeeded(name)[:AGAIN]:
                again = await self.source.call(name, sampled.arguments)
                if again != sampled.result:
                    self.evidence.unsteady.add(name)
