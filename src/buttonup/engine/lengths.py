"""How long a run's samples are: messages, words, characters, tokens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from buttonup.engine.variety import Histogram
from buttonup.records import Record

CHARACTERS_A_TOKEN = 4
"""The rule of thumb of OpenAI's help page "What are tokens and how to count them?" for English.
JSON takes more tokens than it says; only the tokenizer of the model to be trained knows."""

BARS = 20
"""Ranges that a histogram of lengths has up to its 99th percentile, at most. Ours."""


class Lengths(Record, omit_defaults=False):
    """How long the accepted samples are."""

    messages: Histogram = Histogram()
    assistant_turns: Histogram = Histogram()
    """Messages of the assistant, with calls or with words."""
    answer_words: Histogram = Histogram()
    """Words that the assistant says to the user, in all its turns."""
    characters: Histogram = Histogram()
    """Of the functions shown and all messages, as compact JSON where they are JSON."""
    tokens: Histogram = Histogram()
    """Estimated: `characters` by CHARACTERS_A_TOKEN."""
    asked_tokens: Histogram = Histogram()
    """In and out, as endpoints counted them: of the conversations for which a model was asked."""


@dataclass(slots=True)
class LengthTally:
    """What is counted while samples are gone through: each a value and how often it came."""

    messages: Counter[int] = field(default_factory=Counter)
    assistant_turns: Counter[int] = field(default_factory=Counter)
    answer_words: Counter[int] = field(default_factory=Counter)
    characters: Counter[int] = field(default_factory=Counter)
    asked_tokens: Counter[int] = field(default_factory=Counter)

    def add(self, messages: int, answers: Iterable[str], characters: int, asked: int) -> None:
        """Count one sample; `answers` are what the assistant says, "" in a turn with calls."""
        said = [len(answer.split()) for answer in answers]
        self.messages[messages] += 1
        self.assistant_turns[len(said)] += 1
        self.answer_words[sum(said)] += 1
        self.characters[characters] += 1
        if asked:
            self.asked_tokens[asked] += 1

    def join(self, other: LengthTally) -> None:
        """Add what another tally has, which was counted of other samples."""
        for one in fields(self):
            getattr(self, one.name).update(getattr(other, one.name))

    def lengths(self) -> Lengths:
        """Sum up."""
        tokens: Counter[int] = Counter()
        for characters, times in self.characters.items():
            tokens[-(-characters // CHARACTERS_A_TOKEN)] += times
        counted = {one.name: in_ranges(getattr(self, one.name)) for one in fields(self)}
        return Lengths(**counted, tokens=in_ranges(tokens))


def in_ranges(counts: Counter[int]) -> Histogram:
    """Gather counts in ranges of 1, 2 or 5 times a power of ten, as few as are easily read."""
    if not counts:
        return Histogram()
    ordered = sorted(counts)
    step = _step(_percentile(counts, ordered, 0.99) - ordered[0])
    gathered: Counter[int] = Counter()
    for value in ordered:
        gathered[value // step * step] += counts[value]
    return Histogram(
        counts={str(value): times for value, times in gathered.items()},
        median=_percentile(counts, ordered, 0.5),
        most=ordered[-1],
        step=step,
    )


def _percentile(counts: Counter[int], ordered: list[int], share: float) -> int:
    left = counts.total() * share
    for value in ordered:
        left -= counts[value]
        if left <= 0:
            return value
    return ordered[-1]


def _step(span: int) -> int:
    power = 1
    while True:
        for times in (1, 2, 5):
            if span < times * power * BARS:
                return times * power
        power *= 10
