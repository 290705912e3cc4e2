"""Our side of the processes that run a user's code: they are asked, waited for, and begun anew."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Json, Record, Schema, encode
from buttonup.tools.source import Away, late

OPENING = 60.0
"""Seconds that the import of a user's code may take: some libraries need ten. Ours."""

GRACE = 5.0
"""Seconds after which one that was killed is taken for lost. Ours; it takes milliseconds."""

READ = 16 << 20
"""Bytes that one line may have: what was read of the largest of libraries is a tenth of it."""

PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
"""Variables that the user's code gets unasked: where things are, and in which language."""

SET = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Sets are in the same order each time; libraries start no threads, which take memory."""

START = (
    "import sys; sys.path[:] = sys.argv[2:]; "
    "from buttonup.tools.sources.isolated.worker import main; main()"
)


class Order(Record, omit_defaults=False):
    """Whose functions are wanted, and what they may take."""

    kind: str
    """"python", "langchain" or "objects"."""
    place: str = ""
    """A module's name, or the path of a file."""
    names: tuple[str, ...] = ()
    pickled: bytes = b""
    """With kind "objects": those objects, by cloudpickle."""
    megabytes: int = 512
    result_bytes: int = 100_000


class Read(Record):
    """One function, as the process tells of it."""

    name: str
    description: str
    parameters: Schema
    responses: Schema
    doubts: tuple[str, ...]
    writes: bool | None


class Told(msgspec.Struct, frozen=True):
    """A line from the processes; only some of the fields are there."""

    tools: tuple[Read, ...] = ()
    hook: bool = False
    """Whether the user's code has a reset of its own."""
    forks: bool = True
    """Whether a new worker can be forked: not where the import has started threads."""
    broken: str | None = None
    """Why nothing could be read."""
    id: int | None = None
    result: msgspec.Raw = msgspec.Raw(b"null")
    ended: str | None = None
    """How the worker came to its end."""


class Gone(Exception):  # noqa: N818 - a tool's doing, which becomes data
    """The worker has ended, and with it what was asked."""


class Isolated:
    """A user's code in processes of its own, between `begin` and `end`.

    It knows one call at a time.
    """

    def __init__(self, order: Order, environment: dict[str, str]) -> None:
        self._order, self._environment = order, environment
        self._at: _Line | None = None
        self.told = Told()
        self.losses = 0
        """How often a call took its worker, and so all state, with it."""

    async def begin(self) -> None:
        """Start, and have the code imported. Raises BadInput where that fails."""
        await self._begun()

    async def end(self) -> None:
        """End all processes."""
        if self._at is not None:
            line, self._at = self._at, None
            await line.close()

    async def ask(self, name: str, arguments: dict[str, Json], seconds: float) -> Json:
        """Have a call run. What goes wrong, the end of the process too, is `{"error": …}`.

        Raises  Away where the code cannot be imported any more
        """
        try:
            line = self._at or await self._begun()
            return await asyncio.wait_for(line.ask(name, arguments), seconds)
        except TimeoutError:
            self.losses += 1
            await self.renew()
            return late(seconds)
        except Gone as gone:
            self.losses += 1
            if self._at is not None and not self._at.open:
                await self.end()
            return {"error": f"{name} ended its process {gone}".rstrip()}
        except BadInput as broken:
            raise Away(str(broken)) from broken
        except asyncio.CancelledError:
            await self.end()
            raise

    async def renew(self) -> None:
        """Put a new worker in the place of this one, in the state right after the import."""
        line = self._at
        if line is None:
            return
        if not self.told.forks or not await line.renewed():
            await self.end()

    async def _begun(self) -> _Line:
        line = self._at = await _started(self._environment)
        try:
            self.told = await asyncio.wait_for(line.begun(self._order), OPENING)
        except TimeoutError:
            await self.end()
            raise BadInput(f"its import takes more than {OPENING:g} s") from None
        except Gone:
            await self.end()
            raise BadInput("its import ends the process") from None
        if self.told.broken is not None:
            await self.end()
            raise BadInput(self.told.broken)
        return line


class _Line:
    """One set of processes, and the socket to them."""

    def __init__(self, process: Process, hears: StreamReader, tells: StreamWriter) -> None:
        self._process, self._hears, self._tells = process, hears, tells
        self._asked = self._life = 0
        self.open = True

    async def begun(self, order: Order) -> Told:
        """Order, and hear what was read. Raises Gone."""
        self._tells.write(encode(order) + b"\n")
        return await self._next()

    async def ask(self, name: str, arguments: dict[str, Json]) -> Json:
        """Have a call run. Raises Gone where its worker ends instead."""
        self._asked += 1
        order = {"id": self._asked, "life": self._life, "name": name, "arguments": arguments}
        self._tells.write(encode(order) + b"\n")
        while True:
            told = await self._next()
            if told.ended is not None:
                self._life += 1
                raise Gone(f"({told.ended})")
            if told.id == self._asked:
                return _value(told.result)

    async def renewed(self) -> bool:
        """Have the worker killed, and say whether another is there."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"k")
        try:
            async with asyncio.timeout(GRACE):
                while (await self._next()).ended is None:
                    pass
        except (Gone, TimeoutError):
            return False
        self._life += 1
        return True

    async def _next(self) -> Told:
        """Hear the next line that can be understood: a tool may write where it should not."""
        while True:
            try:
                line = await self._hears.readline()
            except (ValueError, ConnectionError):  # longer than any line is
                line = b""
            if not line:
                self.open = False
                raise Gone
            try:
                return msgspec.json.decode(line, type=Told)
            except msgspec.DecodeError:
                continue

    async def close(self) -> None:
        """End the processes; none is left."""
        self._tells.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), GRACE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


def _value(result: msgspec.Raw) -> Json:
    try:
        return msgspec.json.decode(result)
    except (msgspec.DecodeError, RecursionError) as error:
        return {"error": f"the result is no JSON: {error}"}


async def _started(environment: dict[str, str]) -> _Line:
    ours, theirs = socket.socketpair()
    with theirs:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-c", START, str(theirs.fileno()), *sys.path),
            stdin=PIPE,
            stdout=DEVNULL,
            stderr=DEVNULL,
            pass_fds=(theirs.fileno(),),
            env=environment,
            start_new_session=True,
        )
    hears, tells = await asyncio.open_unix_connection(sock=ours, limit=READ)
    return _Line(process, hears, tells)


def environment_of(named: Sequence[str]) -> dict[str, str]:
    """Give the variables that the user's code may see.

    Raises  BadInput where one that is named is not there
    """
    for name in named:
        if name not in os.environ:
            raise BadInput(f"there is no variable {name}", "set it, or leave out --env for it")
    return {name: os.environ[name] for name in (*PASSED, *named) if name in os.environ} | SET
