"""Three measures of what a dataset shares with benchmarks.

`ngrams` and `embedding` compare what users say, message by message; `signatures` compare functions.
Each has hits, from its threshold up, and tells its nearest misses too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from buttonup.alike.embed import Vectors, pick_embedder
from buttonup.alike.words import runs, words
from buttonup.overlap.benchmarks import Asked, Shown
from buttonup.overlap.pieces import parameters
from buttonup.records import Function, Record

N = 8
"""Words in a row that count as shared. Usual: 13 (GPT-3, and 8 to 13 by a benchmark's length), 8
with half of the test's words covered (Tülu 3); ConTAM finds that more than 8 misses leaks. Not
masked: what leaks from a benchmark is its text, and masked requests share "_ in _ for _"."""
COVERED = 0.5  # of the words of the benchmark's message, by shared runs; as in Tülu 3
SHORTEST = 5
"""Words of a message below which it is not compared: "Yes, please do." is everybody's. Ours.
A message of 5 to 7 words is one run by itself."""
SIGNED = 0.8
"""Jaccard index of the words of two functions' names and the names of their parameters. Ours:
`get_weather(city, unit)` and `get_current_weather(city, unit)` reach it."""
NEAR = 0.9
"""Cosine of wordllama; ours. There is no usual one: Tülu 3 found embeddings too blunt to decide
by, and others have a model look at the pairs. So the nearest misses are to be read."""
TOLD = 10  # nearest misses in a certificate; ours
_NAME_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")
_MARK = re.compile(r"[\W_]")
CLIP = 300  # characters of a text that are quoted


class Pair(Record):
    """Something of ours beside something of a benchmark's."""

    benchmark: str
    """Id of the task, with the turn where it has several; or of the function, with its name."""
    line: int
    """Ours."""
    likeness: float
    theirs: str
    ours: str


class Measure(Record):
    """What one way of comparing came to."""

    name: str
    about: str
    threshold: float
    made: bool = True
    """False where it could not be made; `about` says why."""
    ours: int = 0
    """Messages, or distinct functions, compared."""
    theirs: int = 0
    """Distinct ones."""
    too_short: int = 0
    """Messages on either side that are not compared (ngrams, embedding)."""
    lines: tuple[int, ...] = ()
    """Our lines with a hit; of a function, the first line that shows it."""
    hits: tuple[Pair, ...] = ()
    """The most alike of ours for each of theirs that is hit."""
    nearest: tuple[Pair, ...] = ()
    """The most alike of ours for those of theirs that come nearest and are not hit."""


class Comparing(Protocol):
    """One way of comparing, which is shown all of ours, some at a time."""

    def __call__(self, messages: Sequence[tuple[int, str]], /) -> None:
        """See messages of ours, each with its line."""
        ...

    def measure(self) -> Measure:
        """Say what came of it."""
        ...


@dataclass(slots=True)
class _Best:
    """The most alike of ours for each of theirs, and our lines that are alike enough."""

    threshold: float
    pairs: dict[int, tuple[float, int, str]] = field(default_factory=dict)
    """Place of theirs -> likeness, our line, our words."""
    lines: set[int] = field(default_factory=set)

    def see(self, place: int, likeness: float, line: int, ours: str) -> None:
        """Look at a pair; of equals the first stays."""
        if likeness >= self.threshold:
            self.lines.add(line)
        if likeness > self.pairs.get(place, (0.0,))[0]:
            self.pairs[place] = (likeness, line, _clipped(ours))

    def told(self, theirs: Callable[[int], tuple[str, str]]) -> tuple[list[Pair], list[Pair]]:
        """Give the hits, and the nearest misses; `theirs` gives the id and words of a place."""
        ranked = sorted(self.pairs.items(), key=lambda item: (-item[1][0], item[0]))
        pairs = [
            Pair(theirs(at)[0], line, round(likeness, 4), _clipped(theirs(at)[1]), ours)
            for at, (likeness, line, ours) in ranked
        ]
        hits = sum(likeness >= self.threshold for likeness, _, _ in self.pairs.values())
        return pairs[:hits], pairs[hits : hits + TOLD]


class NGrams:
    """Compares by runs of eight words: which share of a benchmark's message they cover."""

    def __init__(self, asked: Iterable[Asked]) -> None:
        self._asked = list(asked)
        self._words = [words(one.text) for one in self._asked]
        self._runs: dict[tuple[str, ...], list[tuple[int, int]]] = defaultdict(list)
        self._lengths: set[int] = set()
        for place, said_ in enumerate(self._words):
            n = min(N, len(said_))
            if n >= SHORTEST:
                self._lengths.add(n)
                for start, run in enumerate(runs(said_, n)):
                    self._runs[run].append((place, start))
        self._best = _Best(COVERED)
        self._ours = 0
        self._short = sum(len(said_) < SHORTEST for said_ in self._words)

    def __call__(self, messages: Sequence[tuple[int, str]], /) -> None:
        """See messages of ours."""
        for line, text in messages:
            said_ = words(text)
            if len(said_) < SHORTEST:
                self._short += 1
                continue
            self._ours += 1
            for place, covered in self._covered(said_).items():
                share = len(covered) / len(self._words[place])
                self._best.see(place, share, line, text)

    def _covered(self, said_: list[str]) -> dict[int, set[int]]:
        """Give the words of each benchmark message that runs shared with ours cover."""
        covered: dict[int, set[int]] = defaultdict(set)
        for n in self._lengths:
            for run in runs(said_, n):
                for place, start in self._runs.get(run, ()):
                    covered[place].update(range(start, start + n))
        return covered

    def measure(self) -> Measure:
        """Say what came of it."""
        hits, nearest = self._best.told(lambda at: (self._asked[at].id, self._asked[at].text))
        return Measure(
            name="ngrams",
            about=f"share of a benchmark message's words in runs of {N} words that one message of "
            "ours has too; case and punctuation set aside, nothing masked",
            threshold=COVERED,
            ours=self._ours,
            theirs=sum(len(said_) >= SHORTEST for said_ in self._words),
            too_short=self._short,
            lines=tuple(sorted(self._best.lines)),
            hits=tuple(hits),
            nearest=tuple(nearest),
        )


class Cosines:
    """Compares by meaning: the cosine of the messages' vectors (the extra `embed`)."""

    def __init__(self, asked: Iterable[Asked]) -> None:
        import numpy as np  # noqa: PLC0415 - few processes need it

        every = list(asked)
        self._asked = [one for one in every if len(words(one.text)) >= SHORTEST]
        self._embed = pick_embedder("wordllama")
        texts = [one.text for one in self._asked]
        self._rows: Vectors = self._embed(texts) if texts else np.zeros((0, 1), np.float32)
        self._best = _Best(NEAR)
        self._ours = 0
        self._short = len(every) - len(self._asked)

    def __call__(self, messages: Sequence[tuple[int, str]], /) -> None:
        """See messages of ours."""
        long = [(line, text) for line, text in messages if len(words(text)) >= SHORTEST]
        self._short += len(messages) - len(long)
        self._ours += len(long)
        if not long or not self._asked:
            return
        cosines = self._embed([text for _, text in long]) @ self._rows.T
        self._best.lines |= {long[i][0] for i in (cosines.max(axis=1) >= NEAR).nonzero()[0]}
        for place, i in enumerate(cosines.argmax(axis=0)):
            self._best.see(place, float(cosines[i, place]), *long[i])

    def measure(self) -> Measure:
        """Say what came of it."""
        hits, nearest = self._best.told(lambda at: (self._asked[at].id, self._asked[at].text))
        return Measure(
            name="embedding",
            about=f"cosine of two messages' vectors, by {self._embed.name}",
            threshold=NEAR,
            ours=self._ours,
            theirs=len(self._asked),
            too_short=self._short,
            lines=tuple(sorted(self._best.lines)),
            hits=tuple(hits),
            nearest=tuple(nearest),
        )


class Signatures:
    """Compares functions by the words of their names and the names of their parameters."""

    def __init__(self, shown: Iterable[Shown]) -> None:
        distinct: dict[frozenset[str], Shown] = {}
        for one in shown:
            distinct.setdefault(signature(one.function), one)
        self._signatures = list(distinct)
        self._shown = list(distinct.values())
        self._having: dict[str, list[int]] = defaultdict(list)
        for place, signed in enumerate(self._signatures):
            for part in signed:
                self._having[part].append(place)
        self._best = _Best(SIGNED)
        self._seen: set[frozenset[str]] = set()

    def __call__(self, line: int, functions: Iterable[Function]) -> None:
        """See the functions that a line of ours shows."""
        for function in functions:
            signed = signature(function)
            if signed not in self._seen:
                self._seen.add(signed)
                for place in {at for part in signed for at in self._having.get(part, ())}:
                    other = self._signatures[place]
                    likeness = len(signed & other) / len(signed | other)
                    self._best.see(place, likeness, line, _signed(function))

    def measure(self) -> Measure:
        """Say what came of it."""

        def theirs(at: int) -> tuple[str, str]:
            one = self._shown[at]
            return f"{one.id} {one.function.name}", _signed(one.function)

        hits, nearest = self._best.told(theirs)
        return Measure(
            name="signatures",
            about="Jaccard index of the words of two functions' names and the names of their "
            "parameters",
            threshold=SIGNED,
            ours=len(self._seen),
            theirs=len(self._shown),
            lines=tuple(sorted(self._best.lines)),
            hits=tuple(hits),
            nearest=tuple(nearest),
        )


def signature(function: Function) -> frozenset[str]:
    """Give the words of a function's name, and the names of its parameters.

    What stands before a dot is where it belongs, not what it does, and counts as words too.
    """
    given = {f"({_MARK.sub('', name.lower())}" for name in parameters(function)}
    return frozenset({part.lower() for part in _NAME_PART.findall(function.name)} | given)


def _signed(function: Function) -> str:
    return f"{function.name}({', '.join(parameters(function))})"


def _clipped(text: str) -> str:
    return text if len(text) <= CLIP else text[: CLIP - 1] + "…"
