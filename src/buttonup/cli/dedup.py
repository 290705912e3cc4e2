"""`buttonup dedup`: keeps the first of what is nearly the same."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import click

from buttonup.cli import options
from buttonup.dataset import comparing
from buttonup.overlap import By, Of, dropped_path


@click.command()
@click.argument("file", metavar="FILE_OR_RUN", type=click.Path(path_type=Path))
@click.option(
    "--of",
    type=click.Choice(get_args(Of)),
    default="requests",
    show_default=True,
    help="What is compared.",
)
@click.option(
    "--by",
    type=click.Choice(get_args(By)),
    default="minhash",
    show_default=True,
    help="exact: the same but for its values. minhash: shared words. embedding: meaning.",
)
@click.option(
    "--threshold",
    type=float,
    help="Likeness from which one is dropped.  [default: minhash 0.7, embedding 0.95 "
    "(trajectories 0.98)]",
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write.")
@options.force
def dedup(file: Path, of: Of, by: By, threshold: float | None, out: Path, force: bool) -> int:
    """Keep the first of what is nearly the same; what is dropped is written beside."""
    done = comparing.dedup(file, out, of=of, by=by, threshold=threshold, overwrite=force)
    click.echo(f"{done.kept} {of} kept, in {out}")
    click.echo(f"{done.dropped} dropped by {by}, each with its twin, in {dropped_path(out)}")
    if done.again:
        click.echo(f"{done.again} functions shown again, unchanged")
    if done.unread:
        click.echo(f"{done.unread} lines left out that cannot be read, with the reason", err=True)
    return 0
