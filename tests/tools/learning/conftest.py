"""Tools of this process, learned."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

import pytest

from buttonup.tools.learning.learn import learn
from buttonup.tools.learning.learned import Learned
from buttonup.tools.learning.sampler import Learning
from buttonup.tools.sources.scripted import Scripted

TODAY = dt.date(2026, 11, 25)
Learn = Callable[..., Learned]


@pytest.fixture
def learned() -> Learn:
    """Learn what a kit is like: `learned(kit, given, each=8)`."""

    def learning(kit: Scripted, given: Learned | None = None, **knobs: int) -> Learned:
        return asyncio.run(learn(kit, seed=0, today=TODAY, knobs=Learning(**knobs), given=given))

    return learning
