"""Seed conversations: what people really asked, read line by line from a file.

JSON Lines or one JSON list, plain or gzipped. A record is a conversation in ShareGPT form
(`conversations` of `from`, `value`), OpenAI form (`messages` of `role`, `content`), glaive's
`chat` text (`USER: … ASSISTANT: …`), or a single query (`query`, `question`, `instruction`, …).
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import msgspec

from buttonup.errors import BadInput
from buttonup.records import Json, Record, Rejection

LONGEST_LINE = 4 << 20  # bytes; a longer one is no conversation, and is skipped unread
LONGEST_LIST = 1 << 30  # bytes; a JSON list is held in memory, JSON Lines are not
QUERIES = ("query", "question", "instruction", "prompt", "user", "task", "input", "text")
GZIP = b"\x1f\x8b"
USERS = frozenset({"human", "user"})
CHAT_TURN = re.compile(r"\b(USER|ASSISTANT|A|FUNCTION RESPONSE|SYSTEM):\s", re.ASCII)
FORMS = "conversations (ShareGPT), messages (OpenAI), chat (glaive) or query"


class Seed(Record):
    """What the user said in one seed conversation."""

    line: int
    """1-based line of the file, or place in its JSON list."""
    text: str


def read_seeds(path: Path, longest: int = 2000) -> Iterator[Seed | Rejection]:
    """Read the seeds of a file as they come; a bad line is a Rejection, and the rest goes on.

    Units    longest: characters of the user's words that are kept
    Rejects  "not_json", "too_long", "not_a_conversation", "no_user"
    Raises   BadInput when the file is missing, empty, broken, or holds no seed at all
    """
    if not path.is_file():
        raise BadInput(f"no seed file at {path}", f"give a JSON Lines file of {FORMS}")
    if path.stat().st_size == 0:
        raise BadInput(f"the seed file {path} is empty", f"give one record a line: {FORMS}")
    return _seeds(path, longest)


def records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Go through the records of a file, JSON Lines or a JSON list: its line or place, and its JSON.

    Raises  BadInput when a JSON list is broken or too long; OSError and what gzip raises
    """
    with _opened(path) as file:
        yield from _records(file, path)


def _seeds(path: Path, longest: int) -> Iterator[Seed | Rejection]:
    found = False
    try:
        for line, raw in records(path):
            seed = _seed(line, raw, longest)
            found = found or isinstance(seed, Seed)
            yield seed
    except (OSError, EOFError, zlib.error) as wrong:
        raise BadInput(f"the seed file {path} can't be read ({wrong})", "write it anew") from wrong
    if not found:
        raise BadInput(f"no seed conversation in {path}", f"each record must hold {FORMS}")


def _opened(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        zipped = file.read(2) == GZIP
    return cast("IO[bytes]", gzip.open(path)) if zipped else path.open("rb")


def _records(file: IO[bytes], path: Path) -> Iterator[tuple[int, bytes]]:
    start = file.read(4096)
    file.seek(0)
    if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"["):
        yield from enumerate(_items(file.read(LONGEST_LIST + 1), path), start=1)
    else:
        yield from _lines(file)


def _items(text: bytes, path: Path) -> Iterable[bytes]:
    if len(text) > LONGEST_LIST:
        raise BadInput(f"the JSON list in {path} is over 1 GiB", "write it as JSON Lines")
    try:
        raws = msgspec.json.decode(text.removeprefix(b"\xef\xbb\xbf"), type=list[msgspec.Raw])
    except (msgspec.DecodeError, RecursionError) as wrong:
        raise BadInput(
            f"the JSON list in {path} is broken ({wrong})", "mend it, or write one record a line"
        ) from wrong
    return map(bytes, raws)


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    line = 0
    while raw := file.readline(LONGEST_LINE + 1):
        line += 1
        rest = raw
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(LONGEST_LINE)
        if raw.strip():
            yield line, raw.removeprefix(b"\xef\xbb\xbf")


def _seed(line: int, raw: bytes, longest: int) -> Seed | Rejection:
    if len(raw) > LONGEST_LINE:
        return _rejection("too_long", line, f"over {LONGEST_LINE >> 20} MiB")
    try:
        record = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as wrong:
        return _rejection("not_json", line, str(wrong)[:200])
    said = said_in(record)
    if said is None:
        return _rejection("not_a_conversation", line, f"holds none of {FORMS}")
    text = "\n".join(part for turn in said if (part := turn.strip()))
    if not text:
        return _rejection("no_user", line, "the user says nothing in it")
    return Seed(line=line, text=text[:longest].rstrip())


def _rejection(reason: str, line: int, detail: str) -> Rejection:
    return Rejection(stage="seeds", reason=reason, detail=f"line {line}: {detail}")


def said_in(record: Json) -> list[str] | None:
    """Give what the user says in a record, turn by turn; None when it is no conversation."""
    if not isinstance(record, dict):
        return None
    for turns, role, words in (("conversations", "from", "value"), ("messages", "role", "content")):
        if isinstance(record.get(turns), list):
            said = [t for t in record[turns] if isinstance(t, dict) and _is_user(t.get(role))]
            return [_text(t.get(words)) for t in said]
    if isinstance(record.get("chat"), str):
        _, *parts = CHAT_TURN.split(record["chat"])
        return [said for who, said in zip(parts[::2], parts[1::2], strict=True) if who == "USER"]
    queries = [record[name] for name in QUERIES if isinstance(record.get(name), str)]
    return queries[:1] or None


def _is_user(role: Json) -> bool:
    return isinstance(role, str) and role.lower() in USERS


def _text(content: Json) -> str:
    """Give the words of a message's content: a string, or OpenAI's list of parts."""
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        return "\n".join(text for text in texts if isinstance(text, str))
    return content if isinstance(content, str) else ""
