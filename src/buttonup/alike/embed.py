"""Texts as unit vectors, so that near-same ones are found by their cosine.

`wordllama` knows words by meaning (the extra `buttonup[embed]`); `lexical` knows only their
letters, needs nothing, and finds rewordings less well.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from buttonup.alike.words import words
from buttonup.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

Vectors: TypeAlias = "npt.NDArray[np.float32]"
EmbedderName = Literal["auto", "wordllama", "lexical"]

FILLERS = frozenset(
    "a an the of for to in on at and or with from by my your its their some".split()
)


class Embedder(Protocol):
    """Turns texts into unit vectors; the same text gives the same vector."""

    @property
    def name(self) -> str:
        """What it is called in recipes and reports."""
        ...

    @property
    def similar(self) -> float:
        """The cosine from which two texts count as near-duplicates, unless a knob says else."""
        ...

    def __call__(self, texts: Sequence[str], /) -> Vectors:
        """Give a row of length 1 for each text (all zeros for a text without words)."""
        ...


@dataclass(frozen=True, slots=True)
class Lexical:
    """Hashed words, word pairs and letter triples: alike means written alike."""

    dims: int = 1024
    """Buckets that the features are hashed into."""
    similar: float = 0.6
    """Cosine; ours: the shipped scenarios reach 0.49 between any two, rewordings 0.52 to 0.90."""
    name: str = field(default="lexical", init=False)

    def __call__(self, texts: Sequence[str], /) -> Vectors:
        """Give a row for each text."""
        import numpy as np  # noqa: PLC0415 - few processes need it

        rows = np.zeros((len(texts), self.dims), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for feature, weight in _features(text):
                hashed = zlib.crc32(feature.encode("utf-8", "replace"))
                row[(hashed >> 1) % self.dims] += weight if hashed & 1 else -weight
        return _unit(rows)


@dataclass(frozen=True, slots=True)
class WordLlama:
    """Static word embeddings, averaged: alike means said with words of like meaning."""

    model: Any
    similar: float = 0.68
    """Cosine; ours: the shipped scenarios reach 0.56 between any two, rewordings 0.69 to 1.00."""
    name: str = field(default="wordllama", init=False)

    def __call__(self, texts: Sequence[str], /) -> Vectors:
        """Give a row for each text."""
        import numpy as np  # noqa: PLC0415 - few processes need it

        return _unit(np.asarray(self.model.embed(list(texts)), dtype=np.float32))


def pick_embedder(name: EmbedderName = "auto") -> Embedder:
    """Give the embedder of that name; "auto" is wordllama where installed, else lexical.

    Raises BadInput when wordllama is asked for and not installed.
    """
    if name == "lexical" or (name == "auto" and find_spec("wordllama") is None):
        return Lexical()
    if (spec := find_spec("wordllama")) is None or spec.origin is None:
        raise BadInput(
            "the embedder wordllama is not installed",
            'run: pip install "buttonup[embed]", or do without: embedder = "lexical" in a recipe, '
            "--by minhash for dedup",
        )
    return _loaded(Path(spec.origin).parent)


@functools.cache
def _loaded(folder: Path) -> WordLlama:
    """Load wordllama with the weights that lie in its package: nothing is downloaded."""
    package = import_module("wordllama")
    return WordLlama(package.WordLlama.load(cache_dir=folder, disable_download=True))


def _features(text: str) -> list[tuple[str, float]]:
    said = words(text)
    telling = [w for w in said if w not in FILLERS] or said
    triples = [f" {w} "[i : i + 3] for w in telling for i in range(len(w))]
    pairs = [f"{a} {b}" for a, b in pairwise(telling)]
    return [
        *((f"w{w}", 1.0) for w in telling),
        *((f"p{p}", 0.5) for p in pairs),
        *((f"t{t}", 0.3) for t in triples),
    ]


def _unit(rows: Vectors) -> Vectors:
    import numpy as np  # noqa: PLC0415 - few processes need it

    lengths = np.linalg.norm(rows, axis=1, keepdims=True).astype(np.float32)
    unit: Vectors = rows / np.maximum(lengths, np.float32(1e-12))  # no words: zeros stay zeros
    return unit
