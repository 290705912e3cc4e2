"""Which result fields can fill which parameters: scored, with the evidence told.

Names count most, then whether calls with such values went through, then types, formats and values
that were met on both sides. A value that a parameter's schema refuses rules a field out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from buttonup.records import Json, Schema, encode
from buttonup.tools.door import misfit
from buttonup.tools.learning.learned import Feed
from buttonup.tools.learning.names import GENERIC, IDS, is_id, qualified, singular, thing, words
from buttonup.tools.learning.shape import kind_of

# All of these are ours, set on the example toolsets of the tests: a name alone that stands for one
# thing is enough (FED is 0.5), any other needs evidence beside it.
SAME_ID, SAME_NAME, SAME_THING, ENDS_ALIKE, SAME_GENERIC = 0.6, 0.45, 0.45, 0.4, 0.15
SHARED, FORMAT, TOLD, TRIED, REFUSED = 0.25, 0.1, 0.1, 0.3, 0.4


@dataclass(frozen=True, slots=True)
class Place:
    """A result field, or a parameter."""

    function: str
    name: str
    schema: Schema
    """Of one value, where it takes or gives a list of them."""
    values: tuple[Json, ...] = ()
    """Those met so far."""

    @property
    def full(self) -> str:
        """Its name in the file."""
        return f"{self.function}.{self.name}"


@dataclass(slots=True)
class Trial:
    """How calls went that took a field's value."""

    passed: int = 0
    failed: int = 0


@dataclass(slots=True)
class Evidence:
    """A score, and what it is made of."""

    score: float = 0.0
    because: list[str] = field(default_factory=list)

    def add(self, points: float, why: str) -> None:
        """Add one piece."""
        self.score += points
        self.because.append(why)


def feeds_between(
    fields: Sequence[Place],
    parameters: Sequence[Place],
    trials: Mapping[tuple[str, str], Trial],
    least: float,
) -> Iterator[Feed]:
    """Score every field against every parameter, and give those from `least` on, best first."""
    found = [
        feed
        for parameter in parameters
        for one in fields
        if one.function != parameter.function
        and (feed := scored(one, parameter, trials.get((one.full, parameter.full)))).score >= least
    ]
    return iter(sorted(found, key=lambda f: (f.parameter, -f.score, f.field)))


def scored(one: Place, parameter: Place, trial: Trial | None = None) -> Feed:
    """Score one field against one parameter."""
    evidence = Evidence()
    if _compatible(one, parameter):
        _by_name(one, parameter, evidence)
        if evidence.score:
            _by_schema(one, parameter, evidence)
            _by_values(one, parameter, trial, evidence)
    score = round(min(max(evidence.score, 0.0), 1.0), 2)
    return Feed(one.full, parameter.full, score, tuple(evidence.because))


def _compatible(one: Place, parameter: Place) -> bool:
    """Say whether what the field gives may be passed at all."""
    gives, takes = kind_of(one.schema), kind_of(parameter.schema)
    if not gives or (gives != takes and (gives, takes) != ("integer", "number")) or (
        gives not in ("string", "integer", "number")
    ):  # fmt: skip
        return False
    if gives != "string" and not (is_id(parameter.name) and is_id(one.name)):
        return False  # a number that is no id is an amount: it goes with nothing by its name
    return not any(misfit(value, parameter.schema) for value in one.values[:5])


def _by_name(one: Place, parameter: Place, evidence: Evidence) -> None:
    of, to = thing(one.function), thing(parameter.function)
    gives, takes = qualified(one.name, of), qualified(parameter.name, to)
    own, wanted = words(one.name.rpartition(".")[2]), words(parameter.name)
    if gives == takes:
        stands = takes[-1] in IDS
        points = SAME_ID if stands else SAME_NAME
        evidence.add(points, f"both are {' '.join(takes)}")
    elif len(wanted) == 1 and is_id(one.name) and gives[-1] in IDS and wanted[0] not in GENERIC:
        if (singular(wanted[0]),) == gives[:-1]:
            evidence.add(SAME_THING, f"it stands for the {wanted[0]}")
    elif _ends_alike(gives, takes):
        evidence.add(ENDS_ALIKE, f"{' '.join(gives)} is a {' '.join(takes)} by its name")
    elif own == wanted:
        evidence.add(SAME_GENERIC, "the same name")


def _ends_alike(gives: tuple[str, ...], takes: tuple[str, ...]) -> bool:
    """Say whether one name is the other with a word before it: assigned_agent_id, agent_id."""
    short, long = sorted((gives, takes), key=len)
    return len(short) > 1 and long[-len(short) :] == short and short[-1] in IDS


def _by_schema(one: Place, parameter: Place, evidence: Evidence) -> None:
    form = parameter.schema.get("format")
    if form and form == one.schema.get("format"):
        evidence.add(FORMAT, f"both are a {form}")
    if parameter.schema.get("pattern") and one.values:
        evidence.add(FORMAT, "its values fit the pattern")
    told = words(str(parameter.schema.get("description", "")))
    source = [w for w in words(one.function)[1:] if w not in GENERIC and len(w) > 3]  # noqa: PLR2004
    if any(singular(w) in told or w in told for w in source):
        evidence.add(TOLD, "its description speaks of it")


def _by_values(one: Place, parameter: Place, trial: Trial | None, evidence: Evidence) -> None:
    known = {encode(v) for v in parameter.values}
    both = sum(encode(v) in known for v in one.values)
    if both and not trial:
        evidence.add(SHARED, f"{both} values met in both")
    if trial and (tries := trial.passed + trial.failed):
        share = trial.passed / tries
        points = TRIED * share if share else -REFUSED
        evidence.add(points, f"{trial.passed} of {tries} calls with it went through")
