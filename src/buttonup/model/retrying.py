"""The one retry doctrine: what may pass is tried again, later and later; nothing else is.

A Fault (refused connection, time-out, 429, 5xx, a torn body) is retried here and nowhere else. The
endpoint's own Retry-After is kept to.

When nothing but faults has come for a while, whoever asked, the circuit opens (Nygard, "Release
It!", 2007): all requests wait, and one at a time tries whether the endpoint is back. When it stays
away, the run stops and can go on later: what was paid for is in the journal. An endpoint that
answers others but fails one request each time has a request that it cannot answer: that one is
given up, and the run goes on.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import InitVar, dataclass, field
from typing import TypeVar

from buttonup.errors import Fault, Reject
from buttonup.model.door import Model, Reply, Request

T = TypeVar("T")

Tell = Callable[[str], None]
"""Told what is the matter with the endpoint; "" when all is well again."""


def untold(_words: str) -> None:
    """Tell nobody."""


@dataclass(slots=True, eq=False)
class Retrying:
    """A model that is asked again when the outside world fails."""

    model: Model
    times: int = 9
    """Tries in all; with the pauses below, two minutes or so."""
    first: float = 0.5
    """Seconds before the second try; doubled for each one after it."""
    longest: float = 60.0
    """Seconds between two tries, where the endpoint does not say."""
    patience: float = 900.0
    """Seconds that an endpoint may ask to wait; beyond, the run had better stop and go on later."""
    tell: InitVar[Tell] = untold
    _circuit: Circuit = field(init=False)

    def __post_init__(self, tell: Tell) -> None:
        self._circuit = Circuit(self.model, tell, self.patience)

    async def __call__(self, request: Request, /) -> Reply:
        """Answer, if need be after a while.

        Rejects  "unanswered" when the endpoint answered others and failed this one each time
        Raises   Fault when the last try failed, or the endpoint stays away
        """
        tried, answered = 0, self._circuit.answered
        while True:
            tried += 1
            try:
                return await self._circuit(request)
            except Fault as fault:
                told = fault.retry_after or 0.0
                if isinstance(fault, Away) or told > self.patience:
                    raise
                if tried >= self.times:
                    if fault.busy or self._circuit.answered == answered:
                        raise
                    raise Reject("unanswered", f"{tried} tries, the last: {fault}") from fault
            await asyncio.sleep(max(told, _pause(tried, self.first, self.longest)))


async def again(
    call: Callable[[], Awaitable[T]], times: int, first: float, longest: float, patience: float
) -> T:
    """Do something that is no request to a model, until no Fault comes of it; as above.

    Raises  Fault when the last try failed, or the endpoint asks to wait too long
    """
    tried = 0
    while True:
        tried += 1
        try:
            return await call()
        except Fault as fault:
            told = fault.retry_after or 0.0
            if tried >= times or told > patience:
                raise
        await asyncio.sleep(max(told, _pause(tried, first, longest)))


def _pause(tried: int, first: float, longest: float) -> float:
    backing_off = min(longest, first * 2.0 ** min(tried - 1, 30))
    return backing_off * random.uniform(0.5, 1.0)  # so that not all come back at once


# --- the circuit --------------------------------------------------------------------------------

IN_A_ROW = 8
"""Faults with no reply among them, from whichever requests, that open the circuit. Ours: at 30 %
of faults, so many come together once in 15,000 requests."""
COOLING = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0)
"""Seconds before each trial; when the last one failed, the endpoint counts as away. Ours."""


class Away(Fault):
    """The endpoint stays away: there is no point in trying again now."""


class Circuit:
    """Lets requests through while replies come; else one now and then, to see whether they do."""

    def __init__(self, model: Model, tell: Tell, patience: float) -> None:
        self._model = model
        self._tell = tell
        self._patience = patience
        self._faults = 0
        self._trials = 0
        self._cool_until = 0.0
        self._away: Away | None = None
        self._one_at_a_time = asyncio.Lock()
        self.answered = 0
        """Replies so far."""

    @property
    def is_open(self) -> bool:
        """Say whether requests have to wait."""
        return self._faults >= IN_A_ROW

    async def __call__(self, request: Request, /) -> Reply:
        """Ask; while the circuit is open, when it is this request's turn to be the trial.

        Raises  Away when the trials are used up; Fault
        """
        if self._away:
            raise self._away
        if self.is_open:
            async with self._one_at_a_time:
                if self._away:
                    raise self._away
                if self.is_open:
                    await asyncio.sleep(max(0.0, self._cool_until - time.monotonic()))
                    return await self._asked(request, trial=True)
        return await self._asked(request, trial=False)

    async def _asked(self, request: Request, *, trial: bool) -> Reply:
        try:
            reply = await self._model(request)
        except Fault as fault:
            self._failed(fault, trial=trial)
            raise
        if self.is_open:
            self._tell("")
        self._faults = self._trials = 0
        self.answered += 1
        return reply

    def _failed(self, fault: Fault, *, trial: bool) -> None:
        """Count a fault; open the circuit, or leave it open longer after a trial. Raises Away."""
        self._faults += 1
        if (fault.retry_after or 0.0) > self._patience:  # nobody need wait any more
            self._away = Away(str(fault), fault.retry_after)
            return
        if self._faults != IN_A_ROW and not trial:
            return  # not yet, or one of those that were in flight when it opened
        if self._trials == len(COOLING):
            self._away = Away(f"{fault}; {self._faults} requests in a row came to nothing")
            raise self._away from fault
        cooling = max(COOLING[self._trials], fault.retry_after or 0.0)
        self._trials += 1
        self._cool_until = time.monotonic() + cooling
        self._tell(f"{fault}; next try in {cooling:.0f} s")
