"""A user's Python as tools: functions, methods, LangChain tools, run in processes of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any

from buttonup.errors import BadInput
from buttonup.records import Function, Json
from buttonup.tools.definitions.doubts import doubts_of
from buttonup.tools.definitions.names import clear
from buttonup.tools.door import failed, misfit
from buttonup.tools.source import Limits, Source, Tool
from buttonup.tools.sources.isolated.guard import HOOK
from buttonup.tools.sources.isolated.process import Isolated, Order, Read, environment_of
from buttonup.tools.sources.pace import Pace

NEEDED = ("pydantic", "docstring_parser", "cloudpickle")
INSTALL = "pip install 'buttonup[tools]'"
FORM = "write python:MODULE, python:FILE.py or python:FILE.py:NAME,NAME"


@asynccontextmanager
async def opening(spec: str, limits: Limits, env: Sequence[str]) -> AsyncIterator[Source]:
    """Open "python:PLACE[:NAME,NAME]" or "langchain:PLACE[:NAME,NAME]".

    PLACE is a module's name or the path of a .py file; `env` names the variables it may see.
    Raises  BadInput where it cannot be imported or has no such tools
    """
    kind, _, rest = spec.partition(":")
    _try_extra(*(("langchain_core",) if kind == "langchain" else ()))
    place, names = _parted(rest)
    if not place:
        raise BadInput(f"{spec!r} names no module and no file", FORM)
    order = Order(kind, place, names, megabytes=limits.megabytes, result_bytes=limits.result_bytes)
    async with _open(order, spec, limits, env) as source:
        yield source


@asynccontextmanager
async def handed(
    things: Sequence[Any], limits: Limits, env: Sequence[str]
) -> AsyncIterator[Source]:
    """Open functions and objects that are handed over; they run elsewhere, as copies.

    Raises  BadInput where they cannot be copied, or are no tools
    """
    _try_extra()
    import cloudpickle  # noqa: PLC0415 - the extra `tools`

    try:
        pickled = cloudpickle.dumps(list(things))
    except Exception as error:  # whatever an object's own way to be copied raises
        what = f"the tools cannot be copied into a process of their own: {error}"
        raise BadInput(what, "put them into a module: python:FILE.py") from error
    order = Order(
        "objects", pickled=pickled, megabytes=limits.megabytes, result_bytes=limits.result_bytes
    )
    async with _open(order, "python:objects", limits, env) as source:
        yield source


@asynccontextmanager
async def _open(
    order: Order, spec: str, limits: Limits, env: Sequence[str]
) -> AsyncIterator[Source]:
    process = Isolated(order, environment_of(env))
    try:
        await process.begin()
    except BadInput as error:
        raise BadInput(f"{spec}: {error}") from error
    try:
        yield PythonSource(process, spec, limits)
    finally:
        await process.end()


class PythonSource:
    """An open source whose tools run in processes of their own, one call at a time."""

    def __init__(self, process: Isolated, spec: str, limits: Limits) -> None:
        self._process, self._limits = process, limits
        self._own: dict[str, str] = {}
        """Name for the chat API -> the function's own."""
        made = [self._tool(read, spec) for read in process.told.tools]
        self._tools = {tool.function.name: tool for tool in made}
        self._pace = Pace(limits.a_second)
        self._turn = asyncio.Lock()
        self._touched = False

    def _tool(self, read: Read, spec: str) -> Tool:
        name = clear(read.name, spec, self._own)
        self._own[name] = read.name
        function = Function(
            name=name,
            description=read.description,
            parameters=read.parameters,
            responses=read.responses,
        )
        renamed = (f"renamed:{read.name}",) if name != read.name else ()
        seen = (
            d for d in doubts_of(function) if d.replace("untyped", "not_json") not in read.doubts
        )
        doubts = (*seen, *read.doubts, *renamed)
        return Tool(function=function, source=spec, writes=read.writes, doubts=doubts)

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools, in the order in which they are written."""
        return tuple(self._tools.values())

    @property
    def losses(self) -> int:
        """How often a call hung, or took its process with it."""
        return self._process.losses

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
        """Run a tool. What it does wrong, hanging and dying too, is `{"error": "..."}`."""
        if name not in self._tools:
            return {"error": f"There is no function {name!r}."}
        if wrong := misfit(arguments, self._tools[name].function.parameters):
            return {"error": f"Invalid arguments: {wrong}."}
        async with self._turn:
            await self._pace.wait()
            self._touched = True
            return await self._process.ask(self._own[name], arguments, self._limits.seconds)

    async def reset(self) -> None:
        """Have the user's own reset run; where there is none, begin anew right after the import."""
        async with self._turn:
            if not self._touched:
                return
            self._touched = False
            hook = self._process.told.hook
            if not hook or failed(await self._process.ask(HOOK, {}, self._limits.seconds)):
                await self._process.renew()


def _parted(rest: str) -> tuple[str, tuple[str, ...]]:
    """Part a place from the names that are wanted of it."""
    place, colon, names = rest.rpartition(":")
    if not colon:
        return names.strip(), ()
    return place.strip(), tuple(name.strip() for name in names.split(",") if name.strip())


def _try_extra(*more: str) -> None:
    """Raise BadInput where what reads Python is not installed."""
    if missing := [name for name in (*NEEDED, *more) if find_spec(name) is None]:
        install = f"pip install {more[0].replace('_', '-')}" if missing[-1] in more else INSTALL
        raise BadInput(f"tools in Python need {missing[0]}", install)
