"""At most so many requests in flight, and fewer while the endpoint says that it is busy.

Additive increase, multiplicative decrease: a busy endpoint halves what is sent to it, and each
reply lets a little more through again, up to what the user allowed. Of all such rules this one
converges to a fair and efficient share, whoever else uses the endpoint. Source: Chiu and Jain,
"Analysis of the increase and decrease algorithms for congestion avoidance", 1989.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple

from buttonup.errors import Fault
from buttonup.model.door import Model, Reply, Request

LESS = 0.5
"""Share of the requests that is left when the endpoint is busy. TCP's, and Jain's example."""
STEPS = 16
"""Rounds of replies after which the limit is back where it began. Ours."""

turn: ContextVar[int] = ContextVar("turn", default=0)
"""The place of the item that a request is made for. Of the requests that wait, the one with the
lowest place is sent first: what was begun first is finished first."""


@dataclass(slots=True)
class Errand:
    """Whether a request is still wanted, and whether the endpoint has it: then it is paid for."""

    wanted: bool = True
    sent: bool = False


errand: ContextVar[Errand | None] = ContextVar("errand", default=None)
"""The errand that a request is sent on, where somebody may lose interest in it."""


class _Waiting(NamedTuple):
    turn: int
    arrived: int
    place: asyncio.Future[None]


class Limited:
    """A model that answers at most `in_flight` requests at a time; the others wait their turn."""

    def __init__(self, model: Model, in_flight: int) -> None:
        self._model = model
        self._most = in_flight
        self._limit = float(in_flight)
        self._flying = 0
        self._lessened = float("-inf")
        self._arrivals = itertools.count()
        self._waiting: list[_Waiting] = []

    @property
    def limit(self) -> int:
        """Requests that may be in flight now."""
        return int(self._limit)

    async def __call__(self, request: Request, /) -> Reply:
        """Answer when it is this request's turn."""
        await self._place()
        began, mine = time.monotonic(), errand.get() or Errand()
        try:
            if not mine.wanted:
                raise asyncio.CancelledError
            mine.sent = True
            reply = await self._model(request)
        except Fault as fault:
            if fault.busy and began > self._lessened:  # once for all that were in flight together
                self._limit = max(1.0, self._limit * LESS)
                self._lessened = time.monotonic()
            raise
        else:
            self._limit = min(self._most, self._limit + self._most / STEPS / self._limit)
            return reply
        finally:
            mine.sent = False
            self._flying -= 1
            self._call_next()

    async def _place(self) -> None:
        """Wait until there is room, and take it."""
        if self._flying < self.limit and not self._waiting:
            self._flying += 1
            return
        place = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, _Waiting(turn.get(), next(self._arrivals), place))
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # it was given just before: hand it on
                self._flying -= 1
                self._call_next()
            raise

    def _call_next(self) -> None:
        while self._waiting and self._flying < self.limit:
            place = heapq.heappop(self._waiting).place
            if not place.done():  # whoever waited there may have been cancelled
                self._flying += 1
                place.set_result(None)
