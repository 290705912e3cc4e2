"""The suite `languages`: a dataset by language, turn for turn behind its own history.

The dataset is in a format that `check` reads, and says in each row what language it is in
(`language`); or it is a folder with a file for each. Names and argument values are scored apart,
and no call is a class of its own: a model that calls on everything has a poor precision there.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import msgspec

from buttonup.errors import BadInput
from buttonup.evaluate.measures import Measure, ratio, share, summed
from buttonup.evaluate.suite import Played, Player, Suite, Task, taken
from buttonup.evaluate.suites.normal import normal
from buttonup.formats import exported, read
from buttonup.formats.detect import read_lines
from buttonup.records import (
    Assistant,
    Call,
    Conversation,
    Message,
    Rejection,
    Sample,
    decode,
    digest,
)


class _Spoken(msgspec.Struct):
    language: str = ""


SUFFIXES = (".jsonl", ".json", ".jsonl.gz", ".json.gz", ".parquet")
MEASURES = (
    Measure(
        "names F1", lambda c: ratio(2 * c.get("named", 0), c.get("wanted", 0) + c.get("made", 0))
    ),
    share("values", "values right", "values"),
    share("no call, precision", "none both", "none made"),
    share("no call, recall", "none both", "none wanted"),
    share("turns", "turns right", "turns"),
)


@asynccontextmanager
async def languages(wanted: tuple[str, ...], data: Path) -> AsyncIterator[Suite]:
    """Give the suite: the languages wanted, or all there are.

    Raises  BadInput when the data cannot be read, a row is in no language, or there is no such
            language
    """
    rows = list(_rows(data))
    there = dict.fromkeys(language for _, language, _ in rows)
    if unknown := [name for name in wanted if name not in there]:
        raise BadInput(f"{data} has no {unknown[0]}", f"choose from {', '.join(there)}")
    kept = [row for row in rows if not wanted or row[1] in wanted]
    version = f"languages {digest([[where, c] for where, _, c in rows])}"
    yield Suite("languages", version, tuple(_task(*row) for row in kept), MEASURES)


def _rows(data: Path) -> Iterator[tuple[str, str, Conversation]]:
    """Read the conversations: where each stands, its language, and itself."""
    if not data.is_dir():
        for number, line, item in read_lines(data):
            yield str(number), _language(line, f"{data}:{number}"), _read(item, f"{data}:{number}")
        return
    files = sorted(path for path in data.iterdir() if path.name.endswith(SUFFIXES))
    if not files:
        mend = "give a file with a field `language` in each row, or a folder of LANGUAGE.jsonl"
        raise BadInput(f"{data} holds no dataset", mend)
    for path in files:
        language = path.name.partition(".")[0]
        if twins := [p.name for p in files if p != path and p.name.startswith(f"{language}.")]:
            raise BadInput(f"{path} and {twins[0]} are of one language", "join them into one file")
        for number, item in read(path):
            yield f"{language}_{number}", language, _read(item, f"{path}:{number}")


def _language(line: bytes, where: str) -> str:
    with suppress(msgspec.MsgspecError, UnicodeError, RecursionError):
        if language := decode(line, _Spoken).language:
            return language
    mend = "give each row a field `language`, or a folder with a file for each language"
    raise BadInput(f"{where} says no language", mend)


def _read(item: Conversation | Sample | Rejection, where: str) -> Conversation:
    if isinstance(item, Rejection):
        raise BadInput(f"{where} cannot be read: {item.reason} {item.detail}", "mend the row")
    return exported(item.trajectory) if isinstance(item, Sample) else item


def _task(where: str, language: str, c: Conversation) -> Task:
    turns = [m for m in c.messages if isinstance(m, Assistant)]

    async def gold(conversation: Conversation) -> Assistant:
        return turns[taken(conversation)]

    return Task(where, {"language": language}, gold, partial(_play, c))


async def _play(c: Conversation, player: Player) -> Played:
    """Ask for each turn of the assistant that is not masked, behind what came before it."""
    heard, counted = list[Message](), list[dict[str, float]]()
    for at, gold in enumerate(c.messages):
        if isinstance(gold, Assistant) and not gold.masked:
            before = tuple(_unmasked(m) for m in c.messages[:at])
            turn = await player(msgspec.structs.replace(c, messages=before))
            heard.append(turn)
            counted.append(turn_counts(turn.calls, gold.calls))
    right = [counts["turns right"] for counts in counted]
    credit = sum(right) / len(right) if right else 0.0
    passed = bool(right) and credit == 1
    reason = "" if passed else "wrong_turn" if right else "no_turn"
    return Played(passed, credit, reason, tuple(heard), summed(counted))


def _unmasked(message: Message) -> Message:
    """Give a turn as it is read; whether it is learnt concerns no model that is only asked."""
    if isinstance(message, Assistant) and message.masked:
        return msgspec.structs.replace(message, masked=False)
    return message


def turn_counts(made: Sequence[Call], wanted: Sequence[Call]) -> dict[str, float]:
    """Count a turn: calls named rightly, values of those calls, and turns without any call.

    A call is held against the wanted call of its name that it has most values in common with; a
    value that is not wanted is a wrong one.
    """
    left, named, values, right = list(wanted), 0, 0, 0
    for call in made:
        same = [one for one in left if one.name == call.name]
        if not same:
            continue
        nearest = max(same, key=lambda one: _common(call, one)[0])
        left.remove(nearest)
        equal, all_ = _common(call, nearest)
        named, values, right = named + 1, values + all_, right + equal
    exact = named == len(made) == len(wanted) and values == right
    return {
        "turns": 1.0,
        "turns right": float(exact),
        "made": float(len(made)),
        "wanted": float(len(wanted)),
        "named": float(named),
        "values": float(values),
        "values right": float(right),
        "none made": float(not made),
        "none wanted": float(not wanted),
        "none both": float(not made and not wanted),
    }


def _common(one: Call, other: Call) -> tuple[int, int]:
    """Count the values that two calls have in common, and those that either has."""
    a, b = normal(one.arguments or {}), normal(other.arguments or {})
    return sum(key in b and a[key] == b[key] for key in a), len(a.keys() | b.keys())
