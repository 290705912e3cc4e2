"""What a writing call gives that is not made: from its schema, its arguments and what is known.

What the simulation can do: give back what it was given, say what the tools say of the thing it is
about, make an id like those that exist, and pick the status that the function's name speaks of.
What it cannot do: know a rule of the tools, reckon a price, tell when a parcel arrives. A result
that has to tell such a thing is not made (`Untold`). And it does not know what a write changes; so
what is read after it must not have to do with it (`touches`).
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from buttonup.records import Json, Schema, digest, leaves
from buttonup.tools.door import misfit
from buttonup.tools.learning.names import is_id, qualified, thing, words
from buttonup.tools.learning.shape import kind_of
from buttonup.tools.own.answers import Ask

_DONE = re.compile(
    r"ok|success|succeeded|done|accepted|valid|confirmed|active|enabled|sent|created"
)
_NUMBERED = re.compile(r"\^?(?P<head>[\w/-]*?)(?:\\d|\[0-9\])(?:\{(?P<digits>\d)\}|\+)\$?")
"""Patterns of an id that end in a number: `^LR-\\d{3}$`."""
_CHANGES = (("status",), ("state",))
_NOW = frozenset("created updated placed made booked cancelled changed closed opened".split())
_DEEP = 6


class Untold(Exception):  # noqa: N818 - a result that is not made
    """A result has to tell what nobody knows."""


Facts = Mapping[str, Sequence[Json]]
"""Words of a field ("order id") -> values of it that exist."""


def result_of(
    name: str,
    arguments: Mapping[str, Json],
    responses: Schema,
    known: Iterable[Mapping[str, Json]],
    facts: Facts,
    today: str,
) -> Json:
    """Make the result of a write. `known` are objects that were read and that it may be about.

    Raises  Untold where it has to tell what nobody knows
    """
    about = _about(thing(name), arguments, known)
    rng = random.Random(digest([name, dict(arguments)]))
    made = _Made(name, dict(arguments), about, facts, today, rng).value("", responses, _DEEP)
    if misfit(made, responses):
        raise Untold(name)
    return made


def _about(
    of: tuple[str, ...], arguments: Mapping[str, Json], known: Iterable[Mapping[str, Json]]
) -> Mapping[str, Json]:
    """Find the object that a write is about: the one whose own id it was given."""
    own = {qualified(n, of): v for n, v in arguments.items() if is_id(n)}
    own = {n: v for n, v in own.items() if n[:-1] == of}
    for row in known:
        if any(is_id(n) and n and own.get(qualified(n, of), row) == v for n, v in row.items()):
            return row
    return {}


class _Made:
    """The making of one result."""

    def __init__(
        self,
        name: str,
        arguments: dict[str, Json],
        about: Mapping[str, Json],
        facts: Facts,
        today: str,
        rng: random.Random,
    ) -> None:
        self.name, self.arguments, self.about = name, arguments, about
        self.facts, self.today, self.rng = facts, today, rng
        self.verbs = {word[:4] for word in words(name)}
        self.thing = thing(name)

    def value(self, field: str, schema: Schema, deep: int) -> Json:
        """Make one value."""
        if "const" in schema:
            return schema["const"]
        if (given := self._given(field)) is not None and kind_of(schema) not in ("object", ""):
            return given
        match kind_of(schema):
            case "object":
                return self._object(schema, deep)
            case "array" if not schema.get("minItems"):
                return []
            case "boolean" if _DONE.search(field.lower()) or not field:
                return True
            case "string":
                return self._text(field, schema)
            case "integer" | "number" if is_id(field):
                fresh = self._fresh(field, schema)
                return fresh if isinstance(fresh, int) else int(re.sub(r"\D", "", fresh) or 1)
        raise Untold(field)

    def _argued(self, field: str) -> Json:
        """Give what the call itself says of a field; None for nothing."""
        said = qualified(field, self.thing) if field else ()
        return next(
            (v for n, v in self.arguments.items() if qualified(n, self.thing) == said), None
        )

    def _given(self, field: str) -> Json:
        """Give what the call, or a fact about what it is about, says of a field; None for neither.

        A status is what the write is there to change, so no fact tells it.
        """
        if (argued := self._argued(field)) is not None:
            return argued
        return None if words(field)[-1:] in _CHANGES else self.about.get(field)

    def _object(self, schema: Schema, deep: int) -> Json:
        """Make an object of what is known; what need not be told, and may have changed, is not."""
        required = schema.get("required") or ()
        made: dict[str, Json] = {}
        inside = (schema.get("properties") or {}).items()
        for name, inner in ((n, s) for n, s in inside if isinstance(s, dict)):
            if required and name not in required and self._argued(name) is None:
                continue
            try:
                made[name] = self.value(name, inner if deep else {}, deep - 1)
            except Untold:
                if name in required:
                    raise
        return made

    def _text(self, field: str, schema: Schema) -> str:
        said = words(field)
        if isinstance(choices := schema.get("enum"), list) and choices:
            telling = [c for c in choices if self.verbs & {w[:4] for w in words(str(c))}]
            if telling or said[-1:] in _CHANGES:
                return str((telling or choices)[0])
            raise Untold(field)
        if said and not {*said}.isdisjoint(_NOW) and schema.get("format") in ("date", "date-time"):
            return self.today if schema["format"] == "date" else f"{self.today}T12:00:00Z"
        if is_id(field) and said:
            return str(self._fresh(field, schema))
        if said[-1:] in _CHANGES:
            return "done"
        if said[-1:] in (("message",), ("result",), ("detail",)) or not said:
            return f"{' '.join(words(self.name))}: done"
        raise Untold(field)

    def _fresh(self, field: str, schema: Schema) -> str | int:
        """Make an id like those that exist; with none to go by, a number."""
        known = self.facts.get(" ".join(qualified(field, self.thing)), ())
        for like in known:
            if isinstance(like, str) and (end := re.search(r"\d+$", like)):
                digits = len(end[0])
                free = (self.rng.randrange(10**digits) for _ in range(99))
                made = (f"{like[: end.start()]}{n:0{digits}}" for n in free)
                return next((m for m in made if m not in known), like)
            if isinstance(like, int) and not isinstance(like, bool):
                top = max(v for v in known if isinstance(v, int))
                return top + self.rng.randint(1, 900)
        if plain := _NUMBERED.fullmatch(str(schema.get("pattern", ""))):
            digits = int(plain["digits"] or 5)
            return f"{plain['head']}{self.rng.randrange(10**digits):0{digits}}"
        number = self.rng.randint(10_000, 99_999)
        return number if kind_of(schema) == "integer" else str(number)


def touches(write: Ask, result: Json, read: Ask, found: Json) -> bool:
    """Say whether what was read may have to do with what was written.

    It may where both are about one kind of thing, or share an id or any text that was passed.
    """
    if thing(write.name) == thing(read.name):
        return True
    marks = {*_texts(write.arguments), *_ids(write.arguments), *_ids(result)}
    met = [read.arguments, found]
    return not marks.isdisjoint({*_texts(met), *_ids(met)})


def _texts(value: Json) -> Iterator[str]:
    return (v for _, v in leaves(value) if isinstance(v, str) and len(v) > 2)  # noqa: PLR2004


def _ids(value: Json) -> Iterator[str]:
    """List the ids in a value, as text, whatever they are of."""
    for pointer, leaf in leaves(value):
        name = next((p for p in reversed(pointer.split("/")) if not p.isdecimal()), "")
        if is_id(name) and isinstance(leaf, str | int) and not isinstance(leaf, bool):
            yield str(leaf)
