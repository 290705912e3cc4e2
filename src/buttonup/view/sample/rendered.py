"""A conversation as a model reads it, through a chat template: what is learnt, and the tokens.

The templates to choose from are the tokenizer's own, the one that ButtonUp trains its students
with, and those of the packages that are installed.
"""

from __future__ import annotations

import functools
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from markupsafe import Markup
from msgspec import structs

from buttonup.chat import Rendered, Template, labelled, named, render, usable
from buttonup.chat.tokens import IGNORED, control_tokens, load
from buttonup.errors import BadInput, Reject
from buttonup.records import Conversation, encode
from buttonup.train.models import OURS
from buttonup.view.sample.visible import NOTHING, visible

OWN = "buttonup/chatml"
"""The template that comes with ButtonUp; the one shown when none is chosen."""
MOST = 200_000
"""Characters of a text that are shown; ours."""

EDGE = 900
"""Characters shown before and behind the fold of a long stretch."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: of one message that is learnt, or of what is only read."""

    text: Markup
    at: int | None
    """Index of the message that is learnt here; None where nothing is."""
    folded: Markup = NOTHING
    """What is folded away behind the text, of a long stretch that is only read."""
    length: int = 0
    """Characters of what is folded."""
    rest: Markup = NOTHING
    """What stands behind the fold."""


@dataclass(frozen=True, slots=True)
class Row:
    """A text as a trainer gets it."""

    pieces: tuple[Piece, ...]
    characters: int
    learnt: int
    """Characters that are learnt."""
    tokens: int | None = None
    """None where no tokenizer was given."""
    learnt_tokens: int | None = None
    cut: int = 0
    """Characters that are not shown."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of rendering."""

    template: str
    choices: tuple[str, ...]
    rows: tuple[Row, ...] = ()
    refused: str = ""
    """Why the template cannot teach this conversation; "" where it can."""


def rendering(c: Conversation, choice: str = "", tokenizer: Path | None = None) -> Shown:
    """Render a conversation through the template of that name; "" for the first there is."""
    known = templates(tokenizer)
    name = choice if choice in known else next(iter(known))
    try:
        template = known[name]
        loaded = load(tokenizer / "tokenizer.json") if tokenizer else None
        if loaded and (found := control_tokens(loaded, template).search(encode(c).decode())):
            return Shown(name, tuple(known), refused=f"control_token: {found[0]}")
        texts = render(c, template, usable(template))
        rows = tuple(_row(one, loaded) for one in texts)
    except Reject as reject:
        return Shown(name, tuple(known), refused=f"{reject.reason}: {reject.detail}")
    except BadInput as bad:
        return Shown(name, tuple(known), refused=str(bad))
    return Shown(name, tuple(known), rows, "" if rows else "nothing_to_learn: no turn is learnt")


@functools.lru_cache(maxsize=4)
def templates(tokenizer: Path | None = None) -> dict[str, Template]:
    """Name the templates to choose from: a tokenizer's own first, then ours, then packages'."""
    found = {OWN: structs.replace(Template.load(OURS), name=OWN)}
    with suppress(BadInput):  # where no package that has any is installed
        found |= {one.name: one for one in named(())}
    if tokenizer is None:
        return found
    own = Template.load(tokenizer)
    return {own.name: own, **{name: one.marked_as(tokenizer) for name, one in found.items()}}


def _row(one: Rendered, tokenizer: Any) -> Row:
    borders = sorted({0, *(b for s in one.spans for b in (s.start, s.end)), len(one.text)})
    learnt = {s.start: s.at for s in one.spans}
    spans = sum(s.end - s.start for s in one.spans)
    ends = _token_ends(one, tokenizer) if tokenizer else []
    pieces = tuple(
        _piece(one.text, a, min(b, MOST), ends, learnt.get(a))
        for a, b in pairwise(borders)
        if a < MOST
    )
    cut = max(len(one.text) - MOST, 0)
    if not tokenizer:
        return Row(pieces, len(one.text), spans, cut=cut)
    row = labelled(one, tokenizer)
    learning = sum(label != IGNORED for label in row.labels)
    return Row(pieces, len(one.text), spans, len(row.input_ids), learning, cut)


def _piece(text: str, start: int, end: int, ends: list[int], at: int | None) -> Piece:
    """Write a stretch; of a long one that is only read, the middle is folded."""
    if at is not None or end - start <= 3 * EDGE:
        return Piece(_ruled(text, start, end, ends), at)
    a, b = start + EDGE, end - EDGE
    return Piece(
        _ruled(text, start, a, ends),
        None,
        _ruled(text, a, b, ends),
        b - a,
        _ruled(text, b, end, ends),
    )


def _token_ends(one: Rendered, tokenizer: Any) -> list[int]:
    encoding = tokenizer.encode(one.text, add_special_tokens=False)
    return sorted({end for start, end in encoding.offsets if end > start})


def _ruled(text: str, start: int, end: int, ends: list[int]) -> Markup:
    """Write a stretch; where its tokens are known, every other one is shaded."""
    if not ends:
        return visible(text[start:end])
    return Markup("").join(_shaded(text, start, end, ends))


def _shaded(text: str, start: int, end: int, ends: list[int]) -> Iterator[Markup]:
    shade = Markup('<span class="token">{}</span>')
    n = bisect_right(ends, start)
    while start < end:
        stop = min(ends[n], end) if n < len(ends) else end
        words = visible(text[start:stop])
        yield shade.format(words) if n % 2 else words
        start, n = stop, n + 1
