"""All that a training learns and measures: its data, what is mixed in, and the rounds before."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from buttonup.chat import Tokens
from buttonup.errors import BadInput
from buttonup.records import digest
from buttonup.train import models
from buttonup.train.mixing import Other, drawn, hold_back
from buttonup.train.results import read_results
from buttonup.train.rows import OWN, Rows, gather, read_rows
from buttonup.train.training import Training

MIXED = "mix: "  # and a path: the source of rows that are mixed in
ROUND = "round "  # and its number: the source of rows of an earlier round


class Prepared(NamedTuple):
    """What is learnt, what is measured, and what was left out."""

    rows: Rows
    held: Rows
    skipped: Counter[str]
    round: int


def prepared(data: Path, k: Training, tokens: Tokens) -> Prepared:
    """Gather all sources, hold some of each back, and draw the shares.

    Raises  BadInput where one cannot be read, has too few rows or rows of another kind, or the
            round before was of another template
    """
    own = gather(data, tokens, k.max_length, cut=k.cut)
    learnt, held = hold_back(own.rows, k.held_back, k.seed)
    skipped, kept = Counter(own.skipped), [held]
    others = dict[str, Other]()
    for mixed in k.mix:
        more = gather(Path(mixed.data), tokens, k.max_length, f"{MIXED}{mixed.data}", cut=k.cut)
        rest, back = hold_back(more.rows, k.held_back, k.seed)
        others[f"{MIXED}{mixed.data}"] = Other(rest, mixed.share)
        kept.append(back)
        skipped.update(more.skipped)
    number = 1
    if k.round.after:
        earlier = Path(k.round.after)
        number = _round_before(earlier, tokens) + 1
        past = _of_round(read_rows(earlier / "rows.jsonl"), number - 1)
        others[f"rounds before {number}"] = Other(past, k.round.replay)
        kept.append(_of_round(read_rows(earlier / "held.jsonl"), number - 1))
    chosen = drawn(len(learnt), {n: o for n, o in others.items() if o.share}, k.seed)
    rows: Any = (*learnt, *chain.from_iterable(chosen.values()))
    if len({type(row) for row in rows}) > 1:
        raise BadInput(
            "some data are preference pairs and some conversations", "train on one kind at a time"
        )
    return Prepared(rows, tuple(chain.from_iterable(kept)), skipped, number)  # type: ignore[arg-type]


def _round_before(folder: Path, tokens: Tokens) -> int:
    """Count the rounds so far. Raises BadInput where their rows are of another template."""
    results = read_results(folder)
    if results.template != digest(models.template_of(tokens).source):
        raise BadInput(
            f"{folder} was trained with another chat template",
            "leave --set template out: its model carries it",
        )
    return results.round


def _of_round(rows: Rows, number: int) -> Rows:
    """Say of rows that were a round's own that they are its."""
    return tuple(  # type: ignore[return-value]
        replace(row, source=f"{ROUND}{number}") if row.source == OWN else row for row in rows
    )
