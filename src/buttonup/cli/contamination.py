"""`buttonup contamination`: tells what a dataset shares with benchmarks."""

from __future__ import annotations

from pathlib import Path

import click

from buttonup.cli import options
from buttonup.dataset import comparing
from buttonup.overlap import Certificate
from buttonup.showing.wording import plain


@click.command()
@click.argument("file", metavar="FILE_OR_RUN", type=click.Path(path_type=Path))
@click.option(
    "--against",
    multiple=True,
    required=True,
    metavar="PATH_OR_bfcl",
    help="Benchmark: a file, a folder, or bfcl where bfcl-eval is installed. May be given again.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Certificate to write, as JSON.")
@options.force
def contamination(file: Path, against: tuple[str, ...], out: Path | None, force: bool) -> int:
    """Tell what a dataset shares with benchmarks; exit 3 when there are hits."""
    told = comparing.contamination(file, against, out, overwrite=force)
    print_certificate(told)
    if out:
        click.echo(f"\nCertificate  {out}")
    return 0 if told.clean else 3


def print_certificate(told: Certificate) -> None:
    """Print a table of the measures, and under it what came nearest."""
    for one in told.against:
        asked, shown = (sum(getattr(f, n) for f in one.files) for n in ("requests", "functions"))
        click.echo(f"against {one.name}: {asked} requests, {shown} functions shown")
    click.echo(f"{'measure':12}{'from':>5}{'ours':>9}{'theirs':>8}{'hit':>6}{'our lines':>11}")
    for m in told.measures:
        counts = f"{m.ours:9}{m.theirs:8}{len(m.hits):6}{len(m.lines):11}" if m.made else m.about
        click.echo(f"{m.name:12}{m.threshold:5} {counts}")
    for m in told.measures:
        for kind, pairs in (("hit", m.hits), ("nearest miss", m.nearest)):
            for pair in pairs[:3]:
                click.echo(f"\n{m.name}, {kind} {pair.likeness:.2f}: {plain(pair.benchmark)}")
                click.echo(f"  theirs  {plain(pair.theirs)}")
                click.echo(f"  ours    {plain(pair.ours)} (line {pair.line})")
    if told.unread:
        click.echo(f"{told.unread} lines cannot be read and were not compared", err=True)
