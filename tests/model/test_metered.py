from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buttonup.errors import BadInput, Fault, OverBudget, Reject
from buttonup.model.door import Reply, Request, Turn
from buttonup.model.metered import Metered, Purse, at_most, spent
from buttonup.model.prices import Price
from buttonup.records import Usage
from buttonup.store.journal import Asked, Loss

PRICE = Price(Decimal(2), Decimal(8), Decimal("0.5"))
PRICES = {"m": PRICE}


def request(n: int = 0, max_tokens: int = 100, words: str = "hello") -> Request:
    return Request("m", (Turn("user", f"{words} {n}"),), max_tokens=max_tokens, prompt="p")


@dataclass
class Bills:
    """A model that bills: some replies are long, some never come, and some of those are billed."""

    luck: random.Random
    fails: float = 0.0
    billed: Decimal = Decimal()
    most_at_once: int = 0
    now: int = field(default=0, init=False)

    async def __call__(self, request: Request, /) -> Reply:
        self.now += 1
        self.most_at_once = max(self.most_at_once, self.now)
        try:
            for _ in range(self.luck.randrange(4)):
                await asyncio.sleep(0)
            prompt = self.luck.randint(1, at_most(request).prompt_tokens)
            reply = Reply("{}", "stop", prompt, self.luck.randint(1, request.max_tokens))
            fate = self.luck.random()
            if fate < self.fails / 2:
                raise Fault("429 overloaded", billed=False)
            self.billed += PRICE.of(Usage(1, reply.prompt_tokens, reply.completion_tokens))
            if fate < self.fails:
                raise Fault("cut off half-way", billed=True)
            return reply
        finally:
            self.now -= 1


async def asked_all(model: Metered, requests: list[Request], at_once: int) -> int:
    """Ask for all, so many at once; give how many could not be afforded."""
    refused, turns = 0, asyncio.Semaphore(at_once)

    async def ask(request: Request) -> None:
        nonlocal refused
        async with turns:
            try:
                await model(request)
            except Fault:
                pass
            except OverBudget:
                refused += 1

    await asyncio.gather(*map(ask, requests))
    return refused


@settings(deadline=None)
@given(
    budget=st.decimals(0, "0.2", places=5),
    at_once=st.integers(1, 40),
    sizes=st.lists(st.integers(1, 4000), min_size=1, max_size=60),
    fails=st.sampled_from([0.0, 0.4]),
    seed=st.integers(0, 2**32),
)
def test_no_bill_is_ever_over_the_budget_however_many_ask_at_once(
    budget: Decimal, at_once: int, sizes: list[int], fails: float, seed: int
) -> None:
    bills = Bills(random.Random(seed), fails)
    purse = Purse(PRICES, budget)
    requests = [request(n, size) for n, size in enumerate(sizes)]
    refused = asyncio.run(asked_all(Metered(bills, purse), requests, at_once))
    assert bills.billed <= purse.spent <= budget
    assert purse.reserved == purse.in_flight == 0
    dearest = max(PRICE.most(at_most(r)) for r in requests)
    assert not refused or purse.spent + dearest > budget, "refused though there was room"
    assert bool(refused) == bool(purse.over)


@given(at_once=st.integers(1, 64), seed=st.integers(0, 2**32))
def test_most_of_a_budget_is_used_when_calls_are_small(at_once: int, seed: int) -> None:
    purse = Purse(PRICES, Decimal("0.05"))
    requests = [request(n) for n in range(400)]
    bills = Bills(random.Random(seed))
    assert asyncio.run(asked_all(Metered(bills, purse), requests, at_once)) > 0
    assert bills.billed >= Decimal("0.8") * Decimal("0.05")


def test_calls_wait_for_what_others_only_set_aside() -> None:
    one = PRICE.most(at_most(request()))
    purse = Purse(PRICES, one)  # room for one at a time
    held = asyncio.Event()
    came: list[int] = []

    async def model(request: Request, /) -> Reply:
        came.append(1)
        await held.wait()
        return Reply("{}", prompt_tokens=1, completion_tokens=0)

    async def story() -> None:
        asking = [asyncio.create_task(Metered(model, purse)(request())) for _ in range(3)]
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(came) == 1
        held.set()
        ends = await asyncio.gather(*asking, return_exceptions=True)
        assert [type(end) for end in ends] == [Reply, OverBudget, OverBudget]

    asyncio.run(story())


@pytest.mark.parametrize(
    ("failure", "charged"),
    [
        (Fault("429", billed=False), False),
        (Fault("timed out"), True),
        (Reject("refused_by_endpoint"), False),
        (BadInput("no such model"), False),
        (ZeroDivisionError("a bug"), True),
    ],
)
def test_a_call_without_a_reply_counts_in_full_unless_it_cannot_have_been_billed(
    failure: Exception, charged: bool
) -> None:
    losses: list[Loss] = []
    purse = Purse(PRICES, lose=losses.append)

    async def fails(_request: Request, /) -> Reply:
        raise failure

    with pytest.raises(type(failure)):
        asyncio.run(Metered(fails, purse)(request()))
    most = at_most(request())
    loss = Loss("p", "m", most.prompt_tokens, most.completion_tokens)
    assert losses == ([loss] if charged else [])
    assert purse.spent == (PRICE.most(most) if charged else 0)


def test_a_call_that_is_cancelled_or_not_counted_by_its_endpoint_counts_in_full() -> None:
    losses: list[Loss] = []
    purse = Purse(PRICES, lose=losses.append)

    async def silent(_request: Request, /) -> Reply:
        return Reply("{}")

    async def slow(_request: Request, /) -> Reply:
        await asyncio.sleep(60)
        raise AssertionError

    async def story() -> None:
        await Metered(silent, purse)(request())
        asking = asyncio.create_task(Metered(slow, purse)(request()))
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.wait([asking])

    asyncio.run(story())
    assert len(losses) == 2
    assert purse.spent == 2 * PRICE.most(at_most(request()))


def test_what_earlier_sittings_spent_counts_and_what_they_lost_in_full() -> None:
    rows = (
        Asked("p", "m", Usage(1, 1_000_000, 0), Usage(1, 500_000, 0)),
        Asked("p", "unpriced", Usage(1, 1_000_000, 0)),
    )
    purse = Purse(PRICES, Decimal(5))
    purse.begin(rows, lambda _: None)
    assert purse.spent == spent(rows[0], PRICES) == Decimal(3)
    assert spent(rows[1], PRICES) == 0


@given(st.text(min_size=1, max_size=200))
def test_a_call_is_never_thought_smaller_than_its_bytes(words: str) -> None:
    told = words.encode("utf-8", "ignore")
    most = at_most(request(words=told.decode()))
    assert most.prompt_tokens > len(told)
    assert most.completion_tokens == 100
