"""Where a recipe asks, and what it pays with."""

from __future__ import annotations

import asyncio
import pickle
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from buttonup.doors import Ways, open_ways, place_of, places_of, purse_of, teachers_of, unpriced
from buttonup.errors import BadInput
from buttonup.model.door import Model, Request
from buttonup.model.scripted import Scripted
from buttonup.recipe import Recipe, read_recipe

TEXT_FIRST: dict[str, Any] = {"tools": "simulated", "teacher.model": "gpt-4.1"}


def recipe(**more: Any) -> Recipe:
    return read_recipe(None, {**TEXT_FIRST, **{k.replace("__", "."): v for k, v in more.items()}})


def test_roles_that_ask_in_the_same_way_share_a_place() -> None:
    assert len(places_of(recipe())) == 1
    assert len(places_of(recipe(models__tools__model="gpt-4.1-nano"))) == 1
    elsewhere = recipe(models__tools__base_url="http://127.0.0.1:1/v1")
    assert len(places_of(elsewhere)) == 2


def test_a_run_without_a_model_asks_nowhere() -> None:
    assert places_of(Recipe()) == ()
    assert not Ways()


def test_a_place_travels_without_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-0123456789")
    [place] = places_of(recipe())
    assert b"sk-secret" not in pickle.dumps(place)
    assert pickle.loads(pickle.dumps(place)) == place


def test_each_role_is_given_the_model_of_its_place() -> None:
    k = recipe(models__tools__base_url="http://127.0.0.1:1/v1", models__tools__model="small")
    doors: dict[Any, Model] = {place: Scripted(str) for place in places_of(k)}
    teachers = teachers_of(k, doors.__getitem__)
    tools, assistant = teachers.needed("tools"), teachers.needed("assistant")
    assert (tools.name, assistant.name) == ("small", "gpt-4.1")
    assert tools.model is doors[place_of(k, k.models["tools"])]
    assert tools.model is not assistant.model


def test_a_stand_in_is_paid_for_like_the_model_whose_place_it_takes() -> None:
    k = recipe()
    purse = purse_of(k)

    async def story() -> None:
        async with open_ways(
            k, Scripted(lambda _request: "a b c"), purse, lambda _words: None
        ) as ways:
            [model] = ways.doors.values()
            await model(Request(model="gpt-4.1", messages=()))

    asyncio.run(story())
    assert purse.calls == 1
    assert purse.spent > 0


def test_batches_cost_half() -> None:
    whole, half = purse_of(recipe()), purse_of(recipe(teacher__batch=True))
    [one], [other] = whole.prices.values(), half.prices.values()
    assert (one.input, one.output) == (2 * other.input, 2 * other.output)


def test_a_budget_needs_a_price_for_every_model(tmp_path: Path) -> None:
    k = {"budget": 1.0, "models.tools.model": "my-own"}
    with pytest.raises(BadInput, match="my-own"):
        purse_of(read_recipe(None, {**TEXT_FIRST, **k}))
    own = tmp_path / "prices.toml"
    own.write_text("[my-own]\ninput = 1\noutput = 2\n")
    purse = purse_of(read_recipe(None, {**TEXT_FIRST, **k, "prices": str(own)}))
    assert purse.budget == Decimal(1)
    assert unpriced(recipe(), {}) == ("gpt-4.1",)


def test_batches_without_anybody_to_ask_are_told_at_once() -> None:
    async def story() -> None:
        k = read_recipe(None, {"teacher.batch": True})
        async with open_ways(k, None, purse_of(k), lambda _words: None):
            raise AssertionError("opened")

    with pytest.raises(BadInput, match="need a teacher"):
        asyncio.run(story())


def test_a_batch_asks_one_model() -> None:
    with pytest.raises(BadInput, match="one model"):
        recipe(teacher__batch=True, models__tools__model="gpt-4.1-nano")
