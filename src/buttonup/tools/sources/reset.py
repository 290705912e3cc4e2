"""A command of the user's own that takes tools back to the state that they began in."""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
from asyncio.subprocess import DEVNULL, PIPE, STDOUT, Process
from contextlib import suppress

from buttonup.errors import BadInput

PATIENCE = 120.0  # seconds; a small database is put back in one
SHOWN = 300  # characters of what it says


async def run_reset(command: str, patience: float = PATIENCE) -> None:
    """Run a command, without a shell, and wait for its end.

    It is the user's own, and sees their environment. Raises  BadInput where it fails: nothing that
    is called after that would be called in the state it should be
    """
    mend = f"mend the command of --reset, {command!r}: it is to end with status 0"
    try:
        words = shlex.split(command)
        process = await asyncio.create_subprocess_exec(
            *words, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True
        )
    except (OSError, ValueError, IndexError, TypeError) as wrong:
        raise BadInput(f"the tools cannot be reset: {wrong}", mend) from wrong
    try:
        said, _ = await asyncio.wait_for(process.communicate(), patience)
    except TimeoutError as late:
        raise BadInput(f"the tools were not reset within {patience:g} s", mend) from late
    finally:
        await _ended(process)
    if process.returncode:
        last = " ".join(said.decode(errors="replace").split())[-SHOWN:]
        told = "".join(c for c in last if c.isprintable()) or f"status {process.returncode}"
        raise BadInput(f"the tools were not reset: {told}", mend)


async def _ended(process: Process) -> None:
    """Leave nothing of it behind, however it was ended."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
