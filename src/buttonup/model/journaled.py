"""A journalled model: no reply is paid for twice, and none is used before it is durable."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from buttonup.errors import BadInput, Reject
from buttonup.model.ask import usage_of
from buttonup.model.door import Model, Reply, Request
from buttonup.model.limited import Errand, errand
from buttonup.records import decode, encode
from buttonup.store.journal import Entry, Journal

REFUSED = "refused: "
"""Marks a refusal, with its reason, in `Reply.finish`. A refusal is kept like a reply: a run that
goes on must meet it again, or its records would differ from those that are written."""


@dataclass(slots=True, eq=False)
class _Flight:
    """One request on its way, and how many wait for it."""

    task: asyncio.Task[Reply] = field(init=False)
    waiting: int = 0
    errand: Errand = field(default_factory=Errand)
    arrived: bool = False
    """The reply has come; what remains is to write it down, whoever still waits."""


class Journaled:
    """A model whose replies are kept. A hit costs nothing; twins in flight become one request.

    A request is given up when nobody waits for it any more, unless the endpoint has it already: it
    is paid for, and its reply may be wanted when the run goes on.
    """

    def __init__(self, model: Model, journal: Journal) -> None:
        self._model = model
        self._journal = journal
        self._flights: dict[str, _Flight] = {}
        self._tasks: set[asyncio.Task[Reply]] = set()

    async def __call__(self, request: Request, /) -> Reply:
        """Answer from the journal, or ask and journal the reply."""
        key = request.key
        if (kept := self._journal.get(key)) is not None:
            return _given(_read(kept))
        flight = self._flights.get(key)
        if flight is None or flight.task.done():
            flight = self._start(key, request)
        flight.waiting += 1
        flight.errand.wanted = True
        try:
            return _given(await asyncio.shield(flight.task))
        finally:
            flight.waiting -= 1
            flight.errand.wanted = flight.waiting > 0
            if not (flight.waiting or flight.arrived or flight.errand.sent):
                self._end(key, flight)

    async def ended(self, grace: float = 0.0) -> None:
        """Wait until every request has ended, and what it took is known.

        Replies that are on their way are kept when they come within `grace` seconds.
        """
        if self._tasks and grace:
            await asyncio.wait(self._tasks, timeout=grace)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, key: str, request: Request) -> _Flight:
        flight = _Flight()
        flight.task = asyncio.create_task(self._fetched(key, flight, request))
        flight.task.add_done_callback(lambda _: self._end(key, flight))
        self._tasks.add(flight.task)
        flight.task.add_done_callback(self._tasks.discard)
        self._flights[key] = flight
        return flight

    def _end(self, key: str, flight: _Flight) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
        if not flight.task.done():
            flight.task.cancel()
        elif not flight.task.cancelled():
            flight.task.exception()  # looked at: nobody may be left to whom it is raised

    async def _fetched(self, key: str, flight: _Flight, request: Request) -> Reply:
        errand.set(flight.errand)
        try:
            reply = await self._model(request)
        except Reject as refusal:
            reply = Reply(text=refusal.detail, finish=f"{REFUSED}{refusal.reason}")
        flight.arrived = True
        entry = Entry(
            key=key,
            model=request.model,
            prompt=request.prompt,
            usage=usage_of(reply),
            request=request.encoded,
            reply=encode(reply),
        )
        await self._journal.put(entry)
        return reply


def _given(reply: Reply) -> Reply:
    """Give a reply. Raises the Reject that a refusal was."""
    if reply.finish.startswith(REFUSED):
        raise Reject(reply.finish.removeprefix(REFUSED), reply.text)
    return reply


def _read(kept: bytes) -> Reply:
    try:
        return decode(kept, Reply)
    except (ValueError, TypeError) as error:
        raise BadInput(
            f"the journal holds a damaged reply: {error}", "give a new folder"
        ) from error
