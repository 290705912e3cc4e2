from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from buttonup.worlds.catalogue import WORLDS

Command = Callable[..., Any]


def test_worlds_are_listed_and_told(buttonup: Command) -> None:
    listed = buttonup("worlds")
    assert listed.status == 0
    assert [line.split()[0] for line in listed.out.splitlines()] == list(WORLDS)
    told = buttonup("worlds", "library")
    assert told.status == 0
    assert "Requests it gives:" in told.out
    functions = json.loads(buttonup("worlds", "library", "--json").out)
    assert {f["name"] for f in functions} == set(WORLDS["library"].functions)
