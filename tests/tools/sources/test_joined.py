from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from buttonup.errors import BadInput
from buttonup.records import Function
from buttonup.tools.source import Tool
from buttonup.tools.sources.joined import Joined, joined


class Counting:
    """A source that counts what is called, by its own names."""

    def __init__(self, source: str, *names: str) -> None:
        self.tools = tuple(
            Tool(
                function=Function(name=name, description="x", parameters={"type": "object"}),
                source=source,
            )
            for name in names
        )
        self.called: list[Any] = []
        self.losses = len(names)

    async def call(self, name: str, arguments: dict[str, Any], /) -> Any:
        self.called.append((name, arguments))
        return f"{self.tools[0].source} {name}"

    async def reset(self) -> None:
        self.called.append("reset")


def test_names_that_clash_are_told_apart_and_calls_find_their_way_home() -> None:
    shop, farm = Counting("python:shop.py", "find", "sell"), Counting("json:farm.json", "find")
    both = Joined([shop, farm])
    assert [t.function.name for t in both.tools] == ["find", "sell", "farm_find"]
    assert both.tools[2].doubts == ("renamed:find",)

    async def main() -> list[Any]:
        told = [await both.call(name, {"a": 1}) for name in ("find", "farm_find", "none")]
        await both.reset()
        return told

    assert asyncio.run(main()) == [
        "python:shop.py find",
        "json:farm.json find",
        {"error": "There is no function 'none'."},
    ]
    assert shop.called == farm.called == [("find", {"a": 1}), "reset"]


def test_what_is_left_out_cannot_be_called_and_the_other_names_stay() -> None:
    part = Joined([Counting("python:a.py", "find"), Counting("json:b.json", "find", "get")]).part(
        ["*find", "get"], ["find"]
    )
    assert [t.function.name for t in part.tools] == ["b_find", "get"]
    assert "error" in asyncio.run(part.call("find", {}))
    assert asyncio.run(part.call("b_find", {})) == "json:b.json find"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tools.json"
    path.write_text(json.dumps([{"name": "get_a"}, {"name": "get_b"}, {"name": "put"}]), "utf-8")
    return path


def names(*specs: str, **more: Any) -> list[str]:
    async def main() -> list[str]:
        async with joined(specs, **more) as source:
            return [tool.function.name for tool in source.tools]

    return asyncio.run(main())


def test_several_sources_are_opened_as_one(file: Path) -> None:
    spec = f"json:{file}"
    assert names(spec, spec, include=["*get_*"], exclude=["*_b"]) == ["get_a", "tools_get_a"]


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"include": ["got_*"]}, r"no tool is called 'got_\*'; there are get_a, get_b, put"),
        ({"exclude": ["gte_a"]}, "no tool is called 'gte_a'"),
        ({"exclude": ["*"]}, "no tool is left"),
    ],
)
def test_patterns_that_pick_nothing_are_told(file: Path, more: Any, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        names(f"json:{file}", **more)


def test_a_later_overlay_goes_before_an_earlier_one(file: Path, tmp_path: Path) -> None:
    for n in (1, 2):
        text = f"[get_a]\ndescription = 'said {n}'\n[put]\nwrites = true"
        (tmp_path / f"{n}.toml").write_text(text, "utf-8")

    async def main() -> tuple[Tool, ...]:
        overlays = [tmp_path / "1.toml", tmp_path / "2.toml"]
        async with joined([f"json:{file}"], exclude=["put"], overlays=overlays) as source:
            return source.tools

    assert [t.function.description for t in asyncio.run(main())] == ["said 2", ""]
