"""A conversation as a model reads it, through a chat template: what is learnt, and the tokens.

The templates to choose from are the tokenizer's own, the one that ButtonUp trains its students
with, and those of the packages that are installed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from markupsafe import Markup
from msgspec import structs

from buttonup.chat import Rendered, Template, labelled, render, usable
from buttonup.chat.template import places
from buttonup.chat.tokens import IGNORED, control_tokens, load
from buttonup.errors import BadInput, Reject
from buttonup.records import Assistant, Conversation, encode
from buttonup.train.models import OURS
from buttonup.view.sample.visible import NOTHING, visible

OWN = "buttonup/chatml"
"""The template that comes with ButtonUp; the one shown when none is chosen."""
MOST = 200_000
"""Characters of a text that are shown; ours."""

MOST_WORK = 3_000_000
"""Characters rendered, those of each turn counted again: a few seconds. Ours."""
LEFT_OUT = "This template cannot teach the conversation: an export would leave it out. "
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
    """Why there are no rows; "" where there are."""


def rendering(c: Conversation, choice: str = "", tokenizer: Path | None = None) -> Shown:
    """Render a conversation through the template of that name; "" for the first there is."""
    known = templates(tokenizer)
    name = choice if choice in known else next(iter(known))
    if _work(c) > MOST_WORK:
        told = "Too long to be rendered on a page; `buttonup export --tokenizer` takes any length."
        return Shown(name, tuple(known), refused=told)
    try:
        template = _loaded(name, known[name], tokenizer)
        loaded = load(tokenizer / "tokenizer.json") if tokenizer else None
        if loaded and (found := control_tokens(loaded, template).search(encode(c).decode())):
            return Shown(name, tuple(known), refused=f"{LEFT_OUT}control_token: {found[0]}")
        texts = render(c, template, usable(template))
        rows = tuple(_row(one, loaded) for one in texts)
    except Reject as reject:
        return Shown(name, tuple(known), refused=f"{LEFT_OUT}{reject.reason}: {reject.detail}")
    except BadInput as bad:
        return Shown(name, tuple(known), refused=f"{str(bad).partition(';')[0]}. Choose another.")
    return Shown(name, tuple(known), rows, "" if rows else f"{LEFT_OUT}nothing_to_learn")


def templates(tokenizer: Path | None = None) -> dict[str, Path]:
    """Name the templates to choose from: a tokenizer's own first, then ours, then packages'."""
    found = {OWN: OURS}
    with suppress(BadInput):  # where no package that has any is installed
        found |= dict(places(()))
    return {tokenizer.resolve().name: tokenizer, **found} if tokenizer else found


def _loaded(name: str, path: Path, tokenizer: Path | None) -> Template:
    template = structs.replace(Template.load(path), name=name)
    return template.marked_as(tokenizer) if tokenizer and path != tokenizer else template


def _work(c: Conversation) -> int:
    """Say how much there is to render: every turn is rendered with all that came before it."""
    turns = sum(isinstance(m, Assistant) and not m.masked for m in c.messages)
    return turns * len(encode(c))


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
