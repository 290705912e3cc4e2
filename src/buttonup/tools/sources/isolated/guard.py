"""The processes that a user's code runs in: a guard, a template, a worker.

The guard runs no code of the user's. It waits for orders on stdin, whose end is ours too: a byte
has it kill the worker, the end of the stream has it kill all. The template imports the user's code
once and then only forks workers, so that a new one begins in the state right after the import. The
worker runs the calls. Both talk over one socket, in lines of JSON; stdout is not theirs.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

from buttonup.errors import BadInput

HOOK = ""
"""Stands for the user's own reset where a call has a name."""

Answer = Callable[[str, dict[str, Any]], bytes]
"""Runs a tool by its name, and gives the JSON of its result."""

Prepare = Callable[[dict[str, Any]], tuple[dict[str, Any], Answer]]
"""Imports the user's code as ordered; tells what was read, and gives who answers calls."""


def guard(fd: int, prepare: Prepare) -> None:
    """Watch over the template and its worker until there is nobody to watch for."""
    os.closerange(3, fd)  # what came along from whoever started us; uvloop leaves our stdin twice
    os.closerange(fd + 1, os.sysconf("SC_OPEN_MAX"))
    hears, tells = os.pipe()
    if os.fork() == 0:
        os.close(hears)
        _silence()
        try:
            _template(socket.socket(fileno=fd), tells, prepare)
        finally:
            os._exit(0)  # nobody listens any more
    os.close(tells)
    os.close(fd)
    worker = 0
    while True:
        ready, _, _ = select.select([sys.stdin.fileno(), hears], [], [])
        if hears in ready:
            told = os.read(hears, 4096).split()
            if not told:
                break  # the template and its worker are no more
            worker = int(told[-1])
        if sys.stdin.fileno() in ready:
            if not os.read(sys.stdin.fileno(), 1):
                break
            _kill(worker)
    _kill(worker)
    os.killpg(0, signal.SIGKILL)  # the template too, and what it started; and ourselves


def _kill(group: int) -> None:
    """Kill a worker with all that it started."""
    if group:
        try:
            os.killpg(group, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # it has ended (macOS: is about to)
            return


def _lead(process: int) -> None:
    """Make a process lead a group of its own, so that what it starts can be killed with it."""
    try:
        os.setpgid(process, process)
    except (ProcessLookupError, PermissionError):
        return


def _silence() -> None:
    """Give the user's code nothing to read, and have what it prints go nowhere."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


# --- the template ---------------------------------------------------------------------------------


def _template(line: socket.socket, tells: int, prepare: Prepare) -> None:
    """Import the user's code, tell what was read, and fork a worker as often as one ends."""
    order = json.loads(line.makefile("rb").readline())
    limit = order["megabytes"] << 20
    # Not RLIMIT_AS: what libraries only reserve is no use of memory (numpy: 139 MB for 89).
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        read, answer = prepare(order)
    except BaseException as error:  # noqa: BLE001 - whatever a module does when it is imported
        _say(line, {"broken": in_words(error)})
        os._exit(0)
    forks = threading.active_count() == 1  # else a fork would be without the other threads
    _say(line, {**read, "forks": forks})
    life = 0
    while forks:
        worker = os.fork()
        if worker == 0:
            _lead(0)
            os.close(tells)
            _work(line, life, answer)
        _lead(worker)  # both say so, for it is not known who comes first
        os.write(tells, b"%d\n" % worker)
        _, status = os.waitpid(worker, 0)
        _kill(worker)  # what it left behind
        life += 1
        _say(line, {"ended": _ending(status)})
    _work(line, life, answer)


def _say(line: socket.socket, told: dict[str, Any]) -> None:
    """Write a line; the one before may have been cut off."""
    line.sendall(b"\n" + json.dumps(told).encode() + b"\n")


def _ending(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"signal {signal.Signals(os.WTERMSIG(status)).name}"
    return f"exit status {os.WEXITSTATUS(status)}"


# --- the worker -----------------------------------------------------------------------------------


def _work(line: socket.socket, life: int, answer: Answer) -> None:
    """Answer the calls that are meant for this life, until none will come."""
    mine = os.getpid()
    try:
        for order in line.makefile("rb"):
            call = json.loads(order)
            if call["life"] != life:  # meant for a worker that ended before it could read it
                continue
            result = answer(call["name"], call["arguments"])
            if os.getpid() != mine:  # the tool has forked, and this is the copy
                break
            line.sendall(b'\n{"id":%d,"result":%b}\n' % (call["id"], result))
    finally:
        os._exit(0)  # at once: threads and exit handlers of the tools are not waited for


def in_words(error: BaseException) -> str:
    """Say what an exception says, in one short line."""
    try:
        words = " ".join(str(error).split())
    except Exception:  # noqa: BLE001 - even the words are the user's code
        words = ""
    name = type(error).__name__
    if isinstance(error, BadInput):
        return words[:LONGEST]
    return (f"{name}: {words}" if words else name)[:LONGEST]


LONGEST = 500  # characters of an exception's words: some quote all that they were given
