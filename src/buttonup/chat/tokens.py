"""Conversations as token ids, and labels that are the assistant's tokens and nothing else.

    {"input_ids": [int], "attention_mask": [1, …], "labels": [int or -100], "digest": hex}

A token is learnt when all its characters were written by the assistant. One that straddles a
border would teach half of what somebody else wrote, so a conversation that has one is left out, as
is one whose words hold a control token: a model must not learn that users speak with them.

Source: TRL 1.16.0, `DataCollatorForLanguageModeling` (`input_ids` and `labels`, -100 is no loss);
axolotl 0.19.0, "Pre-tokenized" data (`input_ids`, `attention_mask`, `labels`).
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from buttonup.chat.dialects import Dialect
from buttonup.chat.probe import usable
from buttonup.chat.rendered import Rendered, render
from buttonup.chat.template import Template
from buttonup.errors import BadInput, Reject
from buttonup.formats.card import Census
from buttonup.formats.export import Rows
from buttonup.formats.exported import exported
from buttonup.formats.layout import place
from buttonup.records import Conversation, Record, Sample, digest, encode
from buttonup.store.lines import Stretch, read_stretch

if TYPE_CHECKING:
    from tokenizers import Tokenizer

IGNORED = -100
"""The label of a token that is not learnt (PyTorch's cross entropy passes over it)."""


class Labelled(Record):
    """A row for a trainer: `labels` are the ids where they are learnt, -100 elsewhere."""

    input_ids: tuple[int, ...]
    labels: tuple[int, ...]


def labelled(rendered: Rendered, tokenizer: Tokenizer) -> Labelled:
    """Give the ids of a text and their labels. Rejects "token_straddles"."""
    encoding = tokenizer.encode(rendered.text, add_special_tokens=False)
    ids: list[int] = encoding.ids
    labels, spans = [IGNORED] * len(ids), iter(rendered.spans)
    span = next(spans, None)
    for i, (start, end) in enumerate(encoding.offsets):
        while span is not None and start >= span.end:
            span = next(spans, None)
        if span is None:
            break
        if start == end or end <= span.start:
            continue
        if start < span.start or end > span.end:
            raise Reject("token_straddles", rendered.text[start:end])
        labels[i] = ids[i]
    return Labelled(tuple(ids), tuple(labels))


class Tokens(Record):
    """The export as token ids: by which tokenizer and template, and how long at most."""

    tokenizer: str
    """Folder with tokenizer.json."""
    template: str = ""
    """File or folder of the chat template, where it is not the tokenizer's own."""
    longest: int = 0
    """Tokens of the longest row that is written; 0 for any."""

    @property
    def name(self) -> str:
        """What the card calls it."""
        return "tokens"

    @property
    def about(self) -> str:
        """What a row is, for the card. Raises BadInput as loading does."""
        loaded = _loaded(self)
        return (
            '`{"input_ids", "attention_mask", "labels", "digest"}`, ready to train on.\n\n'
            "- `labels` are the assistant's tokens, its end of turn among them, and -100 for all "
            "else\n- `digest` is the first 16 hex digits of the text's sha256, as JSON\n"
            f"- the chat template is `{digest(loaded.template.source)}`, by the same digest, with "
            f"calls as `{loaded.to.calls}` writes them; the tokenizer is `{loaded.digest}`"
        )

    def ready(self) -> None:
        """Read tokenizer and template. Raises BadInput for one that cannot be used."""
        _loaded(self)

    def rows_of(self, stretch: Stretch) -> Rows:
        """Write the samples of a part of a file. Raises BadInput for a line that is no sample."""
        census, skipped = Census(), Counter[str]()
        lines, places = list[bytes](), list[float]()
        for sample in read_stretch(stretch, Sample):
            rows = list(self._rows(sample, skipped))
            if rows:
                census.count(sample.trajectory, sample.verdicts)
            lines += rows
            places += [place(sample.trajectory.blueprint.task.text)] * len(rows)
        return Rows(b"".join(lines), census, skipped, tuple(places))

    def _rows(self, sample: Sample, skipped: Counter[str]) -> Iterator[bytes]:
        """Give the lines of a sample; what is left out is counted by its reason."""
        if not sample.accepted:
            skipped["not_accepted"] += 1
            return
        try:
            rows = self.rows(exported(sample.trajectory))
        except Reject as reject:
            skipped[reject.reason] += 1
            return
        if not rows:
            skipped["nothing_to_learn"] += 1
        for text, row in rows:
            if self.longest and len(row.input_ids) > self.longest:
                skipped["too_long"] += 1
                continue
            yield _line(text, row)

    def rows(self, c: Conversation) -> list[tuple[str, Labelled]]:
        """Give each text of a conversation, and its tokens.

        Rejects  "control_token", "token_straddles", and as `render` does
        """
        loaded = _loaded(self)
        if found := loaded.control.search(encode(c).decode()):
            raise Reject("control_token", found[0])
        texts = render(c, loaded.template, loaded.to)
        return [(one.text, labelled(one, loaded.tokenizer)) for one in texts]


def _line(text: str, row: Labelled) -> bytes:
    mask = (1,) * len(row.input_ids)
    told = {
        "input_ids": row.input_ids,
        "attention_mask": mask,
        "labels": row.labels,
        "digest": digest(text),
    }
    return encode(told) + b"\n"


@dataclass(frozen=True, slots=True)
class _Loaded:
    template: Template
    to: Dialect
    tokenizer: Tokenizer
    digest: str
    control: re.Pattern[str]
    """The control tokens, as they stand in JSON."""


@functools.lru_cache(maxsize=4)
def _loaded(tokens: Tokens) -> _Loaded:
    """Read tokenizer and template; each process does so once."""
    file = Path(tokens.tokenizer) / "tokenizer.json"
    tokenizer = load(file)
    template = Template.load(Path(tokens.template or tokens.tokenizer))
    if tokens.template and not Path(tokens.template).is_dir():
        template = template.marked_as(Path(tokens.tokenizer))
    to = usable(template)
    return _Loaded(
        template, to, tokenizer, digest(tokenizer.to_str()), control_tokens(tokenizer, template)
    )


def load(file: Path) -> Tokenizer:
    """Read a tokenizer.json. Raises BadInput when it is none, or the extra is not installed."""
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - an extra
    except ImportError as error:
        mend = 'install it with pip install "buttonup[tokens]"'
        raise BadInput("token ids need the package tokenizers", mend) from error
    mend = "give a folder with tokenizer.json, as `save_pretrained` of a fast tokenizer writes it"
    if not file.is_file():
        raise BadInput(f"there is no {file}", mend)
    try:
        return Tokenizer.from_str(file.read_text("utf-8"))
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}", mend) from error
    except Exception as error:  # what the Rust side raises has no class of its own
        raise BadInput(f"{file} is no tokenizer: {str(error)[:120]}", mend) from error


def control_tokens(tokenizer: Tokenizer, template: Template) -> re.Pattern[str]:
    """Match what reads as a control token: special ones, and others that the template writes.

    Source: transformers 5.24.0, `sanitize_control_tokens`
    """
    added = tokenizer.get_added_tokens_decoder().values()
    control = {
        token.content
        for token in added
        if token.content.strip() and (token.special or token.content in template.source)
    }
    told = sorted((encode(one).decode()[1:-1] for one in control), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, told)) or "(?!)")
