"""What is read of a run's folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from buttonup.engine.report import Report, read_report
from buttonup.errors import BadInput
from buttonup.records import Sample
from buttonup.store.lines import read_records
from buttonup.store.submitted import on_their_way


def accepted(folder: Path) -> Iterator[Sample]:
    """Go through the accepted samples of a run, in order. Raises BadInput for no run's folder."""
    yield from read_records(accepted_file(folder), Sample)


def accepted_file(folder: Path) -> Path:
    """Name the file of accepted samples. Raises BadInput for no run's folder."""
    if not (folder / "identity").exists():
        raise BadInput(f"{folder} holds no run", "name the folder that `buttonup run --out` made")
    return folder / "accepted.jsonl"


def batches_on_their_way(folder: Path) -> int:
    """Count the batches that a run has handed to a provider and not made use of yet."""
    return on_their_way(folder / "batches")


def report(folder: Path) -> Report:
    """Count what a run made and gave up, whether or not it has ended.

    Raises  BadInput for a folder that holds no run, or files that no run wrote
    """
    return read_report(folder)
