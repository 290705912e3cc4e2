"""A world's functions are read off plain Python."""

from __future__ import annotations

import datetime as dt
import random
from typing import Annotated, Literal

import pytest

from buttonup.worlds.kinds import Kind, Money
from buttonup.worlds.state import Refused, Row, State
from buttonup.worlds.world import World, WorldFunction

ToyId = Annotated[str, Kind("ToyId")]


class Toy(Row):
    toy_id: ToyId
    price: Money


@pytest.fixture
def lend() -> WorldFunction:
    world = World("shed", "A shed", lambda _, today: State(today), known={})

    @world.function(writes=True)
    def lend_toy(
        db: State, toy_id: ToyId, size: Literal["small", "large"] | None = None, days: int = 1
    ) -> Toy:
        """Lend a toy
        to somebody.

        toy_id: which toy
        days: for how long
        """
        if days > 5:
            raise Refused("Five days at most.")
        return Toy(toy_id, 2.5)

    return lend_toy


def test_the_definition_comes_from_signature_and_docstring(lend: WorldFunction) -> None:
    assert lend.definition.description == "Lend a toy to somebody."
    properties = lend.definition.parameters["properties"]
    assert properties["toy_id"] == {"type": "string", "description": "Which toy"}
    assert properties["size"] == {"type": "string", "enum": ["large", "small"]}
    assert properties["days"]["default"] == 1
    assert lend.definition.parameters["required"] == ["toy_id"]


def test_fields_of_results_carry_kind_and_entity(lend: WorldFunction) -> None:
    assert [(f.name, f.kind, f.entity) for f in lend.fields] == [
        ("toy_id", "ToyId", "Toy"),
        ("price", "Money", "Toy"),
    ]


def test_a_call_gives_json_or_an_error_as_data(lend: WorldFunction) -> None:
    state = State(dt.date(2026, 1, 1))
    assert lend.call(state, {"toy_id": "T"}) == {"toy_id": "T", "price": 2.5}
    assert lend.call(state, {"toy_id": "T", "days": 9}) == {"error": "Five days at most."}
    assert "error" in lend.call(state, {"toy_id": "T", "size": "huge"})


def test_users_know_enumerations_but_no_opaque_id(lend: WorldFunction) -> None:
    world = World("shed", "A shed", lambda _, today: State(today), known={})
    toy_id, size, _ = lend.parameters
    assert world.draw(lend, toy_id) is None
    draw = world.draw(lend, size)
    assert draw is not None
    assert draw(None, random.Random(0)) in ("small", "large")
