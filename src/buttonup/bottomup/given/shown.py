"""Functions that are there already: what whoever writes tasks over a user's own tools is told.

A task must be one that the tools can do, about things that exist. So its writer is shown some of
the functions, values that they take, and what a few real calls gave. All of that is hostile text:
it goes into a prompt as one line of JSON each, between marks (`prompts/given.md`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated

import msgspec

from buttonup.errors import Reject
from buttonup.prompts.render import render
from buttonup.records import Function, Json, Record, Scenario, encode, leaves
from buttonup.tools.door import failed
from buttonup.tools.learning.function import OwnFunction
from buttonup.tools.learning.shape import reached
from buttonup.tools.own.run import Own
from buttonup.tools.own.world import UNTOLD
from buttonup.worlds.phrases import grammar
from buttonup.worlds.templates import fill

PROMPT = "given"
OF_TOOLS = "tools:"
"""Begins the origin of a scenario that was thought of for certain functions; their names follow."""

Some = Annotated[int, msgspec.Meta(ge=1)]


class GivenKnobs(Record):
    """What is shown of functions that are there, and how much is made of it."""

    functions: Some = 10
    """Functions shown to whoever writes a task, at most: some that feed each other."""
    looks: Annotated[int, msgspec.Meta(ge=0)] = 2
    """Calls of each that reads, whose results are shown."""
    rows: Some = 4
    """Items shown of a result that is a list; which ones is drawn anew for each task."""
    values: Some = 6
    """Values shown of a parameter."""
    scenarios: Some = 4
    """Scenarios that are asked for at once."""


class Shown(Record):
    """What a prompt says of the functions that there are."""

    rules: str
    data: str
    names: tuple[str, ...]
    """Functions' names that are no plain words."""
    ids: tuple[str, ...]
    """Numbers and codes of things that exist, as far as they are shown or known."""

    def faults(self, text: str) -> list[str]:
        """List what a task must not say: a function's name, a number that nothing has."""
        found = [
            f'"{name}" is the name of a function; say what is wanted'
            for name in self.names
            if re.search(rf"\b{re.escape(name)}\b", text)
        ]
        shapes = {_shape(one) for one in self.ids}
        told = dict.fromkeys(re.findall(r"\w[\w-]*", text))
        return found + [
            f'nothing has the number "{word}"; take one that is shown'
            for word in told
            if _ID.fullmatch(word) and _shape(word) in shapes and word not in self.ids
        ]


class Given:
    """A user's own tools, as they are shown to who writes tasks over them."""

    def __init__(self, own: Own, knobs: GivenKnobs, seed: int) -> None:
        self.own, self.knobs, self.seed = own, knobs, seed
        self._able: dict[str, bool] = {}

    @property
    def functions(self) -> Mapping[str, OwnFunction]:
        """All that can be called, by name."""
        return self.own.world.own

    async def able(self) -> tuple[str, ...]:
        """Name the functions that answer: all but writes that cannot be simulated."""
        for name, function in self.functions.items():
            if name not in self._able:
                self._able[name] = function.really or await self._can_be_simulated(function)
        return tuple(name for name, able in self._able.items() if able)

    async def _can_be_simulated(self, f: OwnFunction) -> bool:
        """Try it, with the first values that are known."""
        arguments = {name: (values or ("something",))[0] for name, values in self._needs(f).items()}
        result = await self._called(f.name, arguments)
        return bool(result != {"error": UNTOLD})

    def _needs(self, f: OwnFunction) -> dict[str, tuple[Json, ...]]:
        """Give the values that are known for each parameter that it must be given."""
        known = self.own.learned.functions[f.name].parameters
        required = f.definition.parameters.get("required") or ()
        return {name: known[name].values if name in known else () for name in required}

    async def _called(self, name: str, arguments: dict[str, Json]) -> Json:
        try:
            return await self.own.look(name, arguments)
        except Reject as too_many:
            return {"error": str(too_many)}

    # --- which functions ----------------------------------------------------------------------

    async def drawn(self, rng: random.Random) -> tuple[str, ...]:
        """Draw functions that go together: from one to those that feed it or that it feeds."""
        able = await self.able()
        if not able:
            raise Reject("no_functions", "none of the functions can be called")
        drawn = [rng.choice(able)]
        while len(drawn) < min(self.knobs.functions, len(able)):
            left = [name for name in able if name not in drawn]
            near = [name for name in left if not self._near(name).isdisjoint(drawn)]
            drawn.append(rng.choice(near or left))
        return tuple(name for name in able if name in drawn)

    def _near(self, name: str) -> set[str]:
        ends = [
            (f.field.partition(".")[0], f.parameter.partition(".")[0])
            for f in self.own.learned.feeds
        ]
        return {other for pair in ends if name in pair for other in pair}

    async def of(self, scenario: Scenario) -> tuple[str, ...]:
        """Name the functions that a scenario's tasks are about."""
        if scenario.origin.startswith(OF_TOOLS):
            return tuple(scenario.origin.removeprefix(OF_TOOLS).split(","))
        return await self.drawn(self.rng(scenario.key, "functions"))

    def rng(self, key: str, purpose: str) -> random.Random:
        """Give the random numbers for one purpose."""
        return random.Random(f"{self.seed}:{key}:{purpose}")

    # --- what is shown ------------------------------------------------------------------------

    async def shown_for(self, scenario: Scenario | None) -> Shown:
        """Show the functions that a scenario's tasks are about, and what is there."""
        scenario = scenario or Scenario("")
        return await self.shown(await self.of(scenario), self.rng(scenario.key, "rows"))

    async def shown(self, names: Collection[str], rng: random.Random) -> Shown:
        """Show some functions: their definitions, values, and what calls of them gave."""
        mine = [self.functions[name] for name in names if name in self.functions]
        looks = [look for f in mine if not f.writes for look in await self._looks(f, rng)]
        slots = {
            "context": self.context(rng),
            "functions": [encode(self._defined(f, rng)).decode() for f in mine],
            "results": [encode(look).decode() for look in looks] or ["(none)"],
            "last": any(f.writes and not f.really for f in mine),
        }
        prompt = render(PROMPT, slots)
        codes = tuple(name for name in self.functions if _is_code(name))
        return Shown(prompt.system, prompt.user, codes, self._ids(looks))

    def context(self, rng: random.Random) -> str:
        """Say who the assistant is and which day it is, as the system prompt does."""
        world = self.own.world
        title, today = f"{world.title[:1].lower()}{world.title[1:]}", world.today
        said = f"{today:%A}, {today.day} {today:%B} {today.year}"
        return fill(rng.choice(grammar().context["lead"]), {"title": title, "today": said})

    def _defined(self, f: OwnFunction, rng: random.Random) -> dict[str, Json]:
        d, enums = f.definition, _offered(f.definition)
        values = {
            name: sorted(
                rng.sample(known.values, min(len(known.values), self.knobs.values)), key=str
            )
            for name, known in self.own.learned.functions[f.name].parameters.items()
            if known.values and name not in enums
        }
        return {
            "name": d.name,
            "description": d.description,
            "parameters": d.parameters,
            "gives": f"{'a list of ' if f.listed else ''}{', '.join(f.schemas) or 'a value'}",
            "changes_something": f.writes,
            **({"known_values": values} if values else {}),
        }

    async def _looks(self, f: OwnFunction, rng: random.Random) -> list[dict[str, Json]]:
        """Call a function that reads, with values that are known; its errors tell nothing."""
        looks: dict[bytes, dict[str, Json]] = {}
        for _ in range(self.knobs.looks):
            needs = self._needs(f)
            if not all(needs.values()):
                return []
            arguments = {name: rng.choice(values) for name, values in needs.items()}
            if encode(arguments) in looks:
                continue
            result = await self._called(f.name, arguments)
            if not failed(result):
                told = _shortened(self._some(f, result, rng))
                looks[encode(arguments)] = {"call": f.name, "arguments": arguments, "gave": told}
        return list(looks.values())

    def _some(self, f: OwnFunction, result: Json, rng: random.Random) -> Json:
        """Give some items of a list."""
        rows = reached(result, f.at)
        if not isinstance(rows, list) or len(rows) <= self.knobs.rows:
            return result
        kept = sorted(rng.sample(range(len(rows)), self.knobs.rows))
        return [rows[i] for i in kept] + [f"… {len(rows)} in all"]

    def _ids(self, looks: Json) -> tuple[str, ...]:
        """Give the numbers and codes that are known or shown: letters with digits."""
        known = [
            list(p.values)
            for f in self.own.learned.functions.values()
            for p in f.parameters.values()
        ]
        texts = (v for _, v in leaves([known, looks]) if isinstance(v, str))
        return tuple(sorted({v for v in texts if _ID.fullmatch(v)}))


_ID = re.compile(r"[A-Za-z]+[\w-]*\d[\w-]*")


def _is_code(name: str) -> bool:
    """Say whether a name cannot be a plain word: get_item, listPlots."""
    return "_" in name or re.search(r"[a-z][A-Z]", name) is not None


def _shape(word: str) -> str:
    return re.sub(r"[A-Za-z]+", lambda m: f"A{len(m[0])}", re.sub(r"\d+", "0", word))


def _offered(function: Function) -> set[str]:
    """Name the parameters whose values anybody knows: days, and what the definition lists."""
    properties = function.parameters.get("properties") or {}
    return {n for n, s in properties.items() if re.search(r"'enum'|'date'|'boolean'", str(s))}


LONG, DEEP, WIDE = 160, 5, 12  # characters of a text, levels, fields and items that are shown


def _shortened(value: Json, deep: int = DEEP) -> Json:
    """Cut long texts and large values: a result in a prompt is an example."""
    match value:
        case str() if len(value) > LONG:
            return f"{value[:LONG]}…"
        case dict() | list() if not deep:
            return "…"
        case dict():
            return {k[:LONG]: _shortened(v, deep - 1) for k, v in list(value.items())[:WIDE]}
        case list():
            return [_shortened(v, deep - 1) for v in value[:WIDE]]
    return value


def of_tools(names: Sequence[str]) -> str:
    """Write the origin of a scenario that was thought of for certain functions."""
    return f"{OF_TOOLS}{','.join(names)}"
