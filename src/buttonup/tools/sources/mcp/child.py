"""A server that is a process of ours: JSON lines over its pipes, as MCP's stdio transport has them.

The SDK has a transport for this too. This one differs in what a bad server can do: a line may be
only so long, what is no message is passed over, memory is limited, and the whole process group is
gone in the end.
Source: MCP specification 2025-11-25, "Transports", "stdio" and "Lifecycle", "Shutdown".
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from buttonup.tools.sources.mcp import limited

LONGEST_LINE = 16 * 2**20  # bytes of one message
MOST_JUNK = 1000  # lines that are no messages, before a server counts as broken
GRACE = 1.0  # seconds to end in once stdin is closed, and again once asked by a signal
TAIL = 500  # characters of what it says last on stderr

Streams = tuple[
    MemoryObjectReceiveStream[SessionMessage | Exception], MemoryObjectSendStream[SessionMessage]
]


class Child:
    """A command that can be started, again and again; `last_words` is what it said on stderr."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], megabytes: int
    ) -> None:
        self._command, self._environment, self._megabytes = command, environment, megabytes
        self.last_words = ""

    @asynccontextmanager
    async def started(self) -> AsyncIterator[Streams]:
        """Start it, and give the streams of messages from and to it. Raises OSError."""
        launcher = [sys.executable, "-I", "-S", str(Path(limited.__file__))]
        process = await asyncio.create_subprocess_exec(
            *launcher,
            str(os.getpid()),
            str(self._megabytes),
            *self._command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=dict(self._environment),
            limit=LONGEST_LINE,
            start_new_session=True,
        )
        into, messages = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        outgoing, out_of = anyio.create_memory_object_stream[SessionMessage](0)
        self.last_words = ""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._listen, process)
            tasks.start_soon(_read, process, into)
            tasks.start_soon(_write, process, out_of, into)
            try:
                yield messages, outgoing
            finally:
                with anyio.CancelScope(shield=True):
                    await _stop(process)
                tasks.cancel_scope.cancel()
                for stream in (into, messages, outgoing, out_of):
                    stream.close()

    async def _listen(self, process: Process) -> None:
        assert process.stderr is not None
        while said := await process.stderr.read(4096):
            self.last_words = (self.last_words + said.decode(errors="replace"))[-TAIL:]


async def _read(process: Process, into: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
    """Pass on the messages that the server prints. The stream ends when nothing more can come."""
    assert process.stdout is not None
    junk = 0
    with into, suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
        while junk < MOST_JUNK:
            try:
                line = await process.stdout.readline()
            except ValueError:  # a line without end
                return
            if not line:
                return
            try:
                message = jsonrpc_message_adapter.validate_json(line, by_name=False)
            except (ValueError, RecursionError):
                junk += 1
                continue
            await into.send(SessionMessage(message))


async def _write(
    process: Process,
    out_of: MemoryObjectReceiveStream[SessionMessage],
    into: MemoryObjectSendStream[SessionMessage | Exception],
) -> None:
    assert process.stdin is not None
    try:
        async with out_of:
            async for sent in out_of:
                line = sent.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(f"{line}\n".encode())
                await process.stdin.drain()
    except (OSError, anyio.ClosedResourceError):
        into.close()  # whoever waits for an answer hears that none will come


async def _stop(process: Process) -> None:
    """End the server as the specification asks, and then whatever is left of its group."""
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.close()
    for ask in (None, signal.SIGTERM):
        with suppress(ProcessLookupError):
            if ask is not None and process.returncode is None:
                os.killpg(process.pid, ask)
        with suppress(TimeoutError):
            await asyncio.wait_for(_ended(process), GRACE)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await _ended(process)
    # Whoever left the group may hold its pipes open still; nothing public lets go of them.
    process._transport.close()  # type: ignore[attr-defined] # noqa: SLF001


async def _ended(process: Process) -> None:
    """Wait for the process alone: `wait` waits for its pipes too, which others may hold."""
    while process.returncode is None:  # noqa: ASYNC110 - there is nothing else to wait for
        await asyncio.sleep(0.005)
