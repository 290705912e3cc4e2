from __future__ import annotations

import asyncio

import pytest

from buttonup.bottomup.truth_first import (
    Blueprinting,
    Planning,
    Scenes,
    Ticket,
    Wording,
    own_blueprints,
)
from buttonup.errors import Reject
from buttonup.records import Blueprint
from buttonup.tools.own.run import Own, Owning, learned_of
from buttonup.tools.sources.scripted import Scripted

NO_SCENES = Scenes(**dict.fromkeys(Scenes.__struct_fields__, 0.0))


def drawn(
    kit: Scripted, count: int, scenes: Scenes = NO_SCENES, shape: str = "chain", **knobs: object
) -> list[Blueprint]:
    async def drawing() -> list[Blueprint]:
        owning = Owning(**knobs)  # type: ignore[arg-type] # as a test gives them
        own = Own(kit, await learned_of(kit, owning, 0), owning)
        planning = Planning(shapes={shape: 1.0}, depth={"3": 1.0})
        tickets = [Ticket(0, n) for n in range(count)]
        made = [
            await own_blueprints(ticket, own, planning, scenes, Wording(), Blueprinting(), "all")
            for ticket in tickets
        ]
        return [blueprint for [blueprint] in made]

    return asyncio.run(drawing())


def test_what_one_call_gives_another_takes(shop: Scripted) -> None:
    fed = [
        source
        for blueprint in drawn(shop, 10)
        for step in blueprint.plan
        for call in step.calls
        for source in call.sources.values()
        if source.kind == "result"
    ]
    assert fed


def test_where_a_value_comes_from_is_really_there(shop: Scripted) -> None:
    for blueprint in drawn(shop, 10):
        for call in (call for step in blueprint.plan for call in step.calls):
            for name, source in call.sources.items():
                if source.kind == "said":
                    assert str(call.arguments[name]) in str(blueprint.plan)


@pytest.mark.parametrize("shape", ["parallel", "fan_out", "loop", "compare", "condition"])
def test_plans_come_in_the_shapes_of_the_worlds(shop: Scripted, shape: str) -> None:
    made = drawn(shop, 6, shape=shape)
    match shape:
        case "loop":
            assert any(len(step.calls) > 1 for b in made for step in b.plan)
        case "condition":
            assert any(isinstance(step.conclusion, bool) for b in made for step in b.plan)
        case "compare":
            assert any(not step.calls for b in made for step in b.plan)
        case _:
            assert any(len(b.plan) > 1 for b in made)


def test_requests_ask_for_things_that_exist(shop: Scripted) -> None:
    ids = {*shop.state["orders"], *shop.state["customers"], *shop.state["products"]}
    for blueprint in drawn(shop, 10):
        said = [
            call.arguments[name]
            for step in blueprint.plan
            for call in step.calls
            for name, source in call.sources.items()
            if source.kind == "said" and name in ("order_id", "customer_id", "sku")
        ]
        assert set(said) <= ids


def test_nothing_is_read_that_a_simulated_write_may_have_changed(shop: Scripted) -> None:
    for blueprint in drawn(shop, 15, shape="mixed"):
        results = [call.result for step in blueprint.plan for call in step.calls]
        assert not any("simulated" in str(result) for result in results)


def test_a_wrong_id_is_answered_by_the_tools_themselves(shop: Scripted) -> None:
    wrong = Scenes(**{**dict.fromkeys(Scenes.__struct_fields__, 0.0), "wrong_id": 1.0})
    for blueprint in drawn(shop, 4, wrong):
        assert [turn.reply for turn in blueprint.turns][:1] == ["failure"]
        assert "There is no" in str(blueprint.plan[0].calls[0].result["error"])


def test_a_policy_of_tools_that_really_write_can_refuse(shop: Scripted) -> None:
    refused = Scenes(**{**dict.fromkeys(Scenes.__struct_fields__, 0.0), "refused": 1.0})
    made = drawn(shop, 3, refused, writes=("*",))
    errors = [
        c.result["error"] for b in made for s in b.plan for c in s.calls if "error" in c.result
    ]
    assert any("cannot be cancelled" in error or "There is no" in error for error in errors)


def test_a_plan_that_takes_too_many_calls_is_given_up(shop: Scripted) -> None:
    with pytest.raises(Reject, match="too_many_calls"):
        drawn(shop, 5, calls=1)
