"""Spreads items over worker processes: chunks go out, what comes of them comes back in order.

A worker is a Python of its own that reads chunks from its stdin and writes results to its stdout.
It shares nothing with us: no fork, no lock, no `__main__` that is run again. Its stdin ends when we
end, in whichever way, and then it ends too; Ctrl-C is ours alone.
"""

from __future__ import annotations

import asyncio
import gc
import os
import pickle
import struct
import sys
import traceback
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Coroutine,
    Generator,
    Iterable,
    Iterator,
    Sequence,
)
from contextlib import ExitStack, aclosing, asynccontextmanager, contextmanager
from itertools import chain, cycle, islice
from subprocess import Popen
from typing import IO, Any, BinaryIO, Generic, TypeVar

from buttonup.chunks import in_chunks
from buttonup.errors import Fault

T = TypeVar("T")
R = TypeVar("R")

CHUNK = 16
"""Items a worker is given at a time: some 50 ms of work, so that little is made in vain. Ours."""

AHEAD = 2
"""Chunks that are out for each worker: one at work, and one to go on with."""

FEW = 16
"""Items that one process has done before another has started. Ours."""

GARBAGE = 50_000
"""Objects after which a worker looks for garbage in circles: samples leave next to none. Ours."""

LENGTH = struct.Struct("<Q")
BUFFER = 1 << 20  # bytes of a result that are read before its worker has to wait
SERVE = (
    "import sys; sys.path[:] = sys.argv[1:]; from buttonup.engine.cores import serve; "
    "serve(sys.stdin.buffer, sys.stdout.buffer)"
)


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


async def spread(
    source: Iterable[T], work: Callable[[Sequence[T]], R], workers: int, size: int = CHUNK
) -> AsyncGenerator[R, None]:
    """Give what `work` makes of each chunk of the source, in order.

    `work` and all that goes to it and comes from it must be picklable. The source is read only as
    far as the workers get. Close the generator to stop early: the workers have ended when the
    closing returns.

    Raises  what `work` raises, in its place; Fault when a worker is killed
    """
    async with (
        _hired(work, workers) as hands,
        aclosing(in_order(source, hands.do, workers * AHEAD, size)) as made,
    ):
        async for one in made:
            yield one


async def in_order(
    source: Iterable[T],
    do: Callable[[Sequence[T]], Coroutine[Any, Any, R]],
    out_at_most: int,
    size: int = CHUNK,
) -> AsyncGenerator[R, None]:
    """Give what `do` makes of each chunk of the source, in order; so many are out at a time."""
    out: deque[asyncio.Task[R]] = deque()
    try:
        for chunk in in_chunks(source, size):
            out.append(asyncio.create_task(do(chunk)))
            if len(out) == out_at_most:
                yield await out.popleft()
        while out:
            yield await out.popleft()
    finally:
        for task in out:
            task.cancel()
        await asyncio.gather(*out, return_exceptions=True)


def in_turn(source: Iterable[T], work: Callable[[T], R], workers: int) -> Generator[R, None, None]:
    """Give what `work` makes of each item, in order: as `spread`, for callers that wait.

    Every worker gets an item in turn; for a few items none is started. An item is to be small, such
    as a place in a file: it is sent before its worker is there to read it.
    Raises  what `work` raises, in its place; Fault when a worker is killed
    """
    items = iter(source)
    few = list(islice(items, FEW))
    if workers == 1 or len(few) < FEW:
        yield from map(work, chain(few, items))
        return
    out: deque[Popen[bytes]] = deque()
    with ExitStack() as stack:
        hands = [stack.enter_context(_hand(work)) for _ in range(workers)]
        for item, hand in zip(chain(few, items), cycle(hands), strict=False):
            _order(hand, item)
            out.append(hand)
            if len(out) == workers * AHEAD:
                yield _result(out.popleft())
        while out:
            yield _result(out.popleft())


@contextmanager
def _hand(work: Callable[[T], R]) -> Iterator[Popen[bytes]]:
    """Start a worker that knows what to do; it has ended at the end."""
    with Popen(_command(), stdin=PIPE, stdout=PIPE, start_new_session=True) as worker:  # noqa: S603 - ourselves
        try:
            _order(worker, work)
            yield worker
        finally:
            worker.kill()
            worker.communicate()  # to its end, whatever it was still sent


def _order(worker: Popen[bytes], value: Any) -> None:
    assert worker.stdin is not None
    told = pickle.dumps(value)
    try:
        worker.stdin.write(LENGTH.pack(len(told)) + told)
        worker.stdin.flush()
    except BrokenPipeError as error:
        raise _ended(worker.wait()) from error


def _result(worker: Popen[bytes]) -> Any:
    assert worker.stdout is not None
    try:
        made, failure = _loads(_read(worker.stdout))
    except EOFError as error:
        raise _ended(worker.wait()) from error
    if failure is not None:
        raise failure
    return made


def _ended(status: int) -> Fault:
    return Fault(f"a worker process ended with status {status}")


class _Hands(Generic[T, R]):
    """Workers, of which each does one chunk at a time."""

    def __init__(self, workers: Iterable[Process]) -> None:
        self._idle: asyncio.Queue[Process] = asyncio.Queue()
        for worker in workers:
            self._idle.put_nowait(worker)

    async def do(self, chunk: Sequence[T]) -> R:
        """Have the next idle worker do a chunk."""
        worker = await self._idle.get()
        try:
            await _send(worker, chunk)
            made, failure = await _receive(worker)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise _ended(await worker.wait()) from error
        self._idle.put_nowait(worker)
        if failure is not None:
            raise failure
        result: R = made
        return result


@asynccontextmanager
async def _hired(work: Callable[[Sequence[T]], R], workers: int) -> AsyncIterator[_Hands[T, R]]:
    """Start workers that know what to do; none is left at the end."""
    hired: list[Process] = []
    try:
        for _ in range(workers):
            hired.append(await _started())
            await _send(hired[-1], work)
        yield _Hands(hired)
    finally:
        for worker in hired:
            if worker.returncode is None:
                worker.kill()
        await asyncio.gather(*(worker.wait() for worker in hired))


async def _started() -> Process:
    return await asyncio.create_subprocess_exec(
        *_command(), stdin=PIPE, stdout=PIPE, limit=BUFFER, start_new_session=True
    )


def _command() -> tuple[str, ...]:
    return (sys.executable, "-c", SERVE, *sys.path)


async def _send(worker: Process, value: Any) -> None:
    assert worker.stdin is not None
    told = pickle.dumps(value)
    worker.stdin.write(LENGTH.pack(len(told)) + told)
    await worker.stdin.drain()


async def _receive(worker: Process) -> tuple[Any, BaseException | None]:
    assert worker.stdout is not None
    (length,) = LENGTH.unpack(await worker.stdout.readexactly(LENGTH.size))
    made: tuple[Any, BaseException | None] = _loads(await worker.stdout.readexactly(length))
    return made


def _loads(told: bytes) -> Any:
    return pickle.loads(told)  # noqa: S301 - from our own process, through our own pipe


# --- in the worker --------------------------------------------------------------------------------


def serve(orders: BinaryIO, results: BinaryIO) -> None:
    """Do what is ordered until nothing more can come."""
    results = os.fdopen(os.dup(results.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what is printed must not get in between
    try:
        work = _loads(_read(orders))
        gc.freeze()  # what has been imported stays
        gc.set_threshold(GARBAGE)
        while True:
            told = _answer(work, _loads(_read(orders)))
            results.write(LENGTH.pack(len(told)) + told)
            results.flush()
    except (EOFError, BrokenPipeError):
        os._exit(0)  # whoever ordered has ended


def _answer(work: Callable[[Any], Any], chunk: Any) -> bytes:
    """Give the pickle of a result or of a failure."""
    try:
        return pickle.dumps((work(chunk), None))
    except Exception as error:  # noqa: BLE001 - raised again where it was ordered
        return pickle.dumps((None, portable(error)))


def portable(error: Exception) -> Exception:
    """Give an exception that can be raised in another process, with the place where it happened."""
    where = "".join(traceback.format_exception(error))
    error.add_note(f"in a worker process:\n{where}")
    try:
        _loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - one that cannot travel
        return RuntimeError(where)
    return error


def _read(orders: IO[bytes]) -> bytes:
    """Read one message. Raises EOFError when none will come."""
    head = orders.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    (length,) = LENGTH.unpack(head)
    told = orders.read(length)
    if len(told) < length:
        raise EOFError
    return told
