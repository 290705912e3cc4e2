"""Several sources as one: names that do not clash, and those that are wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from fnmatch import fnmatchcase

from buttonup.errors import BadInput
from buttonup.records import Json
from buttonup.tools.source import DEFAULT, Limits, Source, Tool, opened


@asynccontextmanager
async def joined(
    specs: Sequence[str],
    limits: Limits = DEFAULT,
    env: Sequence[str] = (),
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> AsyncIterator[Joined]:
    """Open sources as one, for as long as the context lasts.

    `include` and `exclude` are patterns (`get_*`) over names; without any, all are wanted.
    Raises  BadInput for what cannot be read, and where nothing is left
    """
    async with AsyncExitStack() as stack:
        sources = [await stack.enter_async_context(opened(s, limits, env)) for s in specs]
        whole = Joined(sources, include, exclude)
        if not whole.tools:
            raise BadInput("no tool is left", "give other patterns, or a source that has some")
        yield whole


class Joined:
    """A source of the tools of several sources; of those of one name the first is meant."""

    def __init__(
        self, sources: Sequence[Source], include: Sequence[str] = (), exclude: Sequence[str] = ()
    ) -> None:
        self._sources = tuple(sources)
        self._homes: dict[str, Source] = {}
        self._tools: dict[str, Tool] = {}
        for source in sources:
            for tool in source.tools:
                name = tool.function.name
                if (not include or _fits(name, include)) and not _fits(name, exclude):
                    self._tools.setdefault(name, tool)
                    self._homes.setdefault(name, source)

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools, source by source."""
        return tuple(self._tools.values())

    async def call(self, name: str, arguments: dict[str, Json], /) -> Json:
        """Run a tool where it is at home."""
        if name not in self._tools:
            return {"error": f"There is no function {name!r}."}
        return await self._homes[name].call(name, arguments)

    async def reset(self) -> None:
        """Reset every source."""
        for source in self._sources:
            await source.reset()


def _fits(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
