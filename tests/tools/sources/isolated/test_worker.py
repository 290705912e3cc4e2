from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("docstring_parser", reason="the extra `tools` is not installed")

from buttonup.tools.sources.isolated.process import Isolated
from buttonup.tools.sources.isolated.worker import Answering, prepare

ORDER = {"megabytes": 64, "result_bytes": 1000}


def answered(run: Any) -> Any:
    return json.loads(Answering({"it": run}, ORDER)("it", {}))


def test_what_is_awaited_is_waited_for(isolated: Any) -> None:
    async def use(process: Isolated) -> list[Any]:
        return [await process.ask(name, {}, 5) for name in ("later", "several", "never")]

    text = """
    import asyncio
    async def later():
        await asyncio.sleep(0.01)
        return 3
    async def several():
        yield 1
        yield 2
    async def never():
        raise ValueError("no")
    """
    assert isolated(text, use) == [3, [1, 2], {"error": "ValueError: no"}]


def test_a_loop_lasts_from_call_to_call(isolated: Any) -> None:
    async def use(process: Isolated) -> list[Any]:
        return [await process.ask("same", {}, 5) for _ in range(3)]

    text = """
    import asyncio
    loops = []
    async def same():
        loops.append(asyncio.get_running_loop())
        return all(loop is loops[0] for loop in loops)
    """
    assert isolated(text, use) == [True, True, True]


def test_too_much_memory_is_told_with_what_there_was() -> None:
    def greedy(_: Any) -> Any:
        raise MemoryError

    assert answered(greedy) == {"error": "MemoryError: more than the 64 MB that it may have"}


def test_a_module_is_told_of_as_it_was_read() -> None:
    read, answer = prepare({"kind": "python", "place": "statistics", "names": ["mean"], **ORDER})
    (tool,) = read["tools"]
    assert tool["name"] == "mean"
    assert tool["description"].startswith("Return the sample arithmetic mean of data.")
    assert ">>>" not in tool["description"]
    assert (read["hook"], tool["writes"]) == (False, None)
    assert json.loads(answer("mean", {"data": [1, 2, 3]})) == 2
