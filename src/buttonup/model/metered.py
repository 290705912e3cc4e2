"""A model whose every call is counted, and made only when a budget has room for it.

A call is reserved for before it is sent: the most it can cost. When its reply has come, the
reservation is settled with what the reply says it took. So the budget holds with any number of
calls in flight. This stands right at the endpoint, below the retries: each try is a call that may
be charged for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from buttonup.errors import BadInput, Fault, OverBudget, Reject
from buttonup.model.ask import usage_of
from buttonup.model.door import Model, Reply, Request
from buttonup.model.prices import Price, Prices, price_of
from buttonup.records import Usage
from buttonup.store.journal import Asked, Loss

A_MESSAGE = 16  # tokens a chat template may add to a message; templates in use add three to ten
A_CALL = 256  # tokens that some endpoints set before the conversation, such as a system prompt's
NOTHING = Usage()


def _unheard(_loss: Loss) -> None:
    """Forget a loss where there is no journal."""


@dataclass(slots=True)
class Purse:
    """What the calls of a run have cost, and what they may cost."""

    prices: Prices = field(default_factory=dict)
    budget: Decimal | None = None
    """Dollars; None for no limit."""
    lose: Callable[[Loss], object] = _unheard
    """Told of every call whose cost is not known."""
    calls: int = 0
    """Replies that came."""
    spent: Decimal = Decimal()
    """Dollars; what is not known counts as the most that it can be."""
    reserved: Decimal = Decimal()
    """Dollars that the calls in flight can cost at most."""
    in_flight: int = 0
    over: str = ""
    """Why there will be no more calls; "" while there may be."""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, asked: tuple[Asked, ...], lose: Callable[[Loss], object]) -> None:
        """Count what earlier sittings spent, and say where losses are written down."""
        self.spent = sum((spent(row, self.prices) for row in asked), Decimal())
        self.lose = lose

    async def reserve(self, request: Request) -> Decimal:
        """Set aside what a call can cost; wait while only what others set aside is in the way.

        Raises  OverBudget when nobody else has set anything aside, and there is not enough
        """
        if self.budget is None:  # nothing is in the way of a call: nothing need be set aside
            self.in_flight += 1
            return Decimal()
        most = self._price(request).most(at_most(request))
        while self.spent + self.reserved + most > self.budget:
            if not self.in_flight:
                left = self.budget - self.spent
                self.over = f"the next call may cost ${most:.4f}, and ${left:.4f} is left"
            if self.over:
                break
            await self._changed.wait()
        if self.over:  # for all: who began a call now would be cut off in the middle of it
            raise OverBudget(self.over)
        self.reserved += most
        self.in_flight += 1
        return most

    def settle(self, request: Request, reserved: Decimal, taken: Usage | None) -> None:
        """Count what a call took; None where that is not known, and may be all that it can be."""
        self.reserved -= reserved
        self.in_flight -= 1
        price = self._price(request)
        if taken is not None:
            self.spent += price.of(taken)
        else:
            most = at_most(request)
            self.spent += price.most(most)
            self.lose(
                Loss(
                    prompt=request.prompt,
                    model=request.model,
                    prompt_tokens=most.prompt_tokens,
                    completion_tokens=most.completion_tokens,
                )
            )
        if self.budget is not None:
            self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    def _price(self, request: Request) -> Price:
        return price_of(request.model, self.prices) or FREE


FREE = Price(input=Decimal(), output=Decimal())
"""What a model on this machine costs; stands for a price that is not known, too, where no budget
needs one and a report says that it lacks."""


@dataclass(frozen=True, slots=True)
class Metered:
    """A model whose calls are paid from a purse."""

    model: Model
    purse: Purse
    fetched_later: bool = False
    """What is cut off is not lost: it lies at the provider, and is counted when it is fetched."""

    async def __call__(self, request: Request, /) -> Reply:
        """Answer when there is room for what it can cost. Raises OverBudget when there is none."""
        reserved = await self.purse.reserve(request)
        taken = NOTHING if self.fetched_later else None  # unless we learn more: cut off, cancelled
        try:
            reply = await self.model(request)
            self.purse.calls += 1
            if reply.prompt_tokens or reply.completion_tokens:
                taken = usage_of(reply)
        except (Reject, BadInput):  # refused, in words; that is not charged for
            taken = NOTHING
            raise
        except Fault as fault:
            taken = None if fault.billed else NOTHING
            raise
        finally:
            self.purse.settle(request, reserved, taken)
        return reply


def at_most(request: Request) -> Usage:
    """Give the most tokens that a call can take: no tokenizer makes more than one of a byte."""
    prompt = len(request.encoded) + A_MESSAGE * len(request.messages) + A_CALL
    return Usage(calls=1, prompt_tokens=prompt, completion_tokens=request.max_tokens)


def spent(asked: Asked, prices: Prices) -> Decimal:
    """Give the dollars of journalled calls, the most that they can be; 0 without a price."""
    price = price_of(asked.model, prices) or FREE
    return price.of(asked.usage) + price.most(asked.lost)
