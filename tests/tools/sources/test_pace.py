from __future__ import annotations

import asyncio

from buttonup.tools.sources.pace import Pace


def taken(a_second: float, turns: int) -> float:
    async def main() -> float:
        pace, begun = Pace(a_second), asyncio.get_running_loop().time()
        await asyncio.gather(*(pace.wait() for _ in range(turns)))
        return asyncio.get_running_loop().time() - begun

    return asyncio.run(main())


def test_no_more_turns_are_taken_a_second_than_may_be() -> None:
    assert taken(50, 6) >= 0.1  # five pauses of 20 ms


def test_without_a_limit_nobody_waits() -> None:
    assert taken(0, 1000) < 1
