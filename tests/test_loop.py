from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from buttonup.loop import run_to_end


async def told() -> tuple[str, float]:
    return type(asyncio.get_running_loop()).__module__, sys.getswitchinterval()


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not made for Windows")
def test_a_command_runs_on_uvloop_and_waits_for_no_thread_for_long() -> None:
    loop, interval = run_to_end(told())
    assert loop.startswith("uvloop")
    assert interval == pytest.approx(0.0005)


def test_what_was_set_before_is_set_again_whatever_happens() -> None:
    before = sys.getswitchinterval()

    async def fails() -> None:
        raise ValueError("as it happens")

    with pytest.raises(ValueError, match="as it happens"):
        run_to_end(fails())
    assert sys.getswitchinterval() == before


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
