"""A conversation as text, and exactly where in it the assistant wrote.

What the assistant writes in a turn is what stands between two renderings of the template: the
messages before the turn, up to where the model is prompted, and the messages with the turn. No
mark is looked for, so nothing that anybody says can be taken for one.

Many templates rewrite what is past: thoughts of earlier requests go, tools move to the last
message. A turn is learnt only behind the very text that the model will see when it is to write
it. Where the whole conversation is not that, a turn has a row of its own: the rendering that ends
with it. So each turn is learnt once, in its place, whatever a template does to history.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from buttonup.chat.dialects import Dialect, messages, tools
from buttonup.chat.syntaxes import calls_in
from buttonup.chat.template import Template
from buttonup.errors import Reject
from buttonup.records import Assistant, Conversation, Json, Tool, User, encode

_MARKS = re.compile(r"<[^<>\s]+>|\[[^\[\]\s]+\]")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch that the assistant wrote: its end-of-turn token is in, its header is not."""

    start: int
    end: int
    at: int
    """Index of the message."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text, and what of it is learnt, in order."""

    text: str
    spans: tuple[Span, ...]

    @property
    def written(self) -> tuple[str, ...]:
        """What the assistant wrote, span by span."""
        return tuple(self.text[span.start : span.end] for span in self.spans)


def render(c: Conversation, template: Template, to: Dialect) -> tuple[Rendered, ...]:
    """Render a conversation into as few texts as teach each turn in its place.

    Turns that are masked are in the texts and in no span. White space behind the end of a turn
    belongs to the template. None when no turn is to be learnt.
    Rejects  "template_refuses"; "prompt_rewritten" when what the template writes before a turn is
             not what it prompts the model with; "prompt_behind" when it prompts again behind one;
             "calls_lost" (the detail is all that was written), "words_lost", "result_lost";
             "malformed_arguments", "tag_in_text"
    """
    told, shown = messages(c, to), tools(c)
    ahead = len(told) - len(c.messages)  # the system message
    turns = [i for i, m in enumerate(c.messages) if isinstance(m, Assistant) and not m.masked]
    ends = {i: _ending(c, i, told[: i + ahead + 1], shown, template, to) for i in turns}
    return tuple(_rows(c, told, ahead, ends))


def _rows(
    c: Conversation, told: list[Json], ahead: int, ends: dict[int, tuple[str, Span]]
) -> Iterator[Rendered]:
    """Put each turn into the longest text that has it in its place, the longest text first."""
    while ends:
        last = max(ends)
        text = ends[last][0]
        here = {i: s for i, (own, s) in ends.items() if text.startswith(own[: s.end])}
        _whole(c, told[ahead : last + ahead + 1], text)
        yield Rendered(text[: here[last].end], tuple(here[i] for i in sorted(here)))
        ends = {i: end for i, end in ends.items() if i not in here}


def _ending(
    c: Conversation,
    at: int,
    told: list[Json],
    shown: list[Json],
    template: Template,
    to: Dialect,
) -> tuple[str, Span]:
    """Render up to the end of a turn, and find what the assistant wrote of it."""
    prompt = template.text(told[:-1], shown, prompt=True)
    text = template.text(told, shown)
    if not text.startswith(prompt):
        raise Reject("prompt_rewritten", f"message {at}: {_parting(prompt, text)}")
    span = Span(len(prompt), max(len(prompt), len(text.rstrip())), at)
    written = text[span.start : span.end]
    if (header := _header(prompt)) and written.endswith(header):
        more = template.text([*told, {"role": "user", "content": "More."}], shown)
        if not more.startswith(text[: span.end]):  # else it is how every message ends
            raise Reject("prompt_behind", f"message {at}: {header}")
    _said(c, at, written, to)
    return text, span


def _header(prompt: str) -> str:
    """Give a prompt from its last token-like mark on, such as <|im_start|>assistant."""
    last = next(iter(_MARKS.findall(prompt)[-1:]), "")
    return prompt[prompt.rindex(last) :].rstrip() if last else ""


def _said(c: Conversation, at: int, written: str, to: Dialect) -> None:
    """See that a turn's calls and words are in what is written of it."""
    turn = c.messages[at]
    assert isinstance(turn, Assistant)
    if turn.answer.strip() not in written:
        raise Reject("words_lost", turn.answer[:80])
    if not turn.calls:
        return
    offered = (m.offers for m in c.messages[:at] if isinstance(m, User))
    functions = (*c.functions, *chain.from_iterable(offered))
    read = calls_in(written, to.syntax, functions) if to.syntax else None
    if read is None or encode(read) != encode([(call.name, call.arguments) for call in turn.calls]):
        raise Reject("calls_lost", written)


def _whole(c: Conversation, told: list[Json], text: str) -> None:
    """See that what the user said and the tools gave is in the text."""
    for message, shown in zip(c.messages, told, strict=False):
        words = shown["content"]
        if isinstance(message, User) and words.strip() not in text:
            raise Reject("words_lost", words[:80])
        if isinstance(message, Tool) and not _somehow(words.strip(), text):
            raise Reject("result_lost", words[:80])


def _somehow(words: str, text: str) -> bool:
    """Tell whether words are in a text as they are, or quoted as JSON."""
    return words in text or encode(words).decode()[1:-1] in text


def _parting(prompt: str, text: str) -> str:
    """Show where two texts part."""
    pairs = enumerate(zip(prompt, text, strict=False))
    at = next((i for i, (one, other) in pairs if one != other), min(len(prompt), len(text)))
    return f"the model is prompted with {prompt[at : at + 40]!r}, and taught {text[at : at + 40]!r}"
