"""The event loop that a command, and each worker process of it, runs on.

uvloop (libuv's; 0.22 and later) where there is one: a run takes a sixth less CPU a call than on
Python's own, which does on Windows. What runs cannot tell which one it is.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

HANDED_ON = 0.0005
"""Seconds after which a thread that is at work lets another one on. An endpoint's client and the
journal's writer wait for it some times a reply each; with Python's 5 ms a run at 20 ms a call takes
half as long again. Ours, by bench/orchestrate.py."""


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine, as `asyncio.run` does; Ctrl-C cancels it."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(HANDED_ON)
    try:
        with asyncio.Runner(loop_factory=_factory()) as runner:
            return runner.run(work)
    finally:
        sys.setswitchinterval(before)


if sys.platform == "win32":

    def _factory() -> None:
        """Leave it to Python."""

else:
    import uvloop

    def _factory() -> type[uvloop.Loop]:
        return uvloop.Loop
