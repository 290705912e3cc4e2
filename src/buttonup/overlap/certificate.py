"""The certificate: what a dataset was compared with, how, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from buttonup import __version__
from buttonup.chunks import in_chunks
from buttonup.formats.detect import read_lines
from buttonup.overlap.benchmarks import Asked, Benchmark, SourceFile, sha256
from buttonup.overlap.measures import NEAR, Comparing, Cosines, Measure, NGrams, Signatures
from buttonup.overlap.pieces import said, trajectory
from buttonup.records import Record, Rejection

BATCH = 512  # messages compared at a time; ours


class Against(Record):
    """A benchmark that was compared with."""

    name: str
    files: tuple[SourceFile, ...]


class Certificate(Record):
    """What a dataset was compared with, how, and what came of it."""

    buttonup: str
    """Version."""
    file: str
    sha256: str
    samples: int
    unread: int
    against: tuple[Against, ...]
    measures: tuple[Measure, ...]
    clean: bool
    """No hit in any measure that was made."""


def contamination(path: Path, benchmarks: Sequence[Benchmark]) -> Certificate:
    """Compare a dataset or a run with benchmarks.

    The benchmarks are held in memory, and our distinct signatures; the dataset is not.
    Raises  BadInput when the dataset cannot be read
    """
    asked = _distinct(one for b in benchmarks for one in b.asked)
    comparing: list[Comparing] = [NGrams(asked)]
    if embeds := find_spec("wordllama") is not None:
        comparing.append(Cosines(asked))
    signatures = Signatures([one for b in benchmarks for one in b.shown])
    samples = unread = 0

    def messages() -> Iterator[tuple[int, str]]:
        nonlocal samples, unread
        for line, _, item in read_lines(path):
            if isinstance(item, Rejection):
                unread += 1
                continue
            samples += 1
            t = trajectory(item)
            signatures(line, t.functions)
            yield from ((line, text) for text in said(t))

    for batch in in_chunks(messages(), BATCH):
        for compare in comparing:
            compare(batch)
    measures = [compare.measure() for compare in comparing]
    measures += [] if embeds else [_not_made()]
    measures.append(signatures.measure())
    return Certificate(
        buttonup=__version__,
        file=path.name,
        sha256=sha256(path / "accepted.jsonl" if path.is_dir() else path),
        samples=samples,
        unread=unread,
        against=tuple(Against(b.name, b.files) for b in benchmarks),
        measures=tuple(measures),
        clean=not any(m.hits for m in measures),
    )


def certificate_path(out: Path) -> Path:
    """Tell where the certificate of an exported file is."""
    return out.with_name(f"{out.name}.contamination.json")


def _distinct(asked: Iterable[Asked]) -> list[Asked]:
    """Keep the first of messages that are the same: benchmarks ask many a thing again."""
    first: dict[str, Asked] = {}
    for one in asked:
        first.setdefault(one.text, one)
    return list(first.values())


def _not_made() -> Measure:
    why = 'the extra embed is not installed: pip install "buttonup[embed]"'
    return Measure(name="embedding", about=f"not made, {why}", threshold=NEAR, made=False)
