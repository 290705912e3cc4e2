"""Which of the texts before it is a text's twin: the first that is kept and like enough.

Three ways to tell: the very same text (`Same`), the words that two share (`SharedWords`), and their
meaning (`Meaning`). A text with a twin is not kept, so nothing becomes its twin.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple, Protocol

from rensa import RMinHash, RMinHashLSH

from buttonup.alike.embed import Embedder, Vectors
from buttonup.alike.words import runs, words

SHINGLE = 3  # words in a row; ours: of a request of 10 words, 5 in a row would leave little
BANDS = 16
"""Tables of the index; ours: more find a little more, and take their share of memory each."""
BITS = 256  # of a sketch; ours: requests have some 40 shingles
RECALL = 0.98  # of twins just as alike as the threshold; ours
BLOCK = 1 << 14
"""Kept vectors that are compared with at a time: 32 MB of cosines with 512 texts."""


class Twin(NamedTuple):
    """The kept text that makes another superfluous."""

    place: int
    """Which of all the texts shown it is, from 0."""
    likeness: float
    """0 to 1."""


class Finder(Protocol):
    """Is shown texts, some at a time, and remembers those that it keeps."""

    def __call__(self, texts: Sequence[str], /) -> list[Twin | None]:
        """Give for each text its twin, or None when it is kept. What has no words has no twin."""
        ...


@dataclass(slots=True)
class Same:
    """Finds texts that are the same, letter by letter. Takes some 150 bytes a text kept."""

    shown: int = 0
    places: dict[bytes, int] = field(default_factory=dict)

    def __call__(self, texts: Sequence[str], /) -> list[Twin | None]:
        """Give for each text its twin, or None."""
        return [self._twin(text) for text in texts]

    def _twin(self, text: str) -> Twin | None:
        place, self.shown = self.shown, self.shown + 1
        if not text.strip():
            return None
        first = self.places.setdefault(_digest(text), place)
        return None if first == place else Twin(first, 1.0)


class _Shingled(NamedTuple):
    """The shingles of a text, as hashes: they differ between processes, and are used in one."""

    sketch: int
    """A bit of `BITS` for each of them; several may share one."""
    numbers: array[int]

    @classmethod
    def of(cls, numbers: set[int]) -> _Shingled:
        """Make it."""
        sketch = 0
        for number in numbers:
            sketch |= 1 << number % BITS
        return cls(sketch, array("q", numbers))

    def likeness(self, other: _Shingled, least: float) -> float:
        """Give the Jaccard index; 0 where the sketches show that it is under `least`.

        Every shared shingle has its bit in both sketches, so there are no more of them than common
        bits and own shingles whose bit another has taken. Most of what is proposed ends here.
        """
        both = len(self.numbers) + len(other.numbers)
        crowded = len(self.numbers) - self.sketch.bit_count()
        most = (self.sketch & other.sketch).bit_count() + crowded
        if most < (both - most) * least:
            return 0.0
        shared = len({*self.numbers}.intersection(other.numbers))
        return shared / (both - shared)


@dataclass(slots=True)
class SharedWords:
    """Finds texts by the runs of three words that they share: their Jaccard index.

    MinHash (rensa) proposes, and every pair is verified: none is found that is not over the
    threshold. Of those just at the threshold, 98 % are proposed; of more alike ones, more.
    Takes some 2 KB a text kept, for requests of 40 words.
    """

    threshold: float = 0.7
    """Jaccard index; that of most deduplication of text by MinHash (0.7 to 0.8)."""
    shown: int = 0
    kept: dict[int, _Shingled] = field(default_factory=dict)
    """By place."""
    index: RMinHashLSH = field(init=False)

    def __post_init__(self) -> None:
        self.index = RMinHashLSH(self.threshold, self.signature, BANDS)

    @property
    def signature(self) -> int:
        """Hash values of a text; how many decides which pairs are proposed."""
        return BANDS * rows(self.threshold)

    def __call__(self, texts: Sequence[str], /) -> list[Twin | None]:
        """Give for each text its twin, or None."""
        shingled = [shingles(text) for text in texts]
        hashed = RMinHash.from_token_sets([list(s) for s in shingled], self.signature, 1)
        return [self._twin(s, m) for s, m in zip(shingled, hashed, strict=True)]

    def _twin(self, mine: set[str], hashed: RMinHash) -> Twin | None:
        place, self.shown = self.shown, self.shown + 1
        if not mine:
            return None
        shingled = _Shingled.of({hash(s) for s in mine})
        for other in sorted(set(self.index.query(hashed))):
            likeness = shingled.likeness(self.kept[other], self.threshold)
            if likeness >= self.threshold:
                return Twin(other, likeness)
        self.index.insert(place, hashed)
        self.kept[place] = shingled
        return None


@dataclass(slots=True)
class Meaning:
    """Finds texts by the cosine of their vectors, all pairs: exact, and time grows as a square.

    Takes 1 KB a text kept, at 256 dimensions.
    """

    embed: Embedder
    threshold: float
    shown: int = 0
    places: list[int] = field(default_factory=list)
    blocks: list[Vectors] = field(default_factory=list)
    """The vectors kept, in their order; only the last block has less than `BLOCK`."""

    def __call__(self, texts: Sequence[str], /) -> list[Twin | None]:
        """Give for each text its twin, or None."""
        rows = self.embed(texts)
        twins = self._among_kept(rows)
        among = rows @ rows.T
        alive: list[int] = []
        for i, twin in enumerate(twins):
            if twin is None:
                near = next((j for j in alive if among[i, j] >= self.threshold), None)
                if near is None:
                    alive.append(i)
                else:
                    twins[i] = Twin(self.shown + near, float(among[i, near]))
        self._keep(rows[alive], [self.shown + i for i in alive])
        self.shown += len(texts)
        return twins

    def _among_kept(self, rows: Vectors) -> list[Twin | None]:
        """Look for the first kept vector that is near; a row that has one is looked for no more."""
        import numpy as np  # noqa: PLC0415 - few processes need it

        twins: list[Twin | None] = [None] * len(rows)
        left = np.arange(len(rows))
        for number, block in enumerate(self.blocks):
            cosines = rows[left] @ block.T
            near = cosines >= self.threshold
            found, first = near.any(axis=1), near.argmax(axis=1)
            for at in np.flatnonzero(found):
                place = self.places[number * BLOCK + int(first[at])]
                twins[int(left[at])] = Twin(place, float(cosines[at, first[at]]))
            left = left[~found]
        return twins

    def _keep(self, rows: Vectors, places: list[int]) -> None:
        import numpy as np  # noqa: PLC0415 - few processes need it

        self.places += places
        last = self.blocks.pop() if self.blocks and len(self.blocks[-1]) < BLOCK else rows[:0]
        joined = np.concatenate([last, rows])
        self.blocks += [joined[i : i + BLOCK] for i in range(0, len(joined), BLOCK)]


def shingles(text: str) -> set[str]:
    """Give the runs of three words of a text; of a shorter one, all of it.

    >>> sorted(shingles("Hire a bike for me"))
    ['a bike for', 'bike for me', 'hire a bike']
    """
    said = words(text)
    if len(said) < SHINGLE:
        return {" ".join(said)} if said else set()
    return set(map(" ".join, runs(said, SHINGLE)))


def rows(threshold: float) -> int:
    """Give how many hash values two texts must share in a table, so that `RECALL` are proposed.

    The more of them, the fewer pairs are verified in vain.
    """
    enough = (r for r in range(2, 17) if 1 - (1 - threshold**r) ** BANDS >= RECALL)
    return max(enough, default=1)


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()
