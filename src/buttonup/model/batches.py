"""A provider's batches: a file of requests goes up, a batch is made of it, a file of replies comes.

The OpenAI Batch API, which others speak too. What is asked here is asked again while nobody
answers, for an hour or so: a batch takes up to a day, and must outlast a while without network.
Source: https://developers.openai.com/api/docs/guides/batch
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO, NoReturn, TypeVar
from urllib.parse import quote

import msgspec
from pyreqwest.multipart import FormBuilder, PartBuilder

from buttonup.errors import BadInput, Fault
from buttonup.model.completion import words_of
from buttonup.model.endpoint import LARGEST, Answer, Endpoint
from buttonup.model.retrying import again

T = TypeVar("T")

PATH = "/v1/chat/completions"
"""What a batch, and each of its lines, is posted to; the provider's own path, whatever our URL."""
PAGE = 100  # batches a page, when they are listed; the most that the API gives
CHUNK = 1 << 20  # bytes of a file that are sent at a time
MOST_PAGES = 1000  # a list that goes on beyond has no end
ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
DAY = 86400  # seconds by which a provider's clock and ours may differ
CROWDED = "token_limit_exceeded"  # the code of a batch for which the provider's queue has no room

ELSEWHERE = (
    "give the key and --base-url that the batch was made with; a provider without batches needs "
    "teacher.batch = false"
)


class Trouble(msgspec.Struct, frozen=True):
    """Why a batch failed, or one reason of several."""

    code: str | None = None
    message: str | None = None
    line: int | None = None


class Troubles(msgspec.Struct, frozen=True):
    """The list of them."""

    data: tuple[Trouble, ...] | None = None


class Counts(msgspec.Struct, frozen=True):
    """Requests of a batch, as the provider counts them."""

    total: int = 0
    completed: int = 0
    failed: int = 0


class Batch(msgspec.Struct, frozen=True):
    """A batch as the provider tells of it; what else it says is left out."""

    id: str
    status: str
    input_file_id: str = ""
    output_file_id: str | None = None
    error_file_id: str | None = None
    created_at: float | None = None
    errors: Troubles | None = None
    request_counts: Counts | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in ENDED

    @property
    def crowded_out(self) -> bool:
        """Whether it failed because the provider has too much of ours in its queue."""
        troubles = (self.errors and self.errors.data) or ()
        return self.status == "failed" and any(t.code == CROWDED for t in troubles)

    @property
    def why(self) -> str:
        """Why it failed, in one line."""
        troubles = (self.errors and self.errors.data) or (Trouble(message="no reason is given"),)
        told = (f"{_at(t)}{t.message or t.code}" for t in troubles[:3])
        return " ".join("; ".join(told).split())[:500]


class _File(msgspec.Struct, frozen=True):
    id: str


class _Page(msgspec.Struct, frozen=True):
    data: tuple[Batch, ...]
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Batches:
    """The batches at an endpoint.

    Each of the functions raises Fault when the endpoint stays away, BadInput for what the user has
    to mend (the key, or a provider that has no batches), and Reject when what is asked is refused.
    """

    endpoint: Endpoint
    times: int = 60
    """Tries of each thing; with the pauses between them, an hour or so."""
    first: float = 0.5
    """Seconds before the second try; doubled for each one after it, up to a minute."""

    async def upload(self, file: BinaryIO) -> str:
        """Send a file of requests. Gives the provider's id for it."""
        return (await self._again(partial(self._upload, file))).id

    async def create(self, file: str, label: Mapping[str, str], since: float | None) -> Batch:
        """Make a batch of an input file, or find the one that was made of it.

        A batch that was asked for may exist even if no answer came. So it is looked for before it
        is asked for again, among those made since a Unix time (None: it is asked for just now).
        `label` is for people who look at their batches.
        """
        started = time.time()

        async def once() -> Batch:
            nonlocal since
            there = await self._find(file, since) if since is not None else None
            since = started if since is None else since
            return there or await self._create(file, label)

        return await self._again(once)

    async def look(self, batch: str) -> Batch:
        """Tell how a batch stands."""
        return await self._again(partial(self._ask, Batch, "GET", f"/batches/{_quoted(batch)}"))

    async def cancel(self, batch: str) -> None:
        """Stop a batch, asked once; what it has made so far can still be fetched."""
        await self._ask(Batch, "POST", f"/batches/{_quoted(batch)}/cancel")

    async def fetch(self, file: str, into: BinaryIO) -> None:
        """Append a file of replies to a local one."""
        await self._again(partial(self._fetch, file, into))

    async def _again(self, call: Callable[[], Awaitable[T]]) -> T:
        return await again(call, self.times, self.first, longest=60.0, patience=3600.0)

    async def _upload(self, file: BinaryIO) -> _File:
        size = file.seek(0, os.SEEK_END)
        part = PartBuilder.from_stream_with_length(_chunks(file), size)
        part = part.file_name("buttonup.jsonl").mime("text/plain")
        form = FormBuilder().text("purpose", "batch").part("file", part)
        return await self._ask(_File, "POST", "/files", form)

    async def _create(self, file: str, label: Mapping[str, str]) -> Batch:
        wanted = {
            "input_file_id": file,
            "endpoint": PATH,
            "completion_window": "24h",
            "metadata": label,
        }
        return await self._ask(Batch, "POST", "/batches", msgspec.json.encode(wanted))

    async def _find(self, file: str, since: float) -> Batch | None:
        """Look for the batch of a file; the list has the latest first."""
        after = ""
        for _ in range(MOST_PAGES):
            page = await self._ask(_Page, "GET", f"/batches?limit={PAGE}{after}")
            for batch in page.data:
                if batch.input_file_id == file:
                    return batch
            if not page.has_more or not page.data:
                break
            last = page.data[-1]
            if last.created_at and last.created_at < since - DAY:
                break
            after = f"&after={_quoted(last.id)}"
        return None

    async def _fetch(self, file: str, into: BinaryIO) -> None:
        start = into.seek(0, os.SEEK_END)
        try:
            told = await self.endpoint.exchange("GET", f"/files/{_quoted(file)}/content", into=into)
            if told.status != 200:  # noqa: PLR2004 - HTTP's own number
                self._refuse(told, f"the file {file}")
            _whole(into, start)
        except BaseException:
            into.truncate(start)
            raise

    async def _ask(
        self, want: type[T], method: str, path: str, content: bytes | FormBuilder | None = None
    ) -> T:
        told = await self.endpoint.exchange(method, path, content)
        if told.status not in (200, 201):
            self._refuse(told, path.partition("?")[0])
        try:
            return msgspec.json.decode(told.said, type=want)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
            raise Fault(f"{path}: no answer of a batch API: {words_of(told.said)}") from error

    def _refuse(self, told: Answer, what: str) -> NoReturn:
        if told.status in (404, 405, 501):
            raise BadInput(f"there is no {what} ({told.status} {words_of(told.said)})", ELSEWHERE)
        self.endpoint.refuse(told, "")


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    """Go through a file from its start, however often it is sent."""
    file.seek(0)
    while chunk := file.read(CHUNK):
        yield chunk


def _whole(file: BinaryIO, start: int) -> None:
    """Raise Fault when the last line that was fetched is cut off; end it where it is not ended."""
    end = file.seek(0, os.SEEK_END)
    if end == start:
        return
    file.seek(max(start, end - LARGEST))
    last = file.read().rstrip(b"\r\n").rpartition(b"\n")[2]
    try:
        msgspec.json.decode(last)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Fault("a file of replies came only in part") from error
    file.write(b"\n")


def _at(trouble: Trouble) -> str:
    return f"line {trouble.line}: " if trouble.line is not None else ""


def _quoted(id: str) -> str:
    return quote(id, safe="")
