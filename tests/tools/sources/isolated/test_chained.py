from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("langchain_core", reason="langchain-core is not installed")
pytest.importorskip("docstring_parser", reason="the extra `tools` is not installed")

from buttonup.errors import BadInput
from buttonup.tools.source import Source, opened

TOOLS = '''
from typing import Annotated
from langchain_core.tools import InjectedToolArg, StructuredTool, tool
from pydantic import BaseModel, Field

STOCK = {"cat": 2}

@tool
def look_up(kind: str, limit: int = 3) -> dict[str, int]:
    """Look a kind of pet up."""
    return {"count": STOCK[kind]}

class Sale(BaseModel):
    """What is sold."""
    kind: str = Field(description="What animal.")

@tool("sell_pet", args_schema=Sale)
def sell(kind: str):
    """Sell a pet."""
    STOCK[kind] -= 1
    return "sold"

@tool
async def wait(seconds: float, who: Annotated[str, InjectedToolArg] = "me") -> str:
    """Wait a while."""
    return f"{who} waited"

def helper(): ...
'''


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "chain.py"
    path.write_text(TOOLS, "utf-8")
    return path


def test_langchain_tools_are_read_and_run(file: Path) -> None:
    async def main() -> tuple[Any, ...]:
        async with opened(f"langchain:{file}") as source:
            calls = (
                ("look_up", {"kind": "cat"}),
                ("sell_pet", {"kind": "cat"}),
                ("look_up", {"kind": "cat"}),
                ("wait", {"seconds": 0}),
                ("look_up", {"kind": "cow"}),
            )
            told = [await source.call(*call) for call in calls]
            await source.reset()
            return source.tools, [*told, await source.call("look_up", {"kind": "cat"})]

    tools, told = asyncio.run(main())
    assert told == [
        {"count": 2}, "sold", {"count": 1}, "me waited", {"error": "KeyError: 'cow'"}, {"count": 2},
    ]  # fmt: skip
    look, sell, wait = (tool.function for tool in tools)
    assert [look.name, sell.name, wait.name] == ["look_up", "sell_pet", "wait"]
    assert look.description == "Look a kind of pet up."
    assert look.responses == {"type": "object", "additionalProperties": {"type": "integer"}}
    assert sell.parameters == {
        "type": "object",
        "properties": {"kind": {"type": "string", "description": "What animal."}},
        "required": ["kind"],
        "additionalProperties": False,
    }
    assert list(wait.parameters["properties"]) == ["seconds"]


def test_a_module_without_langchain_tools_is_told(tmp_path: Path) -> None:
    path = tmp_path / "plain.py"
    path.write_text("def find(): ...", "utf-8")

    async def main() -> None:
        async with opened(f"langchain:{path}"):
            pass

    with pytest.raises(BadInput, match="it holds no LangChain tool"):
        asyncio.run(main())


def test_langchain_tools_can_be_named(file: Path) -> None:
    async def names(spec: str) -> list[str]:
        async with opened(spec) as source:
            there: Source = source
            return [tool.function.name for tool in there.tools]

    assert asyncio.run(names(f"langchain:{file}:wait,sell_pet")) == ["wait", "sell_pet"]
    with pytest.raises(BadInput, match="it has no LangChain tool 'sell'; it has look_up"):
        asyncio.run(names(f"langchain:{file}:sell"))
