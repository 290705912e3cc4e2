"""Requests that wait for one another and go to the provider together, as a batch at half the price.

A request waits until nothing more comes: then all that can be asked now has been asked, and a batch
is as large as it can be. Thus a run goes stage by stage, and no stage knows of it.

What is submitted is noted on disk first. Killed at any instant, a run finds its batches again: the
note has the id of the batch, or of the input file by which the provider's list is searched.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import BinaryIO, Self

import msgspec
from msgspec import structs

from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.batches import PATH, Batch, Batches
from buttonup.model.batching import MOST_BYTES, Batching, Standing
from buttonup.model.completion import read_reply
from buttonup.model.door import Reply, Request
from buttonup.model.endpoint import REFUSALS
from buttonup.model.fetched import Fetched
from buttonup.model.limited import turn
from buttonup.store.submitted import Note, Submitted
from buttonup.store.whole import append

BREATH = 64  # requests that are written or answered, after which others get their turn. Ours.
SOONEST = 1.0  # seconds before the first look at a batch; half as much again before each later one
MEND = "mend it, or run without batches"


@dataclass(slots=True, eq=False)
class _Flight:
    """A request, from being asked to being answered."""

    request: Request
    reply: asyncio.Future[Reply]
    answered: int
    """Replies that others had when it was asked."""
    turn: int
    """The place of the item that it is for; earlier ones go first."""
    tried: int = 0
    fields: Collection[str] = tuple(REFUSALS)
    """Those of the optional fields that may have been sent with it."""

    def fail(self, error: BaseException) -> None:
        if not self.reply.done():
            self.reply.set_exception(error)


@dataclass(slots=True, eq=False)
class _Sent:
    """A batch that was submitted."""

    note: Note
    left: list[str]
    """Keys whose replies were not in the journal when last looked."""
    fresh: bool
    """It was not asked for before, so that it need not be looked for."""
    batch: Batch | None = None
    fetched: Fetched | None = None
    task: asyncio.Task[None] | None = field(default=None)

    @property
    def out(self) -> bool:
        return self.task is not None and not self.task.done() and self.fetched is None


class Batched:
    """A model that sends its requests in batches. An async context manager.

    `known` says of a key whether its reply is in the journal. A key is asked once at a time:
    `Journaled` in front sees to it. Left in good order, it stops the batches that nobody needs any
    more; left by an error or by Ctrl-C, they go on at the provider, and the next one finds them.
    """

    def __init__(
        self,
        batches: Batches,
        submitted: Submitted,
        known: Callable[[str], bool],
        knobs: Batching,
    ) -> None:
        self._batches, self._submitted, self._known, self._knobs = batches, submitted, known, knobs
        self._flights: dict[str, _Flight] = {}
        self._waiting: dict[str, _Flight] = {}
        self._notes: list[_Sent] = []
        self._sent: dict[str, _Sent] = {}
        """The latest batch that each key is in, until it has been answered from it."""
        self._most = knobs.requests
        self._alone = False
        """The provider's queue was full once: from then on, one batch at a time."""
        self._crowded = False
        """It was full at the last try."""
        self._stirs = 0
        self._answered = 0
        self._stirred = asyncio.Event()
        self._landed = asyncio.Event()
        self._wrong: BaseException | None = None

    async def __aenter__(self) -> Self:
        for note in self._submitted.notes():
            self._remember(_Sent(note, list(note.keys), fresh=False))
        self._tidy()
        self._shipping = asyncio.create_task(self._ship_all())
        self._shipping.add_done_callback(self._stopped)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        out = [sent for sent in self._notes if sent.out]
        tasks = [self._shipping, *(sent.task for sent in self._notes if sent.task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for sent in out if kind is None else ():
            if sent.batch and not sent.batch.ended:
                with suppress(Fault, BadInput, Reject):  # it only saves money
                    await self._batches.cancel(sent.batch.id)
        self._tidy()
        for sent in self._notes:
            if sent.fetched:
                sent.fetched.close()

    async def __call__(self, request: Request, /) -> Reply:
        """Answer, when a batch has come back.

        Rejects  "refused_by_endpoint" with what it said; "unanswered" when it failed in so many
                 batches while others were answered
        Raises   Fault when the provider stays away, or has too much to do in so many batches;
                 BadInput when it refuses a batch, the key or the model
        """
        key = request.key
        if key in self._flights:
            raise RuntimeError(f"{key} is being asked already")
        reply = asyncio.get_running_loop().create_future()
        flight = _Flight(request, reply, self._answered, turn.get())
        self._flights[key] = flight
        try:
            self._place(flight, key)
            return await flight.reply
        finally:
            del self._flights[key]
            self._waiting.pop(key, None)

    @property
    def standing(self) -> Standing:
        """Tell how the batches stand that are on their way, as the provider counts."""
        out = [sent for sent in self._notes if sent.out]
        counts = [s.batch.request_counts for s in out if s.batch and s.batch.request_counts]
        return Standing(
            batches=len(out),
            requests=sum(len(sent.note.keys) for sent in out),
            done=sum(c.completed for c in counts),
            failed=sum(c.failed for c in counts),
        )

    # --- asking -----------------------------------------------------------------------------------

    def _place(self, flight: _Flight, key: str) -> None:
        """Answer from a batch that has come, wait for one that is out, or for the next one."""
        if self._wrong:
            raise self._wrong
        sent = self._sent.get(key)
        if sent is None:
            self._waiting[key] = flight
            self._stir()
        elif sent.fetched:
            self._answer(flight, key, sent.fetched)
        else:
            self._follow(sent)

    def _stir(self) -> None:
        self._stirs += 1
        self._stirred.set()

    def _remember(self, sent: _Sent) -> None:
        self._notes.append(sent)
        self._sent.update(dict.fromkeys(sent.note.keys, sent))

    def _tidy(self) -> None:
        """Forget the batches all of whose replies are in the journal."""
        for sent in self._notes:
            while sent.left and self._known(sent.left[-1]):
                sent.left.pop()
            if not sent.left:
                self._forget(sent)
        self._notes = [sent for sent in self._notes if sent.left]

    def _forget(self, sent: _Sent) -> None:
        sent.left = []
        self._submitted.forget(sent.note)
        for key in sent.note.keys:
            if self._sent.get(key) is sent:
                del self._sent[key]
        if sent.fetched:
            sent.fetched.close()

    # --- sending ----------------------------------------------------------------------------------

    async def _ship_all(self) -> None:
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            await self._rest()
            while self._waiting:
                await self._room()
                await self._ship()

    async def _rest(self) -> None:
        """Wait until nothing more comes: no request, no reply, and no work that keeps us busy."""
        clock, quiet = asyncio.get_running_loop().time, self._knobs.quiet
        while len(self._waiting) < self._most:
            stirs, started = self._stirs, clock()
            await asyncio.sleep(quiet)
            if stirs == self._stirs and clock() - started < 2 * quiet + 0.05:
                return

    async def _room(self) -> None:
        """Wait for the batches that are out, where the provider takes no more than one."""
        while self._alone and any(sent.out for sent in self._notes):
            self._landed.clear()
            await self._landed.wait()
        if self._crowded:
            self._crowded = False
            await asyncio.sleep(self._knobs.longest)

    async def _ship(self) -> None:
        """Send off what waits, as far as one batch holds it."""
        self._tidy()
        with self._submitted.scratch() as draft:
            flights = await self._drafted(draft)
            if not flights:
                return
            noted = time.time()
            try:
                file = await self._batches.upload(draft)
            except Reject as refusal:
                raise BadInput(f"no batch: {refusal.detail}", MEND) from refusal
        number = 1 + max((sent.note.number for sent in self._notes), default=0)
        keys = tuple(flight.request.key for flight in flights)
        note = Note(number=number, file=file, keys=keys, noted=noted)
        self._submitted.put(note)
        sent = _Sent(note, list(keys), fresh=True)
        self._remember(sent)
        self._follow(sent)

    async def _drafted(self, draft: BinaryIO) -> list[_Flight]:
        """Write requests, all for one model, and take them from those that wait."""
        flights: list[_Flight] = []
        size = 0
        for key, flight in sorted(self._waiting.items(), key=lambda waits: waits[1].turn):
            if flights and flight.request.model != flights[0].request.model:
                continue  # a provider takes one model a file
            line = self._line(flight)
            if flights and (len(flights) >= self._most or size + len(line) > MOST_BYTES):
                break
            if self._waiting.pop(key, None) is None:
                continue  # it was given up a breath ago
            append(draft, line)
            size += len(line)
            flights.append(flight)
            if len(flights) % BREATH == 0:
                await asyncio.sleep(0)
        return flights

    def _line(self, flight: _Flight) -> bytes:
        body = self._batches.endpoint.body(flight.request)
        flight.fields = body.keys()
        line = {"custom_id": flight.request.key, "method": "POST", "url": PATH, "body": body}
        return msgspec.json.encode(line) + b"\n"

    # --- following a batch ------------------------------------------------------------------------

    def _follow(self, sent: _Sent) -> None:
        if sent.task is None:
            sent.task = asyncio.create_task(self._followed(sent))
            sent.task.add_done_callback(lambda task: self._came(sent, task))

    async def _followed(self, sent: _Sent) -> None:
        """See a batch through: made, ended, fetched, its requests answered."""
        batch = sent.batch = await self._made(sent)
        pause = SOONEST
        while not batch.ended:
            await asyncio.sleep(min(pause, self._knobs.longest))
            pause *= 1.5
            batch = sent.batch = await self._batches.look(batch.id)
        if batch.status == "failed":
            self._failed(sent, batch)
            return
        fetched = await self._fetch(batch, sent.note.keys)
        sent.fetched = fetched
        for count, key in enumerate(sent.note.keys, start=1):
            if (flight := self._flights.get(key)) and self._sent.get(key) is sent:
                self._answer(flight, key, fetched)
            if count % BREATH == 0:
                await asyncio.sleep(0)

    async def _made(self, sent: _Sent) -> Batch:
        """Make a batch of what was uploaded, unless it is there, and note its id."""
        note = sent.note
        if note.batch:
            return await self._batches.look(note.batch)
        since = None if sent.fresh else note.noted
        sent.fresh = False
        try:
            batch = await self._batches.create(note.file, {"buttonup": str(note.number)}, since)
        except Reject as refusal:
            self._forget(sent)
            raise BadInput(f"no batch: {refusal.detail}", MEND) from refusal
        sent.note = structs.replace(note, batch=batch.id)
        self._submitted.put(sent.note)
        return batch

    def _failed(self, sent: _Sent, batch: Batch) -> None:
        """Ask again later and for less where the queue was full. Raises BadInput for the rest."""
        self._forget(sent)
        if not batch.crowded_out:
            raise BadInput(f"the provider refuses the batch {batch.id}: {batch.why}", MEND)
        if not any(other.out for other in self._notes if other is not sent):
            if len(sent.note.keys) == 1:
                raise Fault(f"the provider has no room for a batch: {batch.why}")
            self._most = len(sent.note.keys) // 2
        self._alone = self._crowded = True
        self._wait_again(sent.note.keys)

    async def _fetch(self, batch: Batch, keys: Iterable[str]) -> Fetched:
        file = self._submitted.scratch()
        try:
            for part in (batch.output_file_id, batch.error_file_id):
                if part:
                    await self._batches.fetch(part, file)
            clean = self._batches.endpoint.without_key
            return await asyncio.to_thread(Fetched, file, tuple(keys), clean)
        except BaseException:
            file.close()
            raise

    def _came(self, sent: _Sent, task: asyncio.Task[None]) -> None:
        """Tell those who wait for a batch what went wrong with it."""
        sent.task = None
        self._landed.set()
        if task.cancelled() or (error := task.exception()) is None:
            return
        for key in sent.note.keys:
            if flight := self._flights.get(key):
                flight.fail(error)

    def _stopped(self, task: asyncio.Task[None]) -> None:
        """Tell those who wait for the next batch that there will be none."""
        if task.cancelled() or (error := task.exception()) is None:
            return
        self._wrong = error
        for flight in self._flights.values():
            flight.fail(error)

    # --- answering --------------------------------------------------------------------------------

    def _answer(self, flight: _Flight, key: str, fetched: Fetched) -> None:
        """Give a request what a batch has for it; or have it wait for the next one."""
        self._stirs += 1
        self._sent.pop(key, None)
        try:
            reply = self._read(flight, key, fetched)
        except (Reject, BadInput, Fault) as error:
            flight.fail(error)
            return
        if reply is None:
            self._wait_again([key])
        elif not flight.reply.done():
            flight.reply.set_result(reply)

    def _read(self, flight: _Flight, key: str, fetched: Fetched) -> Reply | None:
        """Read a reply; None when it is to be asked for again."""
        told, endpoint = fetched.answer(key), self._batches.endpoint
        try:
            if told.status == 200:  # noqa: PLR2004 - HTTP's own number
                reply = read_reply(told.said)
                self._answered += 1
                return reply
            if not endpoint.learns(told, flight.request, flight.fields):
                endpoint.refuse(told, flight.request.model)
        except Fault as fault:
            flight.tried += 1
            if flight.tried < self._knobs.tries:
                return None
            words = f"{flight.tried} batches, the last: {fault}"
            if fault.busy or self._answered == flight.answered:
                raise Fault(words) from fault
            raise Reject("unanswered", words) from fault
        return None

    def _wait_again(self, keys: Iterable[str]) -> None:
        for key in keys:
            if flight := self._flights.get(key):
                self._waiting[key] = flight
        self._stir()
