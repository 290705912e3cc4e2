"""Plans to look at: drawn over all worlds, of one scene or shape or depth, or of the whole mix."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterator

import pytest

from buttonup.bottomup.truth_first.nodes import Plan
from buttonup.bottomup.truth_first.plan import Ticket, plan
from buttonup.bottomup.truth_first.shapes import DEPTH_MIX, SHAPE_MIX, Planning, Scenes
from buttonup.errors import Reject
from buttonup.gates.dates import read
from buttonup.records import Json
from buttonup.worlds.catalogue import WORLDS
from buttonup.worlds.spoken import NUMBERS, money

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
    planning = Planning(
        shapes={shape: 1.0} if shape else SHAPE_MIX,
        depth={str(depth): 1.0 for depth in depths} or DEPTH_MIX,
        width=width,
    )
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


def leaves(value: Json) -> Iterator[Json]:
    match value:
        case dict():
            for inner in value.values():
                yield from leaves(inner)
        case list():
            for inner in value:
                yield from leaves(inner)
        case _:
            yield value


def says(text: str, value: Json, today: dt.date) -> bool:
    """Say whether a text says a value, all of it, in one of the forms in which people write it."""
    return all(says_one(text.casefold(), leaf, today) for leaf in leaves(value))


def says_one(text: str, value: Json, today: dt.date) -> bool:
    if value is None or isinstance(value, bool):
        return True  # it is said by how the sentence is put
    forms = [str(value).casefold()]
    if isinstance(value, int | float):
        forms = [f"{value:g}", money(value)[1:]]
        forms += [NUMBERS[int(value)]] if value in range(len(NUMBERS)) else []
    elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        day = dt.date.fromisoformat(value)
        return read(text).names(day, today, frozenset({today.year}))
    elif re.fullmatch(r"\d{2}:\d{2}", value):
        return value in read(text).times
    return any(re.search(rf"(?<!\w){re.escape(form)}(?:e?s)?(?!\w)", text) for form in forms)


Says = Callable[[str, Json, dt.date], bool]


@pytest.fixture(scope="session", name="says")
def _says() -> Says:
    """Give the judge of whether a text says a value."""
    return says
