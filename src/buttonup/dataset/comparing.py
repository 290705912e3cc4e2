"""What of a dataset is nearly the same, and what it shares with benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import json

from buttonup import overlap
from buttonup.formats.export import refuse_taken
from buttonup.records import encode
from buttonup.store.whole import put


def dedup(
    path: Path,
    out: Path,
    *,
    of: overlap.Of = "requests",
    by: overlap.By = "minhash",
    threshold: float | None = None,
    overwrite: bool = False,
) -> overlap.Distinct:
    """Write what of a dataset or a run has no near-duplicate before it, and beside it what has one.

    Raises  BadInput when the dataset cannot be read, there can be no such threshold, the extra that
            the way needs is not installed, or a path is taken
    """
    return overlap.dedup(path, of, by, overlap.finder(of, by, threshold), out, replace=overwrite)


def benchmarks_of(against: Sequence[str]) -> list[overlap.Benchmark]:
    """Read benchmarks; BFCL also from where `evaluate` has it installed."""
    from buttonup.evaluate.suites.bfcl import PACKAGE  # noqa: PLC0415 - only where it is wanted

    return [overlap.read_benchmark(one, PACKAGE.folder) for one in against]


def contamination(
    path: Path, against: Sequence[str], out: Path | None = None, *, overwrite: bool = False
) -> overlap.Certificate:
    """Compare a dataset or a run with benchmarks, and write the certificate to `out` if given.

    Each of `against` is the path of a file or folder, or "bfcl" for the installed `bfcl-eval`.
    Raises  BadInput when something cannot be read, or the path is taken or cannot be written
    """
    if out:
        refuse_taken(out, replace=overwrite)
    told = overlap.contamination(path, benchmarks_of(against))
    if out:
        write_certificate(out, told)
    return told


def write_certificate(path: Path, told: overlap.Certificate) -> None:
    """Write a certificate as indented JSON."""
    put(path, json.format(encode(told), indent=1) + b"\n")
