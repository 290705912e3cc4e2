"""A world's functions are read off plain Python."""

from __future__ import annotations

import datetime as dt
import random
from typing import Annotated, Literal

import pytest

from buttonup.worlds.kinds import Date, Kind, Money
from buttonup.worlds.state import Page, PageNumber, Refused, Row, State, page_of
from buttonup.worlds.world import World, WorldFunction, clock

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


class Box(Row):
    toy: Toy
    spare: list[Toy]


@pytest.fixture
def shed() -> World:
    """Make a world with a page, a list, an object in an object, and a date."""
    known = {"ToyId": lambda _, rng: f"T-{rng.randint(1, 3)}"}
    world = World("shed", "A shed", lambda _, today: State(today), known)

    @world.function()
    def find_toys(db: State, page: PageNumber = 1) -> Page[Toy]:
        """Find toys, page by page."""
        return page_of([Toy(f"T-{n}", n) for n in range(5)], page, 2)

    @world.function()
    def open_boxes(db: State, toy_ids: list[ToyId], on: Date | None = None) -> list[Box]:
        """Open the boxes of some toys."""
        return [Box(Toy(id, 1.0), [Toy("T-9", 2.0)]) for id in toy_ids]

    return world


def test_what_a_function_gives_is_one_object_a_list_or_a_page(
    lend: WorldFunction, shed: World
) -> None:
    assert (lend.gives, lend.entity) == ("one", "Toy")
    functions = shed.functions
    assert (functions["find_toys"].gives, functions["find_toys"].entity) == ("page", "Toy")
    assert (functions["open_boxes"].gives, functions["open_boxes"].entity) == ("list", "Box")


def test_fields_reach_into_objects_and_lists_of_them(shed: World) -> None:
    fields = [(f.entity, f.name, f.kind, f.rows) for f in shed.functions["open_boxes"].fields]
    assert fields == [
        ("Box", "toy.toy_id", "ToyId", ""),
        ("Box", "toy.price", "Money", ""),
        ("Box", "spare", "", "Toy"),
        ("Toy", "toy_id", "ToyId", ""),
        ("Toy", "price", "Money", ""),
    ]


def test_a_page_that_is_no_number_or_beyond_the_end_is_refused_as_data(shed: World) -> None:
    find, state = shed.functions["find_toys"], State(dt.date(2026, 1, 1))
    assert [row["toy_id"] for row in find.call(state, {"page": 3})["items"]] == ["T-4"]
    for page in (0, 4, "two"):
        assert "error" in find.call(state, {"page": page})


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "30 May"])
def test_a_day_that_does_not_exist_is_refused_as_data(shed: World, day: str) -> None:
    opened = shed.functions["open_boxes"].call(
        State(dt.date(2026, 1, 1)), {"toy_ids": ["T-1"], "on": day}
    )
    assert "error" in opened


def test_users_say_two_or_three_different_values_where_a_list_is_taken(shed: World) -> None:
    function = shed.functions["open_boxes"]
    draw = shed.draw(function, function.parameter("toy_ids"))
    assert draw is not None
    drawn = [draw(None, random.Random(seed)) for seed in range(40)]
    assert {len(values) for values in drawn} == {2, 3}
    assert all(len(set(values)) == len(values) for values in drawn)


def test_an_optional_parameter_is_left_out_not_null(shed: World) -> None:
    schema = shed.functions["open_boxes"].definition.parameters
    assert "null" not in str(schema)
    assert schema["required"] == ["toy_ids"]


def test_the_same_day_dawns_in_all_worlds_of_a_seed(shed: World) -> None:
    other = World("barn", "A barn", lambda _, today: State(today), known={})
    assert shed.state(3).today == other.state(3).today == clock(3)
    assert len({clock(seed) for seed in range(20)}) > 10


def test_a_part_of_a_world_has_some_functions_and_the_same_states(shed: World) -> None:
    part = shed.only(["find_toys"])
    assert list(part.functions) == ["find_toys"]
    assert set(shed.functions) == {"find_toys", "open_boxes"}
    assert part.state(1) is shed.state(1)
