"""What tools have answered, so that who plans need not wait for them, and nothing is called twice.

An answer is known by its call and by the writes that were really made before it in the same
conversation. Who needs one that is not known yet is told so with `Wanted`; it is fetched, and they
begin anew. With `kept`, a journal, an answer is on disk before it is used.

Where a call hangs or breaks down, all that the conversation had written is lost with it. Nothing
that is answered after that is true of the conversation, so it is given up (`state_lost`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from buttonup.errors import Reject
from buttonup.records import Json, Record, Usage, decode, digest, encode
from buttonup.store.journal import Entry, Journal
from buttonup.tools.door import failed
from buttonup.tools.source import Source

T = TypeVar("T")


class Ask(Record):
    """A call of a function."""

    name: str
    arguments: dict[str, Json]
    writes: bool = False


class Wanted(Exception):  # noqa: N818 - not wrong, only not known yet
    """An answer is not known yet."""

    def __init__(self, before: tuple[Ask, ...], ask: Ask) -> None:
        super().__init__(ask.name)
        self.before = before
        self.ask = ask


class Answers:
    """What a source has answered.

    `writing` says that some calls may really write: then calls are made one conversation after the
    other, each from the state that the source was opened in.
    """

    def __init__(
        self, source: Source, kept: Journal | None = None, *, writing: bool = False
    ) -> None:
        self.source = source
        self._kept = kept
        self._known: dict[str, Json] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._alone = asyncio.Lock() if writing else None
        self._written = True  # by whoever learned about the tools

    def get(self, before: tuple[Ask, ...], ask: Ask) -> Json:
        """Give an answer. Raises Wanted where it is not known yet."""
        return self._get(digest([before, ask]), Wanted(before, ask))

    def _get(self, key: str, wanted: Wanted) -> Json:
        if (lost := self._read(_lost(key))) is not _UNKNOWN:
            raise Reject("state_lost", str(lost))
        if (found := self._read(key)) is _UNKNOWN:
            raise wanted
        return found

    def _read(self, key: str) -> Json:
        if key not in self._known:
            found = self._kept.get(key) if self._kept else None
            if found is None:
                return _UNKNOWN
            self._known[key] = decode(found, object)
        return self._known[key]

    async def fetch(self, wanted: Wanted) -> None:
        """Have a call made, behind the writes that come before it; once, whoever asks for it.

        Rejects  "state_lost" where what was written before it was lost on the way
        """
        key = digest([wanted.before, wanted.ask])
        if key in self._known:
            return
        if key not in self._under_way:
            task = asyncio.create_task(self._fetched(key, wanted))
            self._under_way[key] = task
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        await asyncio.shield(self._under_way[key])

    async def _fetched(self, key: str, wanted: Wanted) -> None:
        [*_, result] = await self._made(key, (*wanted.before, wanted.ask))
        await self._keep(key, wanted.ask.name, wanted.ask, result)

    async def ended(self) -> None:
        """Stop what is still being fetched: nobody waits for it any more, and nothing keeps it."""
        left = list(self._under_way.values())
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    async def again(self, conversation: str, asks: Sequence[Ask]) -> tuple[Json, ...]:
        """Make all the calls of a conversation anew, once, and give what they come to.

        Rejects  "state_lost" as `fetch` does
        """
        key = digest(["again", conversation, *asks])
        try:
            self._get(key, Wanted((), Ask("", {})))
        except Wanted:
            await self._keep(key, "again", list(asks), await self._made(key, asks))
        return tuple(self._known[key])

    async def _made(self, key: str, asks: Sequence[Ask]) -> list[Json]:
        """Make calls in a row; where calls write, from a fresh start and one row at a time."""
        if self._alone is None:
            return [await self.source.call(ask.name, ask.arguments) for ask in asks]
        async with self._alone:
            if self._written:
                await self.source.reset()
            self._written = any(ask.writes for ask in asks)
            return [await self._call(key, ask) for ask in asks]

    async def _call(self, key: str, ask: Ask) -> Json:
        """Make one call of a row. Rejects where it loses what the row has written."""
        before = self.source.losses
        result = await self.source.call(ask.name, ask.arguments)
        if self._written and self.source.losses > before:
            told = f"{ask.name}: {result['error'] if failed(result) else 'it broke down'}"
            await self._keep(_lost(key), ask.name, ask, told)
            raise Reject("state_lost", told)
        return result

    async def _keep(self, key: str, name: str, request: object, result: Json) -> None:
        """Keep an answer, as it will be read back: its keys in order."""
        encoded = encode(result)
        if self._kept is not None:
            await self._kept.put(Entry(key, "", name, Usage(), encode(request), encoded))
        self._known[key] = decode(encoded, object)


_UNKNOWN = object()


def _lost(key: str) -> str:
    """Give the key under which it is kept that an answer was lost."""
    return digest(["lost", key])


async def settled(attempt: Callable[[], Awaitable[T]], answers: Answers, most: int) -> T:
    """Try until all that is needed of tools is known.

    Units   most: calls that are made for it
    Raises  Wanted where it would take more
    """
    for _ in range(most):
        try:
            return await attempt()
        except Wanted as wanted:
            await answers.fetch(wanted)
    return await attempt()
