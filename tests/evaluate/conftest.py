"""BFCL where it is installed, and a small suite of our own."""

from __future__ import annotations

import pytest

from buttonup.evaluate.bfcl import folder, installed
from buttonup.evaluate.suite import Played, Player, Suite, Task
from buttonup.records import Assistant, Call, Conversation, Function, User

ADD = Function(name="add", description="Add.", parameters={"type": "object", "properties": {}})


@pytest.fixture
def bfcl_there() -> None:
    if not installed():
        pytest.skip(f"bfcl-eval is not in {folder()}: buttonup evaluate --install bfcl")


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
