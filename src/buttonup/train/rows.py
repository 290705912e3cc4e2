"""What is trained on: rows of token ids with labels of our own, from whatever holds conversations.

Labels are never a trainer's guess. A row that comes without them gets them by the chat template
(`buttonup.chat`); of a preference pair, what is weighed is the turn that differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from buttonup.chat import Tokens
from buttonup.chat.tokens import IGNORED, Labelled
from buttonup.errors import BadInput, Reject
from buttonup.formats import openai
from buttonup.formats.detect import read
from buttonup.formats.elements import elements
from buttonup.formats.exported import exported
from buttonup.records import (
    Assistant,
    Conversation,
    Json,
    Record,
    Rejection,
    Sample,
    decode,
    encode,
)
from buttonup.store.lines import read_records, whole_lines

Ids = tuple[int, ...]
OWN = "data"
"""The source of rows that the training is about."""


class Row(Record):
    """A row to learn from: `labels` are the ids where they are learnt, -100 elsewhere."""

    input_ids: Ids
    labels: Ids
    source: str = OWN


class Pair(Record):
    """Two ways to go on with a prompt, the better one first."""

    prompt_ids: Ids
    chosen_ids: Ids
    rejected_ids: Ids
    source: str = OWN


BESIDE = ("tools", "parallel_tool_calls")  # what a pair has beside its messages
Rows = tuple[Row, ...] | tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a dataset came to: rows or pairs, and what was left out by its reason."""

    rows: Rows
    skipped: Counter[str] = field(default_factory=Counter)


class _Ids(msgspec.Struct):
    input_ids: Ids
    labels: Ids


def gather(
    path: Path, tokens: Tokens, longest: int, source: str = OWN, *, cut: bool = False
) -> Gathered:
    """Read a run's folder, an export of token ids, conversations in any format, or pairs.

    What is longer than `longest` tokens is left out; with `cut`, the later turns of a conversation
    are.
    Raises  BadInput when it cannot be read, or nothing of it can be trained on
    """
    skipped = Counter[str]()
    match _kind(path):
        case "ids":
            found: Iterable[Row | Pair] = _of_ids(path)
        case "pairs":
            found = _of_pairs(path, tokens, skipped)
        case _:
            found = _of_conversations(path, tokens, skipped)
    kept = list[Any]()
    for whole in found:
        row = _until(whole, longest) if cut and isinstance(whole, Row) else whole
        if row is not whole:
            skipped["later_turns"] += 1
        if length(row) > longest:
            skipped["too_long"] += 1
        elif isinstance(row, Row) and set(row.labels[1:]) <= {IGNORED}:
            skipped["nothing_to_learn"] += 1
        else:
            kept.append(replace(row, source=source))
    if not kept:
        told = ", ".join(f"{n} {reason}" for reason, n in sorted(skipped.items()))
        raise BadInput(
            f"{path} has nothing to train on ({told or 'no accepted sample'})",
            "give another dataset, or a larger --max-length where rows are too long",
        )
    return Gathered(tuple(kept), skipped)


def _until(row: Row, longest: int) -> Row:
    """End a row that is too long with the last learnt turn that fits; none fits: as it is."""
    if len(row.input_ids) <= longest:
        return row
    fit = range(1, longest + 1)
    ends = [n for n in fit if row.labels[n] == IGNORED != row.labels[n - 1]]
    return Row(row.input_ids[: ends[-1]], row.labels[: ends[-1]]) if ends else row


def length(row: Row | Pair) -> int:
    """Count the tokens of a row; of a pair, those of its longer side."""
    if isinstance(row, Row):
        return len(row.input_ids)
    return len(row.prompt_ids) + max(len(row.chosen_ids), len(row.rejected_ids))


def ids_of(row: Row | Pair) -> Ids:
    """Give all ids of a row; of a pair, those of the prompt and both sides."""
    if isinstance(row, Row):
        return row.input_ids
    return (*row.prompt_ids, *row.chosen_ids, *row.rejected_ids)


def write_rows(rows: Iterable[Row | Pair]) -> bytes:
    """Write rows as JSON Lines."""
    return b"".join(encode(row) + b"\n" for row in rows)


def read_rows(path: Path) -> Rows:
    """Read rows that an earlier training wrote. Raises BadInput for a line that is none."""
    kind = Pair if b'"chosen_ids"' in next(whole_lines(path), b"") else Row
    return tuple(read_records(path, kind))  # type: ignore[return-value]


def _kind(path: Path) -> str:
    """Tell what a dataset holds by its first row."""
    if path.is_dir():
        return "conversations"
    first = next((line for _, line in islice(elements(path), 1)), b"null")
    try:
        row = decode(first, Any)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return "conversations"  # whose reader says what is wrong
    keys = row.keys() if isinstance(row, dict) else set[str]()
    if "input_ids" in keys:
        return "ids"
    return "pairs" if {"prompt", "chosen", "rejected"} <= keys else "conversations"


def _of_ids(path: Path) -> Iterator[Row]:
    for number, line in elements(path):
        try:
            ids, labels = msgspec.structs.astuple(decode(line, _Ids))
        except (msgspec.DecodeError, UnicodeError) as error:
            what = f"{path}:{number} is no row of token ids: {error}"
            raise BadInput(what, "write it with buttonup export --tokenizer") from error
        pairs = zip(ids, labels, strict=False)
        if len(ids) != len(labels) or any(y not in (x, IGNORED) or x < 0 for x, y in pairs):
            what = f"{path}:{number} has labels that are neither its ids nor -100"
            raise BadInput(what, "write it with buttonup export --tokenizer")
        yield Row(ids, labels)


def _of_conversations(path: Path, tokens: Tokens, skipped: Counter[str]) -> Iterator[Row]:
    for _, item in read(path):
        match item:
            case Rejection():
                skipped[item.reason] += 1
            case Sample() if not item.accepted:
                skipped["not_accepted"] += 1
            case _:
                said = exported(item.trajectory) if isinstance(item, Sample) else item
                yield from _learnt(said, tokens, skipped)


def _learnt(c: Conversation, tokens: Tokens, skipped: Counter[str]) -> Iterator[Row]:
    try:
        rows = tokens.rows(c)
    except Reject as reject:
        skipped[reject.reason] += 1
        return
    if not rows:
        skipped["nothing_to_learn"] += 1
    yield from (Row(row.input_ids, row.labels) for _, row in rows)


def _of_pairs(path: Path, tokens: Tokens, skipped: Counter[str]) -> Iterator[Pair]:
    for number, line in elements(path):
        try:
            row = decode(line, dict[str, Any])
            prompt, chosen = _weighed(row, "chosen", tokens)
            other, rejected = _weighed(row, "rejected", tokens)
        except (msgspec.DecodeError, UnicodeError, KeyError, TypeError) as error:
            what = f"{path}:{number} is no pair: {type(error).__name__} {error}"
            raise BadInput(what, "write pairs with buttonup negatives") from error
        except Reject as reject:
            skipped[reject.reason] += 1
            continue
        if prompt != other:
            skipped["prompt_differs"] += 1
        else:
            yield Pair(prompt, chosen, rejected)


def _weighed(row: dict[str, Json], side: str, tokens: Tokens) -> tuple[Ids, Ids]:
    """Give the ids before the last turn, and of it; no other turn is learnt."""
    told: dict[str, Json] = {
        key: row[key] for key in ("tools", "parallel_tool_calls") if key in row
    }
    c = openai.parse({**told, "messages": [*row["prompt"], *row[side]]})
    if not c.messages or not isinstance(c.messages[-1], Assistant):
        raise Reject("no_turn", side)
    *before, last = c.messages
    read = (replace(m, masked=True) if isinstance(m, Assistant) else m for m in before)
    rows = tokens.rows(replace(c, messages=(*read, last)))
    learnt = rows[-1][1] if rows else Labelled((), ())
    at = next((i for i, label in enumerate(learnt.labels) if label != IGNORED), 0)
    if not at:
        raise Reject("nothing_to_learn", side)
    return learnt.input_ids[:at], learnt.input_ids[at:]
