from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from buttonup.loop import run_to_end


async def loop_in_use() -> str:
    return type(asyncio.get_running_loop()).__module__


def test_a_command_runs_on_uvloop_where_there_is_one() -> None:
    assert run_to_end(loop_in_use()).startswith("uvloop") == (sys.platform != "win32")


def test_ctrl_c_cancels_what_runs_and_lets_it_clean_up() -> None:
    ended = []

    async def waits() -> None:
        asyncio.get_running_loop().call_later(0.01, signal.raise_signal, signal.SIGINT)
        try:
            await asyncio.sleep(10)
        finally:
            ended.append("cleanly")

    with pytest.raises(KeyboardInterrupt):
        run_to_end(waits())
    assert ended == ["cleanly"]
