from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Write = Callable[..., Path]


@pytest.fixture
def rows(tmp_path: Path) -> Write:
    """Write a dataset, a row for each request, in the format of chat completions."""

    def write(*requests: str, tools: Any = (), name: str = "rows.jsonl") -> Path:
        path = tmp_path / name
        path.write_text("".join(f"{json.dumps(_row(r, tools))}\n" for r in requests), "utf-8")
        return path

    return write


def _row(request: str, tools: Any) -> dict[str, Any]:
    said: Iterator[str] = iter(request.split(" / "))
    return {"messages": [{"role": "user", "content": s} for s in said], "tools": list(tools)}


def function(name: str, *parameters: str, about: str = "Does it.") -> dict[str, Any]:
    properties = {p: {"type": "string"} for p in parameters}
    schema = {"type": "object", "properties": properties}
    return {"name": name, "description": about, "parameters": schema}


@pytest.fixture(name="function")
def of_function() -> Callable[..., dict[str, Any]]:
    """Give the definition of a function with some parameters."""
    return function
