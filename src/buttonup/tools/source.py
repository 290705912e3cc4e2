"""A user's own tools: how each reads, and how it is called, wherever it comes from.

What a tool does wrong is data; what the user has to mend is told when a source is opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Annotated, Any, Protocol

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Function, Json, Record


class Tool(Record):
    """One function of a user, as it was read."""

    function: Function
    """Its name is clash-free and fit for a chat API; `responses` is {} where nothing tells them."""
    source: str
    """As the user named it: "python:shop.py"."""
    writes: bool | None = None
    """Whether a call may change something; None where the source does not tell."""
    doubts: tuple[str, ...] = ()
    """What is missing or doubtful, as short stable words: "no_description", "untyped:NAME", …"""
    runs: bool = True
    """Whether it can be called; where not, it has to be simulated."""


class Limits(Record):
    """What the calls of one source may take."""

    seconds: Annotated[float, msgspec.Meta(gt=0)] = 10.0
    """One call may take."""
    megabytes: Annotated[int, msgspec.Meta(ge=1)] = 512
    """Memory of the process that the tools run in."""
    result_bytes: Annotated[int, msgspec.Meta(ge=1)] = 100_000
    """What a result may have, as JSON."""
    a_second: Annotated[float, msgspec.Meta(ge=0)] = 0
    """Calls a second at most; 0 for any."""


class Source(Protocol):
    """An open source of tools."""

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools, in the order in which the source has them."""
        ...

    @property
    def losses(self) -> int:
        """How often what earlier calls had changed was lost, as a call hung or broke down."""
        ...

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
        """Run a tool. Errors are data, `{"error": "..."}`: it never raises for what a tool does.

        Raises  Away where no tool can be reached
        """
        ...

    async def reset(self) -> None:
        """Go back to the state in which it was opened, where that can be done."""
        ...


class Away(Exception):  # noqa: N818 - it passes, or the run ends
    """Nobody is there who could run a tool; the words say why."""


def late(seconds: float) -> dict[str, Json]:
    """Give the result of a call that was not answered in time."""
    return {"error": f"no answer within {seconds:g} s"}


def was_late(result: Json) -> bool:
    """Say whether a result tells of a call that was not answered in time."""
    told = result.get("error") if isinstance(result, dict) else None
    return isinstance(told, str) and told.startswith("no answer within ")


DEFAULT = Limits()
OPENERS: Mapping[str, str] = {
    "json": "listed",
    "langchain": "python",
    "mcp": "mcp",
    "openapi": "openapi.live",
    "python": "python",
}
"""Kind of source -> the module in `sources` whose `opening` opens it; loaded when asked for."""

Objects = Sequence[object]
"""Functions and objects of Python that are handed over, as `[find, desk.book]`."""


def opened(
    spec: str | Objects, limits: Limits = DEFAULT, env: Sequence[str] = ()
) -> AbstractAsyncContextManager[Source]:
    """Open a source, for as long as the context lasts.

    `spec` is KIND:PLACE, such as "python:shop.py", or objects of Python. `env` names the
    environment variables that the tools may see; no other secret reaches them.
    Raises  BadInput, here or on entering, for what cannot be read
    """
    source: AbstractAsyncContextManager[Source]
    if not isinstance(spec, str):
        source = _module("python").handed(spec, limits, env)
        return source
    kind, colon, _ = spec.partition(":")
    if not colon or kind not in OPENERS:
        known = ", ".join(f"{kind}:…" for kind in OPENERS)
        raise BadInput(f"{spec!r} is no source of tools", f"write {known}")
    source = _module(OPENERS[kind]).opening(spec, limits, env)
    return source


def _module(name: str) -> Any:
    return import_module(f"buttonup.tools.sources.{name}")
