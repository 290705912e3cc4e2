from __future__ import annotations

import asyncio

from buttonup.model.door import Reply, Request
from buttonup.model.limited import Limited

REQUEST = Request(model="m", messages=())


class Counting:
    """Counts how many requests it holds at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def __call__(self, request: Request, /) -> Reply:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.now -= 1
        if request.seed % 5 == 0:
            raise ValueError("a failure gives its place back too")
        return Reply(text=str(request.seed))


def test_no_more_than_the_limit_are_in_flight_and_all_get_their_turn() -> None:
    inner = Counting()

    async def ask_all() -> list[Reply | BaseException]:
        model = Limited(inner, in_flight=3)
        requests = [Request(model="m", messages=(), seed=n) for n in range(20)]
        return await asyncio.gather(*map(model, requests), return_exceptions=True)

    replies = asyncio.run(ask_all())
    assert inner.most == 3
    assert [r.text for r in replies if isinstance(r, Reply)] == [str(n) for n in range(20) if n % 5]
