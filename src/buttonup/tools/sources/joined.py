"""Several sources as one: names that do not clash, and those that are wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec.structs import replace

from buttonup.errors import BadInput
from buttonup.records import Json
from buttonup.tools.definitions.names import clear
from buttonup.tools.definitions.overlay import Overlay, laid_over, read_overlay
from buttonup.tools.source import DEFAULT, Limits, Objects, Source, Tool, opened
from buttonup.tools.sources.patient import Patient
from buttonup.tools.sources.reset import run_reset


@asynccontextmanager
async def joined(
    specs: Sequence[str | Objects],
    limits: Limits = DEFAULT,
    env: Sequence[str] = (),
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    overlays: Sequence[Path] = (),
    reset: str = "",
    taken: Collection[str] = (),
) -> AsyncIterator[Joined]:
    """Open sources as one, for as long as the context lasts.

    `taken` are names that no tool is to have, as others do.
    `reset` is a command that is run whenever they are reset, after their own ways to be.
    `include` and `exclude` are patterns (`get_*`) over names; without any, all are wanted. What a
    later overlay says goes before what an earlier one does.
    Raises  BadInput for what cannot be read, and where nothing is left
    """
    async with AsyncExitStack() as stack:
        sources = [await stack.enter_async_context(opened(s, limits, env)) for s in specs]
        named = (spec if isinstance(spec, str) else "python:objects" for spec in specs)
        whole = Joined(list(map(Patient, sources, named)), reset, taken)
        for path in overlays:
            whole.say(read_overlay(path), str(path))
        for pattern in (*include, *exclude):
            if not any(_fits(tool.function.name, [pattern]) for tool in whole.tools):
                names = ", ".join(tool.function.name for tool in whole.tools[:SHOWN])
                raise BadInput(f"no tool is called {pattern!r}", f"there are {names}, …")
        part = whole.part(include, exclude)
        if not part.tools:
            raise BadInput("no tool is left", "give other patterns, or a source that has some")
        yield part


SHOWN = 8  # names in a message


class Joined:
    """A source of the tools of several sources.

    A tool whose name an earlier one has gets its source's word before it: see `names.clear`.
    """

    def __init__(
        self, sources: Sequence[Source], reset: str = "", taken: Collection[str] = ()
    ) -> None:
        self._sources, self._reset, self._taken = tuple(sources), reset, frozenset(taken)
        self._homes: dict[str, tuple[Source, str]] = {}
        self._tools: dict[str, Tool] = {}
        for source in sources:
            for tool in source.tools:
                self._take(source, tool)

    def _take(self, source: Source, tool: Tool) -> None:
        own = tool.function.name
        name = clear(own, tool.source, self._taken.union(self._tools))
        if name != own:
            doubts = (*tool.doubts, f"renamed:{own}")
            tool = replace(tool, function=replace(tool.function, name=name), doubts=doubts)
        self._tools[name] = tool
        self._homes[name] = (source, own)

    def say(self, overlay: Overlay, where: str) -> None:
        """Lay an overlay over the tools. Raises BadInput where it does not fit."""
        said = laid_over(self.tools, overlay, where)
        self._tools = {tool.function.name: tool for tool in said}

    def part(self, include: Sequence[str], exclude: Sequence[str]) -> Joined:
        """Give the part that patterns leave; the names stay."""
        some = Joined(self._sources, self._reset)
        some._tools = {
            name: tool
            for name, tool in self._tools.items()
            if (not include or _fits(name, include)) and not _fits(name, exclude)
        }
        return some

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools, source by source."""
        return tuple(self._tools.values())

    @property
    def losses(self) -> int:
        """Those of all sources."""
        return sum(source.losses for source in self._sources)

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
        """Run a tool where it is at home."""
        if name not in self._tools:
            return {"error": f"There is no function {name!r}."}
        source, own = self._homes[name]
        return await source.call(own, arguments)

    async def reset(self) -> None:
        """Reset every source. Raises BadInput where the user's command for it fails."""
        for source in self._sources:
            await source.reset()
        if self._reset:
            await run_reset(self._reset)


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
