from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from buttonup.errors import Reject
from buttonup.records import Json
from buttonup.store.journal import Journal
from buttonup.tools.own.answers import Answers, Ask, Wanted, settled
from buttonup.tools.sources.scripted import Scripted

PRODUCT = Ask("get_product", {"sku": "LMP-101"})
ORDER = Ask("get_order", {"order_id": "O-1003"})
CANCEL = Ask("cancel_order", {"order_id": "O-1003", "reason": "late"}, writes=True)


async def known(answers: Answers, before: tuple[Ask, ...], ask: Ask) -> Json:
    async def attempt() -> Json:
        return answers.get(before, ask)

    return await settled(attempt, answers, 5)


def test_what_is_not_known_is_wanted_and_then_known(shop: Scripted) -> None:
    answers = Answers(shop)
    with pytest.raises(Wanted):
        answers.get((), PRODUCT)
    assert asyncio.run(known(answers, (), PRODUCT))["name"] == "Desk lamp"
    assert answers.get((), PRODUCT)["name"] == "Desk lamp"
    assert len(shop.calls) == 1


def test_whoever_asks_at_once_one_call_is_made(shop: Scripted) -> None:
    answers = Answers(shop)

    async def together() -> list[Json]:
        return await asyncio.gather(*(known(answers, (), PRODUCT) for _ in range(9)))

    assert len(asyncio.run(together())) == 9
    assert len(shop.calls) == 1


def test_a_call_that_nobody_waits_for_any_more_is_stopped() -> None:
    async def ended_early() -> list[str]:
        begun, went = asyncio.Event(), []

        class Slow(Scripted):
            async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
                begun.set()
                await asyncio.sleep(0.05)
                went.append(name)
                return arguments

        answers = Answers(Slow("python:slow.py"))
        waiting = asyncio.create_task(answers.fetch(Wanted((), PRODUCT)))
        await begun.wait()
        waiting.cancel()
        await answers.ended()
        await asyncio.sleep(0.1)
        return went

    assert asyncio.run(ended_early()) == []


def test_an_answer_depends_on_the_writes_before_it(shop: Scripted) -> None:
    answers = Answers(shop, writing=True)

    async def both() -> list[str]:
        after = await known(answers, (CANCEL,), ORDER)
        before = await known(answers, (), ORDER)
        return [after["status"], before["status"]]

    assert asyncio.run(both()) == ["cancelled", "open"]


def test_conversations_that_write_do_not_see_each_other(shop: Scripted) -> None:
    answers = Answers(shop, writing=True)

    async def many() -> list[Json]:
        asks = [((CANCEL,) if n % 2 else (), ORDER) for n in range(8)]
        return await asyncio.gather(*(known(answers, before, ask) for before, ask in asks))

    states = [order["status"] for order in asyncio.run(many())]
    assert states == ["open", "cancelled"] * 4


def test_what_was_answered_is_on_disk_and_asked_for_no_more(shop: Scripted, tmp_path: Path) -> None:
    async def once(calls: int) -> Json:
        shop.calls.clear()
        with Journal(tmp_path / "tools.sqlite") as journal:
            answers = Answers(shop, journal)
            found = await known(answers, (), PRODUCT)
            again = await answers.again("one", [PRODUCT])
        assert len(shop.calls) == calls
        return [found, *again]

    first = asyncio.run(once(2))
    assert asyncio.run(once(0)) == first


def test_a_plan_that_wants_too_much_is_told_so(shop: Scripted) -> None:
    answers, asked = Answers(shop), iter(range(99))

    async def greedy() -> Json:
        return answers.get((), Ask("get_product", {"sku": str(next(asked))}))

    with pytest.raises(Wanted):
        asyncio.run(settled(greedy, answers, 3))
    assert len(shop.calls) == 3


class Fragile(Scripted):
    """Loses its state, and says so, where an order is asked for that hangs."""

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
        result = await super().call(name, arguments)
        if arguments.get("order_id") != "O-9999":
            return result
        await self.reset()
        self.losses += 1
        return {"error": "no answer within 10 s"}


HANGING = Ask("get_order", {"order_id": "O-9999"})


@pytest.fixture
def fragile(shop: Scripted) -> Fragile:
    shop.__class__ = Fragile
    assert isinstance(shop, Fragile)
    return shop


def test_a_call_that_loses_what_was_written_costs_its_conversation_alone(
    fragile: Fragile, tmp_path: Path
) -> None:
    async def conversation() -> None:
        with Journal(tmp_path / "tools.sqlite") as journal:
            answers = Answers(fragile, journal, writing=True)
            with pytest.raises(Reject, match=r"state_lost: get_order: no answer within 10 s"):
                await known(answers, (CANCEL,), HANGING)
            assert (await known(answers, (CANCEL,), ORDER))["status"] == "cancelled"

    asyncio.run(conversation())
    fragile.calls.clear()
    asyncio.run(conversation())  # gone on with later: it hangs for nobody again
    assert fragile.calls == []


def test_a_reading_call_that_hangs_where_nothing_was_written_is_an_answer(fragile: Fragile) -> None:
    answers = Answers(fragile, writing=True)
    assert asyncio.run(known(answers, (), HANGING)) == {"error": "no answer within 10 s"}


def test_calls_that_are_made_again_and_lose_what_was_written_are_told_of_at_once(
    fragile: Fragile,
) -> None:
    answers = Answers(fragile, writing=True)
    with pytest.raises(Reject, match="state_lost"):
        asyncio.run(answers.again("one", [CANCEL, HANGING, ORDER]))
