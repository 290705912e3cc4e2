"""Spreads work over a Ray cluster: orders go out to workers, what comes of them comes back.

A worker is a Ray actor that builds what it works with once and holds several orders at a time. It
asks no model itself: what it wants to ask travels to the driver, whose door (limits, retries,
budget, journal) is the only one there is. So a reply is durable and paid for once whatever becomes
of a worker or its node, a limit is one limit, and no key leaves the driver's process.

A worker that is lost, alone or with its node, is replaced, and its orders are given to others.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import pickle
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any, TypeAlias

import ray
from ray import exceptions

from buttonup import __version__
from buttonup.engine.cores import portable
from buttonup.errors import BadInput, Fault, Reject
from buttonup.model.door import Model, Reply, Request
from buttonup.model.limited import turn

Work: TypeAlias = Callable[[Any], Coroutine[Any, Any, Any]]
Factory: TypeAlias = Callable[[Callable[[int], Model]], Work]
"""Makes, in a worker, what its orders are done with, from the driver's models by their number.
Picklable."""
Ask: TypeAlias = tuple[int, int, int, Request]
"""Number of what is asked, place of the item that it is for, number of the model, the request."""
Do: TypeAlias = Callable[[Any, str], Coroutine[Any, Any, Any]]
"""Has an order done, which errors call by a name."""

TRIES = 3
"""Workers that an order may outlive, the last one with no other order in it. Ours."""

STARTING = 300.0
"""Seconds without a single worker after which a run ends: a node may have to be started first."""

GATHERING = 0.02
"""Seconds that a request or a reply waits for others to travel with: a call between two processes
costs Ray about 1 ms of processor time on either side, whatever it carries. Ours."""

REACHING = 10.0  # seconds to reach a cluster's address; Ray itself tries for minutes

LOST = (
    exceptions.RayActorError,
    exceptions.ObjectLostError,
    exceptions.NodeDiedError,
    exceptions.OutOfMemoryError,
)
"""What Ray raises when a worker, its node or a result that lay there is gone."""


# --- the cluster --------------------------------------------------------------------------------


@contextmanager
def joined(address: str) -> Iterator[None]:
    """Join the cluster at an address ("auto": the one of this machine); "" starts one here.

    A connection that this process has already is used, and kept. Nothing but errors is printed,
    and Ray's own statistics are not sent.
    Raises  BadInput where no cluster is, or this machine is not part of it
    """
    if ray.is_initialized():
        yield
        return
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    _try(address)
    try:
        ray.init(
            address=address or "local",
            include_dashboard=None if address else False,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except (ConnectionError, RuntimeError, ValueError, exceptions.RayError) as error:
        what = f"cannot join a Ray cluster at {address or 'this machine'}: {_first_line(error)}"
        mend = "run on a machine of the cluster (`ray start` makes it one), or give no --address"
        raise BadInput(what, mend) from error
    try:
        yield
    finally:
        ray.shutdown()


def cpus() -> int:
    """Count the processor cores of the cluster."""
    return max(1, int(ray.cluster_resources().get("CPU", 0)))


def _try(address: str) -> None:
    """Reach for an address. Raises BadInput when nobody is there."""
    if address in ("", "auto"):
        return
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or "/" in address:
        raise BadInput(f"--address {address}", 'write it as HOST:PORT, or "auto"')
    try:
        socket.create_connection((host.strip("[]"), int(port)), REACHING).close()
    except (OSError, OverflowError) as error:
        what = f"nobody answers at {address} ({error})"
        raise BadInput(
            what, "start the cluster with `ray start --head`, or mend --address"
        ) from error


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


# --- the driver ---------------------------------------------------------------------------------


@asynccontextmanager
async def hired(
    factory: Factory, models: Sequence[Model], workers: int, places: int
) -> AsyncIterator[Do]:
    """Keep so many workers at work, each with at most `places` orders; none is left at the end.

    What is given to have an order done raises what its work raises; Fault when the order has
    ended its worker `TRIES` times, or when there is no worker.
    Raises  BadInput when a node cannot work: it has another version of this package, or none
    """
    crew = _Crew(factory, models, places)
    posts = [asyncio.create_task(crew.fill_post()) for _ in range(workers)]
    try:
        yield crew.do
    finally:
        for task in (*posts, *crew.asking):
            task.cancel()
        await asyncio.gather(*posts, *crew.asking, return_exceptions=True)


class _Lost(Exception):  # noqa: N818 - it passes
    """A worker is gone, and with it what it had in hand."""


class _Crew:
    """Posts with a worker each, and orders for whoever has the fewest."""

    def __init__(self, factory: Factory, models: Sequence[Model], places: int) -> None:
        self._factory, self._models, self._places = pickle.dumps(factory), models, places
        self.asking: set[asyncio.Task[None]] = set()
        """What is asked of the model now, also for a worker that is gone: its reply will serve."""
        self._hands: dict[int, _Hand] = {}
        self._numbers = itertools.count()
        self._free: asyncio.PriorityQueue[tuple[int, int]] = asyncio.PriorityQueue()
        """Places to work at: which of a worker's it is, and the worker's number."""
        self._broken: Exception | None = None

    async def do(self, order: Any, name: str) -> Any:
        """Have an order done, by another worker when one is lost."""
        for _ in range(TRIES - 1):
            place, number = await self._free_place()
            try:
                made, failure = await self._hands[number].call("do", order, turn.get())
            except _Lost:
                self._hands.pop(number, None)  # before its post hears of it: no more orders
                continue
            self._free.put_nowait((place, number))
            return _given(made, failure)
        return await self._do_alone(order, name)

    async def _do_alone(self, order: Any, name: str) -> Any:
        """Have an order done by a worker that has no other, so that nothing else ends it."""
        hand = _Hand(self._models, self.asking, cpus=0)
        try:
            await self._begun(hand)
            listening = asyncio.create_task(hand.listen())
            try:
                made, failure = await hand.call("do", order, turn.get())
            finally:
                listening.cancel()
        except _Lost as lost:
            raise Fault(f"{name} ended its worker {TRIES} times ({lost})") from lost
        finally:
            hand.end()
        return _given(made, failure)

    async def _free_place(self) -> tuple[int, int]:
        """Wait for a place to work at. Raises Fault when there is no worker, nor comes one."""
        while True:
            try:
                place, number = await asyncio.wait_for(self._free.get(), STARTING)
            except TimeoutError:
                if not self._hands:
                    self._break(Fault("the cluster has had no worker for us for some minutes"))
                continue
            if self._broken:
                self._free.put_nowait((place, number))  # for the next one who waits
                raise self._broken
            if number in self._hands:
                return place, number

    def _break(self, failure: Exception) -> None:
        """Let everybody know that no order will be done any more."""
        self._broken = self._broken or failure
        self._free.put_nowait((-1, -1))

    async def fill_post(self) -> None:
        """Keep one worker at work: when it is lost, hire another."""
        in_vain, last = 0, _Lost()
        while in_vain < TRIES:
            hand, number = _Hand(self._models, self.asking), next(self._numbers)
            in_vain += 1
            try:
                await self._begun(hand)
                in_vain = 0
                self._hands[number] = hand
                for place in range(self._places):
                    self._free.put_nowait((place, number))
                await hand.listen()
            except _Lost as lost:
                last = lost
            except Exception as failure:  # noqa: BLE001 - raised where an order waits
                self._break(failure)
                return
            finally:
                self._hands.pop(number, None)
                hand.end()
        self._break(Fault(f"{TRIES} workers in a row were lost before they began ({last})"))

    async def _begun(self, hand: _Hand) -> None:
        try:
            wrong = await hand.call("begin", __version__, self._factory)
        except (exceptions.RayError, RuntimeError, ImportError) as error:
            wrong = BadInput(f"a node cannot start a worker: {_first_line(error)}", INSTALL)
        if wrong:
            raise wrong


INSTALL = f"install buttonup=={__version__} on every node, in the Python that Ray runs"


def _given(made: Any, failure: Exception | None) -> Any:
    if failure is not None:
        raise failure
    return made


class _Hand:
    """A worker as the driver sees it."""

    def __init__(
        self, models: Sequence[Model], asking: set[asyncio.Task[None]], cpus: int = 1
    ) -> None:
        options = {"num_cpus": cpus, "max_restarts": 0, "max_task_retries": 0}
        self._actor: Any = ray.remote(Worker).options(**options).remote()
        self._models, self._asking = models, asking
        self._replies: list[tuple[int, Reply | Exception]] = []
        self._ended = False

    async def call(self, method: str, *given: Any) -> Any:
        """Have the worker do something. Raises _Lost when it is gone before it has."""
        try:
            return await getattr(self._actor, method).remote(*given)
        except LOST as error:
            raise _Lost(_first_line(error)) from error

    async def listen(self) -> None:
        """Carry what the worker asks to the model, for ever. Raises _Lost when it is gone."""
        while True:
            for number, place, of, request in await self.call("asked"):
                turn.set(place)  # a task has a copy of its own of what is set here
                task = asyncio.create_task(self._answer(number, self._models[of], request))
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)

    async def _answer(self, number: int, model: Model, request: Request) -> None:
        try:
            reply: Reply | Exception = await model(request)
        except Exception as failure:  # noqa: BLE001 - raised where it was asked
            known = isinstance(failure, Reject | Fault | BadInput)
            reply = failure if known else portable(failure)
        self._replies.append((number, reply))
        if len(self._replies) == 1:
            asyncio.get_running_loop().call_later(GATHERING, self._send)

    def _send(self) -> None:
        replies, self._replies = self._replies, []
        if self._ended:  # to reach for an actor then would start Ray again
            return
        self._actor.answered.remote(replies)

    def end(self) -> None:
        """Let go of the worker."""
        self._ended = True
        with suppress(exceptions.RayError):
            ray.kill(self._actor)


# --- in the worker ------------------------------------------------------------------------------


class Worker:
    """An actor that does orders, and has the driver ask what it must ask."""

    def __init__(self) -> None:
        self._work: Work | None = None
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._asks: asyncio.Queue[Ask] = asyncio.Queue()

    async def begin(self, version: str, factory: bytes) -> Exception | None:
        """Build what the orders are done with; give what is wrong, if anything is."""
        if version != __version__:
            host = socket.gethostname()
            return BadInput(f"{host} has buttonup {__version__}, the driver has {version}", INSTALL)
        try:
            make: Factory = pickle.loads(factory)  # noqa: S301 - from our own driver
            self._work = make(self._door)
        except Exception as failure:  # noqa: BLE001 - raised in the driver
            return portable(failure)
        return None

    async def do(self, order: Any, place: int) -> tuple[Any, Exception | None]:
        """Do an order for the item at a place: what comes of it, or how it failed."""
        assert self._work is not None, "begin comes first"
        turn.set(place)
        try:
            return await self._work(order), None
        except Exception as failure:  # noqa: BLE001 - raised in the driver
            return None, portable(failure)

    async def asked(self) -> list[Ask]:
        """Wait until something is to be asked, and give all that is."""
        asks = [await self._asks.get()]
        await asyncio.sleep(GATHERING)
        while not self._asks.empty():
            asks.append(self._asks.get_nowait())
        return asks

    async def answered(self, replies: list[tuple[int, Reply | Exception]]) -> None:
        """Hand replies to those who wait for them."""
        for number, reply in replies:
            waiting = self._waiting.get(number)
            if waiting is None or waiting.done():
                continue
            if isinstance(reply, Exception):
                waiting.set_exception(reply)
            else:
                waiting.set_result(reply)

    def _door(self, of: int) -> Model:
        return partial(self._ask, of)

    async def _ask(self, of: int, request: Request, /) -> Reply:
        number = next(self._numbers)
        self._waiting[number] = asyncio.get_running_loop().create_future()
        self._asks.put_nowait((number, turn.get(), of, request))
        try:
            return await self._waiting[number]
        finally:
            del self._waiting[number]
