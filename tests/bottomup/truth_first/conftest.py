"""Plans to look at: drawn over all worlds, of one scene or shape or depth, or of the whole mix."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest

from buttonup.bottomup.truth_first.nodes import Plan
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.shapes import Planning, Scenes
from buttonup.errors import Reject
from buttonup.worlds.catalogue import WORLDS

EVERY = tuple(WORLDS.values())
MIX = Scenes()
SHARES = [name for name in Scenes.__struct_fields__ if name != "small_talk"]

Plans = Callable[..., list[Plan]]


def scenes(scene: str) -> Scenes:
    """Draw one scene and no other; "" is the mix."""
    if not scene:
        return MIX
    return Scenes(**{name: float(name == scene) for name in SHARES}, small_talk=0.0)


@functools.cache
def drawn(
    count: int, scene: str, shape: str, depths: tuple[int, ...], width: int, seed: int
) -> tuple[Plan, ...]:
    knobs: dict[str, dict[str, float]] = {}
    if shape:
        knobs["shapes"] = {shape: 1.0}
    if depths:
        knobs["depth"] = {str(depth): 1.0 for depth in depths}
    planning = Planning(**knobs, width=width)
    made = []
    for index in range(count):
        try:
            made.append(plan(EVERY, Ticket(seed, index), planning, scenes(scene)))
        except Reject:  # some worlds have no place for some scenes
            continue
    assert len(made) > 0.7 * count
    return tuple(made)


@pytest.fixture(scope="session")
def plans() -> Plans:
    """Draw plans over all worlds."""

    def draw(
        count: int,
        scene: str = "plain",
        shape: str = "",
        depths: tuple[int, ...] = (),
        width: int = 4,
        seed: int = 1,
    ) -> list[Plan]:
        return list(drawn(count, scene, shape, depths, width, seed))

    return draw


@pytest.fixture(scope="session")
def only() -> Callable[[str], Scenes]:
    """Give the knobs that draw one scene alone."""
    return scenes
