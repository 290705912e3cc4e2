"""The shapes of plans: places, and which place feeds which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Record


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in a shape: what stands there and which places feed it."""

    op: Literal["call", "same", "each", "reduce"]
    """call: any function. same: the function of the place before. each: a call for each item.
    reduce: the assistant concludes something itself."""
    parents: tuple[int, ...] = ()


def _shape(
    *places: tuple[Literal["call", "same", "each", "reduce"], tuple[int, ...]],
) -> tuple[Slot, ...]:
    return tuple(Slot(op, parents) for op, parents in places)


SHAPES: dict[str, tuple[Slot, ...]] = {
    "single": _shape(("call", ())),
    "single_reduced": _shape(("call", ()), ("reduce", (0,))),
    "chain_2": _shape(("call", ()), ("call", (0,))),
    "chain_3": _shape(("call", ()), ("call", (0,)), ("call", (1,))),
    "chain_4": _shape(("call", ()), ("call", (0,)), ("call", (1,)), ("call", (2,))),
    "chain_reduced": _shape(("call", ()), ("call", (0,)), ("reduce", (1,))),
    "parallel_2": _shape(("call", ()), ("call", ())),
    "parallel_3": _shape(("call", ()), ("call", ()), ("call", ())),
    "same_2": _shape(("call", ()), ("same", ())),
    "same_3": _shape(("call", ()), ("same", ()), ("same", ())),
    "compare_2": _shape(("call", ()), ("same", ()), ("reduce", (0, 1))),
    "compare_3": _shape(("call", ()), ("same", ()), ("same", ()), ("reduce", (0, 1, 2))),
    "compare_then": _shape(("call", ()), ("same", ()), ("reduce", (0, 1)), ("call", (2,))),
    "fan_in": _shape(("call", ()), ("call", ()), ("call", (0, 1))),
    "fan_in_then": _shape(("call", ()), ("call", ()), ("call", (0, 1)), ("call", (2,))),
    "fan_out": _shape(("call", ()), ("call", (0,)), ("call", (0,))),
    "chain_beside": _shape(("call", ()), ("call", (0,)), ("call", ())),
    "two_chains": _shape(("call", ()), ("call", (0,)), ("call", ()), ("call", (2,))),
    "each": _shape(("call", ()), ("each", (0,))),
    "each_reduced": _shape(("call", ()), ("each", (0,)), ("reduce", (1,))),
    "each_then": _shape(("call", ()), ("each", (0,)), ("reduce", (1,)), ("call", (2,))),
}

# Ours: weighted towards two to four calls, as most of BUTTONInstruct has two and more.
MIX: dict[str, float] = {
    "single": 3.0, "single_reduced": 4.0, "chain_2": 10.0, "chain_3": 10.0, "chain_4": 5.0,
    "chain_reduced": 6.0, "parallel_2": 5.0, "parallel_3": 3.0, "same_2": 4.0, "same_3": 2.0,
    "compare_2": 6.0, "compare_3": 3.0, "compare_then": 5.0, "fan_in": 8.0, "fan_in_then": 5.0,
    "fan_out": 6.0, "chain_beside": 8.0, "two_chains": 6.0, "each": 6.0, "each_reduced": 6.0,
    "each_then": 4.0,
}  # fmt: skip


class Planning(Record):
    """Knobs of the planner."""

    shapes: dict[str, float] = msgspec.field(default_factory=lambda: dict(MIX))
    """Shape -> weight; a shape left out is never drawn."""
    optional: float = 0.35
    """Chance that an optional parameter is used."""
    tries: Annotated[int, msgspec.Meta(ge=1)] = 400
    """Plans begun for one sample before it is given up."""
    longest: int = 6
    """Items a list may have when all of it is reported."""

    def __post_init__(self) -> None:
        if unknown := self.shapes.keys() - SHAPES.keys():
            what = f"plan.shapes has no {', '.join(sorted(unknown))}"
            raise BadInput(what, f"choose from {', '.join(SHAPES)}")
        weights = self.shapes.values()
        if not (all(weight >= 0 for weight in weights) and 0 < sum(weights) < float("inf")):
            raise BadInput("plan.shapes has weights below 0, or none above", "give positive ones")
