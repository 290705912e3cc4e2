"""Values that anybody may say without knowing the tools: a name, a quantity, a reason, a day.

They fill what a request must tell and nothing else can: free texts, amounts, names of people. Ours.
"""

from __future__ import annotations

import datetime as dt
import random
import re
from collections.abc import Callable, Iterator

from buttonup.records import Json, Schema
from buttonup.tools.door import misfit
from buttonup.tools.learning.names import is_id, words
from buttonup.tools.learning.shape import kind_of
from buttonup.worlds.names import CITIES, address, email, person, phone

PARTS = 4  # properties of an object that a request says at most; ours
FEW = 6  # values of each kind that a request may draw from
_TEXTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "reason|cause|why",
        ("it arrived too late", "it was ordered by mistake", "plans have changed"),
    ),
    (
        "note|notes|comment|remark|remarks|memo|instructions",
        ("please ring the bell twice", "leave it with the neighbours", "call before you come"),
    ),
    (
        "message|body|text|content|description|details",
        (
            "The screen stays black after the update",
            "Please move our meeting to the afternoon",
            "The parcel came without the second box",
        ),
    ),
    (
        "title|subject|summary|headline|topic",
        ("Broken projector in the big room", "Question about the last bill", "Plan for the spring"),
    ),
    ("tag|tags|label|labels|category", ("urgent", "garden", "travel")),
    ("word|words|phrase", ("harbour", "lantern", "quiet")),
)
_QUANTITIES = frozenset(
    "quantity count amount number guests people seats days nights weeks months hours minutes "
    "copies rooms tickets units limit size top n max min".split()
)


def ordinary(name: str, schema: Schema, today: dt.date, rng: random.Random) -> tuple[Json, ...]:
    """Give values that a request may say for a parameter; () for what only the tools can tell.

    What the schema itself names (enumeration, default, examples) comes first.
    """
    offered = _offered(schema)
    made = offered or tuple(_made(words(name), schema, today, rng))
    return tuple(value for value in made if not misfit(value, schema))


def _offered(schema: Schema) -> tuple[Json, ...]:
    if "const" in schema:
        return (schema["const"],)
    if isinstance(choices := schema.get("enum"), list):
        return tuple(c for c in choices if c is not None)
    examples = schema.get("examples", [schema["example"]] if "example" in schema else [])
    return tuple(examples) if isinstance(examples, list) else ()


def _made(said: tuple[str, ...], schema: Schema, today: dt.date, rng: random.Random) -> list[Json]:
    match kind_of(schema):
        case "boolean":
            return [not schema.get("default", False)]
        case "integer":
            return _numbers(said, schema, rng) if not is_id("_".join(said)) or _counts(said) else []
        case "number":
            return [float(n) for n in _numbers(said, schema, rng)]
        case "string":
            return list(_texts(said, schema, today, rng))
        case "object":
            return list(_objects(said, schema, today, rng))
    return []


def _objects(
    said: tuple[str, ...], schema: Schema, today: dt.date, rng: random.Random
) -> Iterator[Json]:
    """Make some objects, all with the same keys; none where one that it needs cannot be said."""
    if not (parts := said_parts(schema)):
        return
    values = {n: ordinary("_".join((*said, n)), s, today, rng) for n, s in parts.items()}
    if all(values.values()):
        for i in range(FEW // 2):
            yield {name: some[i % len(some)] for name, some in values.items()}


def said_parts(schema: Schema) -> dict[str, Schema]:
    """Give the properties of an object that a request says: what it needs, or its first ones.

    None where that is too much to be said, or holds objects or lists itself.
    """
    inside = schema.get("properties")
    parts = {n: s for n, s in (inside or {}).items() if isinstance(s, dict)}
    needed = [n for n in schema.get("required") or () if n in parts] or [*parts][:PARTS]
    plain = all(kind_of(parts[n]) in ("string", "integer", "number") for n in needed)
    return {n: parts[n] for n in needed} if plain and len(needed) <= PARTS else {}


def _counts(said: tuple[str, ...]) -> bool:
    return not _QUANTITIES.isdisjoint(said[:-1] if said[-1:] == ("number",) else said)


def _numbers(said: tuple[str, ...], schema: Schema, rng: random.Random) -> list[Json]:
    least, most = schema.get("minimum"), schema.get("maximum")
    small = bool(_QUANTITIES.intersection(said))
    low = int(least) if isinstance(least, int | float) else 1 if small else 2
    high = int(most) if isinstance(most, int | float) else low + (4 if small else 90)
    if high < low:
        return []
    high = min(high, low + (6 if small else 900))
    return sorted(rng.sample(range(low, high + 1), min(FEW, high - low + 1)))


def _texts(
    said: tuple[str, ...], schema: Schema, today: dt.date, rng: random.Random
) -> tuple[str, ...]:
    match form := schema.get("format"):
        case "date":
            return _days(today)
        case "date-time":
            return tuple(f"{day}T09:00:00Z" for day in _days(today))
        case str() if form not in _DRAWN:
            return ()
        case str():
            return tuple(_DRAWN[form](rng) for _ in range(FEW))
    last = said[-1] if said else ""
    if last in ("date", "day"):
        return _days(today)
    if last == "name" and not _PEOPLE.isdisjoint(said):
        last = "person"
    if last in _DRAWN:
        return tuple(dict.fromkeys(_DRAWN[last](rng) for _ in range(FEW)))
    return next((texts for names, texts in _TEXTS if re.fullmatch(names, last)), ())


def _days(today: dt.date) -> tuple[str, ...]:
    return tuple(str(today + dt.timedelta(days=n)) for n in (1, 3, 5, 8, 12, 20))


_PEOPLE = frozenset(
    "person customer guest contact assignee author owner recipient full user member client".split()
)
_DRAWN: dict[str, Callable[[random.Random], str]] = {
    "email": lambda rng: email(rng, person(rng)),
    "mail": lambda rng: email(rng, person(rng)),
    "phone": phone,
    "telephone": phone,
    "address": address,
    "street": address,
    "person": person,
    "assignee": person,
    "recipient": person,
    "city": lambda rng: rng.choice(sorted(CITIES)),
    "town": lambda rng: rng.choice(sorted(CITIES)),
    "country": lambda rng: rng.choice(sorted(set(CITIES.values()))),
}
