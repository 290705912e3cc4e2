"""Learn what a user's tools are like by reading their definitions and calling those that read.

Calls are few, seeded, and made one after the other: same tools, same answers, same file. A function
that writes, or of which nobody knows, is not called. Values for a call come from its schema, from
earlier results that fit by name, and from what anybody may say (`ordinary`).
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated

import msgspec
from msgspec.structs import replace

from buttonup.records import Json, Record, Schema, digest, encode
from buttonup.tools.door import failed, misfit
from buttonup.tools.doubts import vague
from buttonup.tools.learn_feeds import Place, Trial, feeds_between
from buttonup.tools.learn_names import only_reads, plural, qualified, thing
from buttonup.tools.learn_shape import (
    Shape,
    fields_of,
    inferred,
    kind_of,
    reached,
    resolved,
    shape_of,
)
from buttonup.tools.learn_shape import field as field_of
from buttonup.tools.learned import (
    FED,
    Feed,
    Learned,
    LearnedFunction,
    LearnedParameter,
    plain,
)
from buttonup.tools.ordinary import ordinary
from buttonup.tools.source import Source, Tool

Some = Annotated[int, msgspec.Meta(ge=0)]

ROUNDS = 5  # times all functions are gone through: what one gives the next round can pass on
KEPT = 12  # values kept of a parameter or a field; ours: a request says one of them
TRY = 0.35  # score from which a field's values are tried in a parameter
AGAIN = 2  # calls of each function that are made a second time, to see whether it answers the same


class Learning(Record):
    """How much is called to learn about tools."""

    each: Some = 8
    """Calls of one function at most; 0 to call nothing."""
    calls: Some = 300
    """Calls at most, of all functions together."""


class _Sampled(Record):
    """A call that was made to learn, and what it gave."""

    function: str
    arguments: dict[str, Json]
    result: Json


async def learn(
    source: Source, *, seed: int, today: dt.date, knobs: Learning, given: Learned | None = None
) -> Learned:
    """Learn of every tool of which `given` does not know what it gives.

    What `given` says stays: a function that it knows is left as it is, and of any other its values,
    its words and whether it writes.
    """
    told, given = given, given or Learned()
    sampler = _Sampler(source, random.Random(f"{seed}:learn"), today, knobs, given)
    told_of = {t.function.name: given.functions.get(t.function.name) for t in source.tools}
    fresh = {name for name, own in told_of.items() if not _known(own)}
    if fresh or any(own and _answered(own) for own in told_of.values()):
        await sampler.sample()
        await sampler.repeat()
    feeds = sampler.feeds(FED)
    functions = {
        tool.function.name: _merged(
            given.functions.get(tool.function.name), partial(sampler.known, tool, feeds)
        )
        for tool in source.tools
    }
    feeds = [f for f in feeds if fresh.intersection(_ends(f)) and f not in given.feeds]
    return Learned(
        given=digest(told) if told else "",
        tools=given.tools or tuple(dict.fromkeys(tool.source for tool in source.tools)),
        title=given.title or _title(source.tools),
        today=given.today or str(today),
        functions=functions,
        feeds=(*given.feeds, *feeds),
    )


def _known(own: LearnedFunction | None) -> bool:
    return own is not None and bool(own.gives)


def _merged(own: LearnedFunction | None, found: Callable[[], LearnedFunction]) -> LearnedFunction:
    """Lay what was found under what the user's file says."""
    if own is None or not (own.gives and not own.doubts):
        return _under(own, found())
    return own


def _answered(own: LearnedFunction) -> bool:
    """Say whether the user gave values that the file says are missing: now it can be called."""
    return any(f"no_values:{p}" in own.doubts for p in own.parameters if _says(own, p))


def _under(own: LearnedFunction | None, new: LearnedFunction) -> LearnedFunction:
    if own is None:
        return new
    if _known(own):
        lacking = [p for p in new.parameters if f"no_values:{p}" in own.doubts]
        found = {p: new.parameters[p] for p in lacking if not _says(own, p)}
        parameters = {**own.parameters, **found}
        gone = {f"no_values:{p}" for p in lacking if parameters[p].values}
        return replace(
            own,
            called=own.called or new.called,
            failed=own.failed if own.called else new.failed,
            doubts=tuple(d for d in own.doubts if d not in gone),
            parameters=parameters,
        )
    return replace(
        new,
        writes=own.writes,
        because=own.because or new.because,
        noun=own.noun or new.noun,
        plural=own.plural or new.plural,
        asks=own.asks,
        parameters={
            name: own.parameters[name] if _says(own, name) else known
            for name, known in new.parameters.items()
        },
    )


def _says(own: LearnedFunction, parameter: str) -> bool:
    return bool(own.parameters.get(parameter, LearnedParameter()).values)


def _ends(feed: Feed) -> tuple[str, str]:
    return feed.field.partition(".")[0], feed.parameter.partition(".")[0]


def _title(tools: Sequence[Tool]) -> str:
    """Name what the tools are of, from the names of their sources: "the shop tools"."""
    stems = (tool.source.partition(":")[2].split()[0:1] for tool in tools)
    named = (s[0].rstrip("/").rpartition("/")[2].partition(".")[0] for s in stems if s)
    names = list(dict.fromkeys(" ".join(n.replace("_", " ").split()) for n in named))
    names = [n for n in names if n and n.replace(" ", "").isalnum()][:3]
    return f"the {' and '.join(names)} tools" if names else "these tools"


def writes(tool: Tool) -> tuple[bool, str]:
    """Say whether a tool writes, and how that is known; one of which nobody knows writes."""
    if tool.writes is not None:
        return tool.writes, "the source says so"
    if only_reads(tool.function.name):
        return False, "its name says so"
    return True, "nothing says that it only reads"


def properties(schema: Schema) -> dict[str, Schema]:
    """Give the parameters of a function, references put in their place."""
    found = resolved(schema).get("properties") or {}
    return {name: s for name, s in found.items() if isinstance(s, dict)}


class _Sampler:
    """The calls made so far, and what they tell."""

    def __init__(
        self, source: Source, rng: random.Random, today: dt.date, knobs: Learning, given: Learned
    ) -> None:
        self.source, self.rng, self.today, self.knobs = source, rng, today, knobs
        self.tools = {t.function.name: t for t in source.tools}
        self.given = given
        self.schemas = {n: properties(t.function.parameters) for n, t in self.tools.items()}
        self.sampled: list[_Sampled] = []
        self.unsteady: set[str] = set()
        self.trials: dict[tuple[str, str], Trial] = {}
        self.made: set[bytes] = set()
        self._ordinary: dict[tuple[str, str], tuple[Json, ...]] = {}

    # --- calling ------------------------------------------------------------------------------

    async def sample(self) -> None:
        """Call what reads, round after round, until nothing new can be called."""
        reading = [n for n, t in self.tools.items() if t.runs and not self._writes(t)]
        for _ in range(ROUNDS):
            before = len(self.sampled)
            feeds = list(self.feeds(TRY))
            for name in reading:
                await self._called(name, feeds)
            if len(self.sampled) == before:
                return

    def _writes(self, tool: Tool) -> bool:
        known = self.given.functions.get(tool.function.name)
        return known.writes if known else writes(tool)[0]

    async def _called(self, name: str, feeds: Sequence[Feed]) -> None:
        """Make some more calls of one function."""
        for _ in range(max(1, self.knobs.each // 2)):
            mine = sum(s.function == name for s in self.sampled)
            if mine >= self.knobs.each or len(self.sampled) >= self.knobs.calls:
                return
            arguments, taken = self._arguments(name, feeds)
            if arguments is None or encode([name, arguments]) in self.made:
                return
            self.made.add(encode([name, arguments]))
            result = await self.source.call(name, arguments)
            self.sampled.append(_Sampled(name, arguments, result))
            for feed in taken:
                trial = self.trials.setdefault((feed.field, feed.parameter), Trial())
                trial.passed += not failed(result)
                trial.failed += failed(result)

    def _arguments(
        self, name: str, feeds: Sequence[Feed]
    ) -> tuple[dict[str, Json] | None, list[Feed]]:
        """Draw arguments; None where a required one has no value that is not tried already."""
        required = self.tools[name].function.parameters.get("required") or ()
        arguments: dict[str, Json] = {}
        taken: list[Feed] = []
        for parameter, schema in self.schemas[name].items():
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
        wide = [(f, v) for f in fitting for v in self._met(f.field)]
        fed = [(f, [v] if several else v) for f, v in wide]
        fed = [(f, v) for f, v in fed if not misfit(v, schema)]
        said = self.said(name, parameter)
        if fed and (not said or self.rng.random() < 0.8):  # noqa: PLR2004 - what exists, mostly
            feed, value = self.rng.choice(fed)
            return value, feed
        return (self.rng.choice(said), None) if said else (None, None)

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

    def _met(self, full: str) -> tuple[Json, ...]:
        """List the different values that a field has had."""
        name, _, at = full.partition(".")
        shape = shape_of(self.responses(name))
        if shape is None:
            return ()
        found: dict[bytes, Json] = {}
        for sampled in self.sampled:
            if sampled.function == name and not failed(sampled.result):
                lies = reached(sampled.result, shape.at)
                for row in lies if shape.gives == "list" and isinstance(lies, list) else [lies]:
                    value = field_of(row, at)
                    if isinstance(value, str | int | float) and value != "":
                        found.setdefault(encode(value), value)
        return tuple(found.values())[:KEPT]

    async def repeat(self) -> None:
        """Make some calls again on a fresh start, and note which functions answer otherwise."""
        await self.source.reset()
        for name in self.tools:
            mine = [s for s in self.sampled if s.function == name and not failed(s.result)]
            for sampled in mine[:AGAIN]:
                again = await self.source.call(name, sampled.arguments)
                if again != sampled.result:
                    self.unsteady.add(name)

    # --- what they tell -----------------------------------------------------------------------

    def responses(self, name: str) -> Schema:
        """Give the schema of a result: as declared, as edited, or as the calls so far show it."""
        declared = resolved(self.given.responses(name, self.tools[name].function.responses))
        if declared and not vague(declared):
            return declared
        return inferred([s.result for s in self._succeeded(name)]) or declared

    def _succeeded(self, name: str) -> list[_Sampled]:
        return [s for s in self.sampled if s.function == name and not failed(s.result)]

    def feeds(self, least: float) -> Sequence[Feed]:
        """Score all fields against all parameters."""
        fields = [
            Place(name, at, schema, self._met(f"{name}.{at}"))
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

    def known(self, tool: Tool, feeds: Sequence[Feed]) -> LearnedFunction:
        """Say all that is known of a function."""
        name, (changes, because) = tool.function.name, writes(tool)
        responses = self.responses(name)
        shape = shape_of(responses)
        noun = " ".join(thing(name))
        parameters = {p: LearnedParameter(self._values(name, p, feeds)) for p in self.schemas[name]}
        calls = [s for s in self.sampled if s.function == name]
        return LearnedFunction(
            writes=changes,
            because=because,
            gives=shape.gives if shape else "",
            at=shape.at if shape else "",
            noun=noun,
            plural=plural(noun),
            responses="" if responses == resolved(tool.function.responses) else plain(responses),
            called=len(calls),
            failed=sum(failed(s.result) for s in calls),
            steady=name not in self.unsteady,
            doubts=tuple(_doubts(tool, shape, parameters, calls)),
            parameters=parameters,
        )

    def _values(self, name: str, parameter: str, feeds: Sequence[Feed]) -> tuple[Json, ...]:
        """List what a request may say for a parameter: what calls took, what exists, and the rest.

        Where the tools have values of it, nothing else is said.
        """
        several = kind_of(self.schemas[name][parameter]) == "array"
        found = [s for s in self._succeeded(name) if not _empty(s.result)]
        took = [s.arguments[parameter] for s in found if parameter in s.arguments]
        took = [one for v in took for one in (v if several and isinstance(v, list) else [v])]
        exist = [
            v for f in feeds if f.parameter == f"{name}.{parameter}" for v in self._met(f.field)
        ]
        tried = any(s.function == name and parameter in s.arguments for s in self.sampled)
        said = [] if exist or tried else self.said(name, parameter)
        rest = [one for v in said for one in (v if several and isinstance(v, list) else [v])]
        plain = (v for v in (*took, *exist, *rest) if isinstance(v, str | int | float))
        values = {encode(v): v for v in plain}
        return tuple(values.values())[:KEPT]


def _doubts(
    tool: Tool,
    shape: Shape | None,
    parameters: Mapping[str, LearnedParameter],
    calls: Sequence[_Sampled],
) -> Sequence[str]:
    """List why plans will not call a function, or should be looked at."""
    found = [] if shape else ["no_responses"]
    required: Callable[[str], bool] = (tool.function.parameters.get("required") or ()).__contains__
    found += [
        f"no_values:{p}" for p, known in parameters.items() if required(p) and not known.values
    ]
    if calls and all(failed(s.result) for s in calls):
        found.append("always_fails")
    elif calls and all(_empty(s.result) for s in calls if not failed(s.result)):
        found.append("always_empty")
    return found


def _empty(result: Json) -> bool:
    """Say whether a result has nothing in it: null, an empty list, an object of such."""
    if isinstance(result, dict):
        return all(map(_empty, result.values()))
    return result is None or result in ([], "", 0)
