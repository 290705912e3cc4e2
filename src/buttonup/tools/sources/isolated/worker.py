"""What runs in the template and its workers: the user's code is read once, then called."""

from __future__ import annotations

import asyncio
import base64
import inspect
import json
import sys
from collections.abc import AsyncIterable, Awaitable, Callable
from typing import Any

from buttonup.records import Json
from buttonup.tools.sources.isolated.chained import Chained
from buttonup.tools.sources.isolated.defined import Defined, defined
from buttonup.tools.sources.isolated.found import Found, in_place, langchain, objects
from buttonup.tools.sources.isolated.guard import HOOK, Answer, guard, in_words
from buttonup.tools.sources.isolated.plain import TooLarge, as_json
from buttonup.tools.sources.isolated.typed import Unfit, teach_pydantic

Run = Callable[[dict[str, Json]], Any]


def prepare(order: dict[str, Any]) -> tuple[dict[str, Any], Answer]:
    """Import what is ordered; tell what was read, and give who answers calls.

    Raises  BadInput where there is no such thing; whatever the import raises
    """
    teach_pydantic()
    found = _found(order)
    tools = {name: _defined(tool) for name, tool in found.tools.items()}
    read = [
        {
            "name": name,
            "description": tool.description,
            "parameters": tool.parameters,
            "responses": tool.responses,
            "doubts": tool.doubts,
            "writes": None if found.writers is None else name in found.writers,
        }
        for name, tool in tools.items()
    ]
    calls: dict[str, Run] = {name: tool.call for name, tool in tools.items()}
    if (reset := found.reset) is not None:
        calls[HOOK] = lambda _: reset()
    return {"tools": read, "hook": reset is not None}, Answering(calls, order)


def _found(order: dict[str, Any]) -> Found:
    match order["kind"]:
        case "objects":
            return objects(base64.b64decode(order["pickled"]))
        case "langchain":
            return langchain(order["place"], order["names"])
        case _:
            return in_place(order["place"], order["names"])


def _defined(tool: Any) -> Defined | Chained:
    return Chained(tool) if hasattr(tool, "tool_call_schema") else defined(tool)


class Answering:
    """Runs calls, each to its result as JSON; what goes wrong is the result `{"error": …}`."""

    def __init__(self, calls: dict[str, Run], order: dict[str, Any]) -> None:
        self._calls = calls
        self._most = order["result_bytes"]
        self._megabytes = order["megabytes"]
        self._loop: asyncio.Runner | None = None

    def __call__(self, name: str, arguments: dict[str, Json]) -> bytes:
        """Run a call."""
        try:
            return as_json(self._run(name, arguments), self._most)
        except MemoryError:
            return _error(f"MemoryError: more than the {self._megabytes} MB that it may have")
        except (TooLarge, Unfit) as error:
            return _error(str(error))
        except BaseException as error:  # noqa: BLE001 - whatever a tool does is its result
            return _error(in_words(error))

    def _run(self, name: str, arguments: dict[str, Json]) -> Any:
        value = self._calls[name](arguments)
        if inspect.isawaitable(value):
            return self._awaited(value)
        return self._awaited(_all_of(value)) if inspect.isasyncgen(value) else value

    def _awaited(self, value: Awaitable[Any]) -> Any:
        """Wait for a value on a loop that lasts as long as the worker."""
        self._loop = self._loop or asyncio.Runner()
        return self._loop.run(_value_of(value))


async def _value_of(value: Awaitable[Any]) -> Any:
    return await value


async def _all_of(values: AsyncIterable[Any]) -> list[Any]:
    return [value async for value in values]


def _error(words: str) -> bytes:
    return json.dumps({"error": words}).encode()


def main() -> None:
    """Stand guard; the first word is the socket's number."""
    guard(int(sys.argv[1]), prepare)
