from __future__ import annotations

import asyncio
import datetime as dt

import pytest

from buttonup.records import Json, Upset
from buttonup.tools.learning.learn import learn
from buttonup.tools.learning.sampler import Learning
from buttonup.tools.own.answers import Answers, Wanted
from buttonup.tools.own.world import UNTOLD, OwnWorld
from buttonup.tools.sources.scripted import Scripted
from buttonup.worlds.session import Session


def world(kit: Scripted, allowed: tuple[str, ...] = ()) -> OwnWorld:
    async def learning() -> OwnWorld:
        today = dt.date(2026, 11, 25)
        known = await learn(kit, seed=0, today=today, knobs=Learning())
        answers = Answers(kit, writing=bool(allowed))
        return OwnWorld(kit.tools, known, answers, allowed)

    return asyncio.run(learning())


def called(
    own: OwnWorld, *calls: tuple[str, dict[str, Json]], upsets: tuple[Upset, ...] = ()
) -> Json:
    """Make calls in one session, and give what the last one gives."""
    while True:
        session = Session((own,), 0, upsets)
        try:
            return [session.call(name, arguments) for name, arguments in calls][-1]
        except Wanted as wanted:
            asyncio.run(own.answers.fetch(wanted))


CANCEL = ("cancel_order", {"order_id": "O-1003", "reason": "late"})
ORDER = ("get_order", {"order_id": "O-1003"})


def test_a_session_answers_as_the_tools_do(shop: Scripted) -> None:
    assert called(world(shop), ORDER)["sku"] == "RUG-415"
    assert "error" in called(world(shop), ("get_order", {"order_id": "O-9"}))


def test_a_write_is_simulated_and_the_tools_never_hear_of_it(shop: Scripted) -> None:
    own = world(shop)
    shop.calls.clear()
    result = called(own, CANCEL)
    assert result == {"order_id": "O-1003", "status": "cancelled", "reason": "late"}
    assert [name for name, _ in shop.calls] == ["get_order"]  # is there such an order?


def test_the_simulation_refuses_what_the_tools_do_not_know(shop: Scripted) -> None:
    gone = ("cancel_order", {"order_id": "O-9999", "reason": "late"})
    assert called(world(shop), gone) == {"error": "There is no order O-9999."}


def test_what_a_simulated_write_may_have_changed_is_not_read_any_more(shop: Scripted) -> None:
    own = world(shop)
    assert called(own, CANCEL, ORDER) == {"error": UNTOLD}
    assert called(own, CANCEL, ("get_product", {"sku": "RUG-415"}))["name"] == "Wool rug"


def test_arguments_that_do_not_fit_are_refused_by_the_simulation_too(shop: Scripted) -> None:
    wrong = ("create_order", {"customer_id": "C-17", "sku": "RUG-415", "quantity": 99})
    assert "Invalid arguments" in called(world(shop), wrong)["error"]


def test_a_write_that_is_allowed_is_made_and_seen_in_its_own_session_alone(shop: Scripted) -> None:
    own = world(shop, ("cancel_*",))
    assert called(own, CANCEL, ORDER)["status"] == "cancelled"
    assert called(own, ORDER)["status"] == "open"


def test_upsets_come_before_the_tools(shop: Scripted) -> None:
    late = Upset("get_order", {"error": "too slow"}, 1)
    assert called(world(shop), ORDER, upsets=(late,)) == {"error": "too slow"}
    assert called(world(shop), ORDER, ORDER, upsets=(late,))["sku"] == "RUG-415"


def test_where_calls_run_is_said_of_what_is_shown(shop: Scripted) -> None:
    tools = world(shop, ("cancel_*",)).ran_at({"get_order", "cancel_order", "create_order"})
    assert (tools.source, tools.own, tools.today) == ("own", ("python:shop.py",), "2026-11-25")
    assert tools.reads == ("get_order",)
    assert tools.played == ("create_order",)


def test_what_is_not_known_yet_is_wanted(shop: Scripted) -> None:
    with pytest.raises(Wanted):
        Session((world(shop),), 0).call("get_order", {"order_id": "O-1003"})
