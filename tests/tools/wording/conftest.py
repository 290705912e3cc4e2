"""The phrase book of tools of this process."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

import pytest

from buttonup.tools.learning.learn import learn
from buttonup.tools.learning.sampler import Learning
from buttonup.tools.own.answers import Answers
from buttonup.tools.own.world import OwnWorld
from buttonup.tools.sources.scripted import Scripted
from buttonup.worlds.phrases import PhraseBook

Book = Callable[[Scripted], PhraseBook]


@pytest.fixture
def book() -> Book:
    """Learn what a kit is like, and make its phrase book."""

    def made(kit: Scripted) -> PhraseBook:
        async def learning() -> PhraseBook:
            today = dt.date(2026, 11, 25)
            known = await learn(kit, seed=0, today=today, knobs=Learning())
            return OwnWorld(kit.tools, known, Answers(kit)).book

        return asyncio.run(learning())

    return made
