"""Starts a command with a limit on its memory, and has it end when whoever started it does.

    python limited.py MEGABYTES COMMAND ARGUMENT…

The file is run on its own and knows nothing of the package. The command takes its place: what
speaks over its pipes is the command itself.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h
NOT_FOUND = 127  # the shell's own status for a command that is not there


def limit_memory(megabytes: int) -> None:
    """Limit what this process, and each that it starts, may write to.

    On Linux RLIMIT_DATA: it counts what can be written to, and not, as RLIMIT_AS does, the tens of
    gigabytes of addresses that V8 sets aside. macOS counts neither, and has no other.
    """
    most = megabytes * 2**20
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def end_with_parent(parent: int) -> None:
    """Have the system kill this process when its parent ends, in whichever way; Linux alone can."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended just before
            os._exit(1)


def main(arguments: list[str]) -> None:
    """Become the command."""
    parent, megabytes, *command = arguments
    end_with_parent(int(parent))
    limit_memory(int(megabytes))
    try:
        os.execvp(command[0], command)  # noqa: S606 - no shell is what is wanted
    except OSError as wrong:
        print(f"{command[0]}: {wrong.strerror}", file=sys.stderr)  # noqa: T201 - it is a program
        sys.exit(NOT_FOUND)


if __name__ == "__main__":
    main(sys.argv[1:])
