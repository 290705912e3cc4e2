from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from buttonup.errors import Fault
from buttonup.records import Json
from buttonup.tools.source import Away
from buttonup.tools.sources.patient import Patient
from buttonup.tools.sources.scripted import Scripted


class Leaving(Scripted):
    """Nobody is there for so many calls."""

    def __init__(self, away: int) -> None:
        super().__init__("mcp:server")
        self.away: Iterator[int] = iter(range(away))

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
        if next(self.away, None) is not None:
            raise Away("nobody answers there")
        return {"name": name, **arguments}


def test_a_source_that_comes_back_is_waited_for() -> None:
    patient = Patient(Leaving(2), "mcp:server", (0.0, 0.0))
    assert asyncio.run(patient.call("find", {"a": 1})) == {"name": "find", "a": 1}


def test_a_source_that_stays_away_ends_the_run_with_its_name() -> None:
    patient = Patient(Leaving(3), "mcp:server", (0.0, 0.0))
    with pytest.raises(Fault, match="the tools of 'mcp:server' are away: nobody answers there"):
        asyncio.run(patient.call("find", {}))
