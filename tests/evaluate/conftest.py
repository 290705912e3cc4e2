"""BFCL where it is installed, and a small suite of our own."""

from __future__ import annotations

import pytest

from buttonup.evaluate.apart import Package
from buttonup.evaluate.suite import Played, Player, Suite, Task
from buttonup.evaluate.suites.bfcl import PACKAGE as BFCL
from buttonup.evaluate.suites.tau2 import PACKAGE as TAU2
from buttonup.records import Assistant, Call, Conversation, Function, User

ADD = Function(name="add", description="Add.", parameters={"type": "object", "properties": {}})


@pytest.fixture
def bfcl_there() -> None:
    _needs(BFCL)


@pytest.fixture
def tau2_there() -> None:
    _needs(TAU2)


def _needs(package: Package) -> None:
    if not package.installed:
        where = f"{package.distribution} is not in {package.folder}"
        pytest.skip(f"{where}: buttonup evaluate --install {package.name}")


async def calls(_conversation: Conversation) -> Assistant:
    return Assistant(calls=(Call.of("call_1", "add", {}),))


def task(id: str) -> Task:
    async def play(player: Player) -> Played:
        heard = await player(Conversation((ADD,), (User(f"Add, {id}"),)))
        passed = bool(heard.calls)
        return Played(passed, float(passed), "" if passed else "no_call", (heard,))

    return Task(id=id, labels={"category": "sums"}, gold=calls, play=play)


@pytest.fixture
def sums() -> Suite:
    return Suite("sums", "sums 1", tuple(task(f"sum_{n}") for n in range(4)))
