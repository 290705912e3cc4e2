"""Depth, shape and scene of plans: the knobs of the planner, and the mix it draws from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Record

Growth = Literal[
    "root",
    "same",
    "chain",
    "fan_out",
    "fan_in",
    "seek",
    "each",
    "reduce",
    "compare",
    "check",
    "across",
]
"""How a plan grows by a place.

root: a call that needs nothing. same: the last such call with another value. chain: a call fed by
an end. fan_out: by something that feeds another call too. fan_in: by two ends. seek: the
call the plan would like to get to, and all that it takes. each: a call for
each item of a list. reduce, compare: something the assistant concludes from one list, from several
like calls. check: a call under a condition. across: a call in another world."""

SHAPES: dict[str, Mapping[Growth, float]] = {
    "chain": {"chain": 5, "seek": 1, "reduce": 1},
    "parallel": {"root": 3, "same": 1, "chain": 1},
    "fan_out": {"chain": 1, "fan_out": 3},
    "fan_in": {"root": 1, "fan_in": 2, "seek": 2, "chain": 1},
    "diamond": {"fan_out": 2, "fan_in": 2, "chain": 1},
    "loop": {"each": 4, "chain": 1, "reduce": 1},
    "compare": {"compare": 3, "same": 1, "chain": 1},
    "condition": {"check": 3, "chain": 2, "fan_out": 1},
    "across": {"across": 4, "chain": 2, "reduce": 0.5},
    "mixed": {
        "root": 1.5, "same": 0.7, "chain": 4, "seek": 1.5, "fan_out": 1.5, "fan_in": 1.5, "each": 1,
        "reduce": 1, "compare": 1, "check": 0.7, "across": 0.7,
    },
}  # fmt: skip
"""Shape -> how it grows, with weights. Where a shape's own way fails, it ends as what it is."""

# Ours: weighted towards two to four calls, as most of BUTTONInstruct has two and more.
SHAPE_MIX: dict[str, float] = {
    "chain": 20.0, "parallel": 9.0, "fan_out": 8.0, "fan_in": 10.0, "diamond": 6.0, "loop": 9.0,
    "compare": 8.0, "condition": 8.0, "across": 8.0, "mixed": 14.0,
}  # fmt: skip
DEPTH_MIX: dict[str, float] = {
    "1": 6.0, "2": 20.0, "3": 22.0, "4": 18.0, "5": 12.0, "6": 9.0, "7": 5.0, "8": 4.0, "9": 2.0,
    "10": 2.0,
}  # fmt: skip

DEEPEST = 10  # calls of a plan at most
DEPTHS = tuple(str(n) for n in range(1, DEEPEST + 1))


class Planning(Record):
    """Knobs of the planner."""

    shapes: dict[str, float] = msgspec.field(default_factory=lambda: dict(SHAPE_MIX))
    """Shape -> weight; a shape left out is never drawn."""
    depth: dict[str, float] = msgspec.field(default_factory=lambda: dict(DEPTH_MIX))
    """Calls wanted -> weight. A plan ends with fewer where nothing more fits, or a few more where
    a loop or a last page takes them."""
    width: Annotated[int, msgspec.Meta(ge=1)] = 4
    """Calls at most that a plan has side by side: starting points, and calls fed by one object."""
    optional: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.35
    """Chance that an optional parameter is used."""
    arguments: Annotated[float, msgspec.Meta(ge=0, le=4)] = 0.0
    """How much functions are preferred that require much: weighed by that number to this power."""
    tries: Annotated[int, msgspec.Meta(ge=1)] = 200
    """Plans begun for one sample before it is given up."""
    longest: Annotated[int, msgspec.Meta(ge=1)] = 6
    """Items a list may have when all of it is reported."""
    variants: Annotated[int, msgspec.Meta(ge=1)] = 4
    """Seeded states of each world that samples are drawn from."""

    def __post_init__(self) -> None:
        weighed("plan.shapes", self.shapes, SHAPES)
        weighed("plan.depth", self.depth, DEPTHS)


class Scenes(Record):
    """Shares of the conversations that are not one request, some calls and one answer.

    They add up to at most 1; the rest is plain. `small_talk` is a share of all.
    """

    follow_up: float = 0.14
    """The user asks for more once there is an answer, or tells the goal bit by bit."""
    change: float = 0.04
    """The user changes their mind about a value."""
    detail: float = 0.04
    """The user narrows the request down afterwards."""
    missing_value: float = 0.07
    """A required value is missing; the assistant asks for it, and gets it."""
    unserved: float = 0.05
    """No function shown can serve the request, or its last part; the assistant declines."""
    late_function: float = 0.04
    """The function is missing at first, and offered after the assistant has declined."""
    time_out: float = 0.03
    """A call takes too long, and goes through when it is made again."""
    cut_off: float = 0.02
    """A result arrives broken, and whole when the call is made again."""
    outage: float = 0.03
    """A call fails again and again; the assistant says so."""
    wrong_id: float = 0.04
    """The user gives an id that does not exist; the assistant says so and gets the right one."""
    refused: float = 0.05
    """A policy of the world refuses what is asked; the assistant tells why."""
    small_talk: float = 0.06
    """A turn that needs no call, before or after the rest."""

    def __post_init__(self) -> None:
        shares = [getattr(self, name) for name in self.__struct_fields__]
        if not all(0 <= share <= 1 for share in shares) or sum(shares[:-1]) > 1:
            raise BadInput(
                "the shares in [scenes] are not shares", "give 0 to 1, together at most 1"
            )


def weighed(where: str, weights: dict[str, float], names: Iterable[str]) -> None:
    """Check weights. Raises BadInput for a name that is none, or weights that mean nothing."""
    if unknown := weights.keys() - set(names):
        what = f"{where} has no {', '.join(sorted(unknown))}"
        raise BadInput(what, f"choose from {', '.join(names)}")
    values = weights.values()
    if not (all(weight >= 0 for weight in values) and 0 < sum(values) < float("inf")):
        raise BadInput(f"{where} has weights below 0, or none above", "give positive ones")
