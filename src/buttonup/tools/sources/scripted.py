"""A source in this process: plain functions over a state, for tests and for trying things out.

    kit = Scripted("python:shop.py", {"orders": {...}})
    kit.add(get_order, "Get an order.", {"order_id": {"type": "string"}})

It runs what it is given as it is: code that is not yours belongs in a child process.
"""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from buttonup.records import Function, Json, Schema
from buttonup.tools.source import Tool


class Scripted:
    """Functions that take the state and arguments; `calls` has all that were called, in order."""

    def __init__(self, spec: str, state: Json = None) -> None:
        self.spec = spec
        self.state = copy.deepcopy(state)
        self.calls: list[tuple[str, dict[str, Json]]] = []
        self.resets = self.losses = 0
        self._first = copy.deepcopy(state)
        self._runs: dict[str, Callable[..., Json]] = {}
        self._tools: list[Tool] = []

    def add(
        self,
        run: Callable[..., Json],
        description: str,
        parameters: Mapping[str, Schema],
        responses: Schema | None = None,
        *,
        writes: bool | None = None,
        optional: Collection[str] = (),
    ) -> None:
        """Add a function by its name; what is not `optional` is required."""
        schema: Schema = {
            "type": "object",
            "properties": dict(parameters),
            "required": [name for name in parameters if name not in optional],
        }
        function = Function(run.__name__, description, schema, responses or {})
        self._runs[run.__name__] = run
        self._tools.append(Tool(function, self.spec, writes))

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The functions, in the order in which they were added."""
        return tuple(self._tools)

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
        """Run a function; what it raises as a ValueError, or for its arguments, is data."""
        self.calls.append((name, copy.deepcopy(arguments)))
        try:
            return copy.deepcopy(self._runs[name](self.state, **arguments))
        except (TypeError, ValueError) as error:
            return {"error": str(error)}

    async def reset(self) -> None:
        """Go back to the first state."""
        self.resets += 1
        self.state = copy.deepcopy(self._first)

    def opening(self, *_: Any) -> AbstractAsyncContextManager[Scripted]:
        """Open it, as any source is opened: in its first state."""

        @asynccontextmanager
        async def handed() -> AsyncIterator[Scripted]:
            self.state = copy.deepcopy(self._first)
            yield self

        return handed()
