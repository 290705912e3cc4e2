from __future__ import annotations

import asyncio

import pytest

from buttonup.errors import BadInput
from buttonup.tools.joined import joined
from buttonup.tools.scripted import Scripted


def names(include: tuple[str, ...] = (), exclude: tuple[str, ...] = ()) -> list[str]:
    async def opened() -> list[str]:
        specs = ["python:shop.py", "python:desk.py"]
        async with joined(specs, include=include, exclude=exclude) as source:
            return [tool.function.name for tool in source.tools]

    return asyncio.run(opened())


def test_several_sources_are_called_as_one(own_tools: dict[str, Scripted]) -> None:
    async def called() -> object:
        async with joined(["python:shop.py", "python:desk.py"]) as source:
            return await source.call("countOpenTickets", {})

    assert asyncio.run(called()) == 2
    assert own_tools["python:desk.py"].calls == [("countOpenTickets", {})]


@pytest.mark.usefixtures("own_tools")
def test_patterns_say_which_functions_are_wanted() -> None:
    assert names(include=("get*",)) == ["get_product", "get_order", "getAgent"]
    assert "get_order" not in names(exclude=("get_*",))


@pytest.mark.usefixtures("own_tools")
def test_nothing_left_is_told() -> None:
    with pytest.raises(BadInput):
        names(include=("nothing_*",))
