"""`buttonup negatives`: spoils a run's samples into preference pairs."""

from __future__ import annotations

from pathlib import Path

import click

from buttonup.cli import options
from buttonup.dataset import exporting
from buttonup.loop import run_to_end


@click.command()
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="File to write.")
@options.force
def negatives(folder: Path, out: Path, force: bool) -> int:
    """Spoil a run's accepted samples: the same prompt, well and badly gone on with."""
    written = run_to_end(exporting.negatives(folder, out, overwrite=force))
    counts = ", ".join(f"{name} {count}" for name, count in written.corruptions.items())
    click.echo(f"{written.count} pairs to {out}: {counts}")
    for reason, count in sorted(written.skipped.items()):
        click.echo(f"{count} left out: {reason}", err=True)
    return 0
