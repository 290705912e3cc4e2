"""The event loop that a command runs on.

uvloop (libuv's) where there is one, which is everywhere but on Windows; Python's own there. What
runs cannot tell which one it is: see docs/decisions/0021.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

if sys.platform == "win32":
    new_loop = None
else:
    from uvloop import new_event_loop as new_loop


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine, as `asyncio.run` does; Ctrl-C cancels it."""
    with asyncio.Runner(loop_factory=new_loop) as runner:
        return runner.run(work)
