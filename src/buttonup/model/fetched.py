"""The replies of one batch: lines of JSON in any order, found again by the key of the request."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, BinaryIO, NamedTuple

import msgspec

from buttonup.model.endpoint import LARGEST, Answer

MISSING = Answer(503, b"the batch ended without this request")
"""What a request counts as that a batch says nothing of: it may pass, as a busy server does."""
OUT_OF_TIME = {"batch_expired", "batch_cancelled"}


class _Span(NamedTuple):
    start: int
    length: int


class _Head(msgspec.Struct, frozen=True):
    custom_id: str


class _Response(msgspec.Struct, frozen=True):
    status_code: int
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Line(msgspec.Struct, frozen=True):
    response: _Response | None = None
    error: Any = None


class Fetched:
    """What came of some requests, in a file; memory holds only where each line lies.

    Lines of others, lines that are none and further lines for a key are passed over. `clean` takes
    out of a line what must not be kept.
    """

    def __init__(
        self, file: BinaryIO, keys: Collection[str], clean: Callable[[bytes], bytes]
    ) -> None:
        self._file = file
        self._clean = clean
        self._spans: dict[str, _Span] = {}
        wanted = set(keys)
        for span, line in _lines(file):
            key = _key(line)
            if key in wanted:
                self._spans.setdefault(key, span)

    def answer(self, key: str) -> Answer:
        """Give what the endpoint said to a request, as it would have said it itself."""
        span = self._spans.get(key)
        if span is None:
            return MISSING
        self._file.seek(span.start)
        return _answer(self._clean(self._file.read(span.length)))

    def close(self) -> None:
        """Let the file go."""
        self._file.close()


def _lines(file: BinaryIO) -> Iterator[tuple[_Span, bytes]]:
    """Go through the lines of a file; one that is longer than any reply is passed over."""
    file.seek(0)
    start, whole = 0, True
    while part := file.readline(LARGEST):
        ends = part.endswith(b"\n")
        if whole and (ends or len(part) < LARGEST):
            yield _Span(start, len(part)), part
        start += len(part)
        whole = ends


def _key(line: bytes) -> str:
    try:
        return msgspec.json.decode(line, type=_Head).custom_id
    except (msgspec.DecodeError, RecursionError):
        return ""


def _answer(line: bytes) -> Answer:
    """Read a line. What the provider gave up itself is an answer too, and may pass.

    A batch that ran out of time says nothing against its requests; a failed request may be one that
    cannot be answered, as after a 500.
    """
    try:
        told = msgspec.json.decode(line, type=_Line)
    except (msgspec.DecodeError, RecursionError):
        return MISSING
    if told.response is None:
        code = told.error.get("code") if isinstance(told.error, dict) else None
        said = msgspec.json.encode({"error": told.error or "nothing was done"})
        return Answer(503 if code in OUT_OF_TIME else 500, said)
    return Answer(told.response.status_code, bytes(told.response.body))
